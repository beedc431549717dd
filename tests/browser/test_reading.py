"""A picture can be rotated, flipped and played, says so, and is the same picture on the other screen."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.browser import stage
from tests.browser.conftest import VALMONT
from tests.browser.stage import NEURORADIOLOGIST, RADIOLOGIST, Case, Server, Window
from tests.dicom_render import make

pytestmark = pytest.mark.browser

SIZE = (1500, 900)
# A quarter each: top left, top right, bottom left, bottom right.
QUARTERS = np.array([[40, 90], [140, 190]])
SLICES, APART_MM = 21, 2.0


@pytest.fixture(scope="module")
def quartered(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Slices of four grey quarters."""
    folder: Path = tmp_path_factory.mktemp("quartered")
    for number in range(SLICES):
        pixels = np.kron(QUARTERS, np.ones((32, 32))).astype(np.int16)
        made = make.dataset(
            pixels, SOPInstanceUID=f"1.2.3.77.{number}", WindowCenter=128, WindowWidth=256, InstanceNumber=number + 1,
            StudyInstanceUID="1.2.3.77", SeriesInstanceUID="1.2.3.77.0", StudyDescription="Quartiers de gris",
            PatientBirthDate="19700101", PatientSex="F", PixelSpacing=[2.0, 2.0],
            ImageOrientationPatient=[1, 0, 0, 0, 1, 0], ImagePositionPatient=[-63, -63, number * APART_MM],
        )  # fmt: skip
        (folder / f"{number}.dcm").write_bytes(make.file_of(made))
    done = server.command("import", "--finess", VALMONT, str(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    stage.wait_until_prepared(server)
    return stage.open_case(server, words="Quartiers de gris")


def shot(window: Window, viewport: str) -> NDArray[np.uint8]:
    return np.asarray(Image.open(io.BytesIO(stage.viewport(window, viewport).screenshot())).convert("L"))


def quarters(window: Window, viewport: str = "stack") -> list[list[int]]:
    """The grey in the middle of each quarter of the picture, which is square and as high as its viewport."""
    picture = shot(window, viewport)
    height, width = picture.shape
    side = min(height, width)
    at = [(height // 2 + y * side // 5, width // 2 + x * side // 5) for y in (-1, 1) for x in (-1, 1)]
    found = [int(np.median(picture[y - 3 : y + 4, x - 3 : x + 4])) for y, x in at]
    return [found[:2], found[2:]]


def looks_like(window: Window, expected: NDArray[Any], viewport: str = "stack") -> bool:
    # Within the grey of the window's own rounding: 256 values over 256 greys.
    return bool(np.abs(np.array(quarters(window, viewport)) - expected).max() <= 2)


def on_the_stack(window: Window) -> None:
    """Back from the planes through the volume, where an earlier test has left the room."""
    if "stack" not in stage.views(window):
        window.page.keyboard.press("l")
    window.page.keyboard.press("r")
    assert stage.eventually(window, lambda: "stack" in stage.views(window))


def words(window: Window, viewport: str = "stack") -> str:
    return window.page.locator(f"[data-viewport={viewport}] .in-layers").text_content() or ""


def test_a_rotated_and_flipped_picture_is_so_on_both_screens_and_says_so(
    quartered: Case, server: Server, open_as: Callable[..., Window]
) -> None:
    expert = open_as(NEURORADIOLOGIST, size=SIZE)
    stage.enter(expert, server, quartered.room_id)
    other = open_as(RADIOLOGIST, size=(900, 1100))
    stage.enter(other, server, quartered.room_id)
    stage.scroll(expert, "stack", 3)
    assert stage.eventually(expert, lambda: looks_like(expert, QUARTERS))

    expert.page.get_by_role("button", name="Tourner d’un quart vers la droite").click()
    turned = np.rot90(QUARTERS, -1)
    assert stage.eventually(expert, lambda: looks_like(expert, turned)), quarters(expert)
    assert stage.eventually(other, lambda: looks_like(other, turned)), quarters(other)
    assert stage.show_the_same(expert, other), stage.differences(expert, other)
    assert "TOURNÉE DE 90°" in words(other)

    expert.page.keyboard.press("h")
    flipped = np.fliplr(turned)
    assert stage.eventually(expert, lambda: looks_like(expert, flipped)), quarters(expert)
    assert stage.eventually(other, lambda: looks_like(other, flipped)), quarters(other)
    assert "RETOURNÉE GAUCHE-DROITE" in words(other)
    # By itself the patient's right is at the left edge; a quarter to the right brings it to the top.
    assert other.page.locator("[data-viewport=stack] .at-top").text_content() == "R"

    expert.page.keyboard.press("o")
    assert stage.eventually(other, lambda: looks_like(other, np.rot90(flipped, -1))), quarters(other)
    expert.page.keyboard.press("r")
    assert stage.eventually(other, lambda: looks_like(other, QUARTERS))
    assert words(other) == ""


@pytest.mark.parametrize("backend", ["cpu", "gpu"])
def test_images_and_planes_through_the_volume_turn_alike(
    quartered: Case, server: Server, open_as: Callable[..., Window], backend: str
) -> None:
    expert = open_as(NEURORADIOLOGIST, size=SIZE)
    stage.enter(expert, server, f"{quartered.room_id}?backend={backend}")
    on_the_stack(expert)
    expert.page.keyboard.press("o")
    expert.page.keyboard.press("h")
    assert stage.eventually(expert, lambda: looks_like(expert, np.fliplr(np.rot90(QUARTERS, -1)))), quarters(expert)
    expert.page.keyboard.press("l")
    assert stage.eventually(expert, lambda: "axial" in stage.views(expert))
    stage.scroll(expert, "axial", 4)
    assert stage.eventually(expert, lambda: looks_like(expert, QUARTERS, "axial")), quarters(expert, "axial")
    expert.page.keyboard.press("o")
    assert stage.eventually(expert, lambda: looks_like(expert, np.rot90(QUARTERS, -1), "axial"))
    expert.page.keyboard.press("h")
    assert stage.eventually(expert, lambda: looks_like(expert, np.fliplr(np.rot90(QUARTERS, -1)), "axial"))


def frame_the_upper_half(window: Window, viewport: str = "stack") -> None:
    """Drag over both upper quarters of the picture, equally far into each."""
    x, y, width, height = stage.box_of(window, viewport)
    side = min(width, height)
    mouse = window.page.mouse
    mouse.move(x + width / 2 - 0.3 * side, y + height / 2 - 0.3 * side)
    mouse.down()
    mouse.move(x + width / 2 + 0.3 * side, y + height / 2 - 0.1 * side, steps=6)
    mouse.up()


def test_a_framed_region_sets_its_window_on_both_screens(
    quartered: Case, server: Server, open_as: Callable[..., Window]
) -> None:
    expert = open_as(NEURORADIOLOGIST, size=SIZE)
    stage.enter(expert, server, quartered.room_id)
    other = open_as(RADIOLOGIST, size=(900, 1100))
    stage.enter(other, server, quartered.room_id)
    on_the_stack(expert)
    # The upper quarters are 40 and 90: the one is black now, the other white, and what is above it white too.
    framed = np.array([[0, 255], [255, 255]])
    expert.page.keyboard.press("e")
    frame_the_upper_half(expert)
    assert stage.eventually(expert, lambda: looks_like(expert, framed)), quarters(expert)
    assert stage.eventually(other, lambda: looks_like(other, framed)), quarters(other)
    # LINEAR, from 40 to 90: the width is one more and the centre half of one (PS3.3 C.11.2.1.2.1).
    assert (
        stage.views(other)["stack"]["window"] | {"center": 65.5, "width": 51} == stage.views(other)["stack"]["window"]
    )

    expert.page.keyboard.press("r")
    expert.page.keyboard.press("l")
    assert stage.eventually(expert, lambda: "axial" in stage.views(expert))
    assert stage.eventually(expert, lambda: looks_like(expert, QUARTERS, "axial")), quarters(expert, "axial")
    frame_the_upper_half(expert, "axial")
    assert stage.eventually(expert, lambda: looks_like(expert, framed, "axial")), quarters(expert, "axial")
    expert.page.keyboard.press("w")
    expert.page.keyboard.press("r")


def test_the_value_under_the_hand_is_told_on_its_own_screen_only(
    quartered: Case, server: Server, open_as: Callable[..., Window]
) -> None:
    expert = open_as(NEURORADIOLOGIST, size=SIZE)
    stage.enter(expert, server, quartered.room_id)
    other = open_as(RADIOLOGIST, size=(900, 1100))
    stage.enter(other, server, quartered.room_id)
    on_the_stack(expert)
    x, y, width, height = stage.box_of(expert, "stack")
    side = min(width, height)

    def value(window: Window) -> str:
        return window.page.locator("[data-viewport=stack] .in-value").text_content() or ""

    for right, down, grey in ((-1, -1, 40), (1, -1, 90), (-1, 1, 140), (1, 1, 190)):
        expert.page.mouse.move(x + width / 2 + right * side / 4, y + height / 2 + down * side / 4)
        assert stage.eventually(expert, lambda grey=grey: value(expert).split(" ")[0] == str(grey)), value(expert)
    assert value(other) == ""
    expert.page.mouse.move(x + 3, y + height / 2)
    assert stage.eventually(expert, lambda: value(expert) == "")
    expert.page.mouse.move(x + width / 2 + side / 4, y + height / 2)
    assert stage.eventually(expert, lambda: value(expert) != "")
    expert.page.mouse.move(x + width / 2, 3)
    assert stage.eventually(expert, lambda: value(expert) == "")


def test_a_stack_plays_through_on_both_screens_until_somebody_scrolls(
    quartered: Case, server: Server, open_as: Callable[..., Window]
) -> None:
    expert = open_as(NEURORADIOLOGIST, size=SIZE)
    stage.enter(expert, server, quartered.room_id)
    other = open_as(RADIOLOGIST, size=(900, 1100))
    stage.enter(other, server, quartered.room_id)
    on_the_stack(expert)
    assert stage.show_the_same(expert, other), stage.differences(expert, other)
    first = stage.views(other)["stack"]["sop_instance_uid"]
    expert.page.keyboard.press("c")
    seen: set[str] = set()

    def has_moved() -> bool:
        seen.add(stage.views(other)["stack"]["sop_instance_uid"])
        return len(seen - {first}) >= 3

    assert stage.eventually(other, has_moved)
    stage.scroll(expert, "stack", 1)
    assert stage.eventually(expert, lambda: expert.page.get_by_role("button", name="Faire défiler seul").is_visible())
    assert stage.show_the_same(expert, other), stage.differences(expert, other)


def test_the_arrow_keys_step_through_echoes_and_stay_on_the_slice(
    server: Server, open_as: Callable[..., Window], tmp_path: Path
) -> None:
    for echo in (1, 2):
        for number in range(5):
            pixels = np.full((32, 32), 50 * echo + 10 * number, np.int16)
            made = make.dataset(
                pixels, SOPInstanceUID=f"1.2.3.78.{echo}.{number}", WindowCenter=128, WindowWidth=256,
                StudyInstanceUID="1.2.3.78", SeriesInstanceUID="1.2.3.78.0", StudyDescription="Deux échos",
                PatientBirthDate="19700101", PatientSex="F", PixelSpacing=[2.0, 2.0], InstanceNumber=5 * echo + number,
                ImageOrientationPatient=[1, 0, 0, 0, 1, 0], ImagePositionPatient=[-31, -31, number * 4.0],
                SpecificCharacterSet="ISO_IR 192",
            )  # fmt: skip
            made.Modality, made.EchoTime = "MR", 20.0 * echo
            (tmp_path / f"{echo}-{number}.dcm").write_bytes(make.file_of(made))
    done = server.command("import", "--finess", VALMONT, str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    stage.wait_until_prepared(server)
    case = stage.open_case(server, words="Deux échos")
    expert = open_as(NEURORADIOLOGIST, size=SIZE)
    stage.enter(expert, server, case.room_id)
    other = open_as(RADIOLOGIST, size=(900, 1100))
    stage.enter(other, server, case.room_id)

    def shown(window: Window) -> str | None:
        """Nothing while the other echo is on its way."""
        return stage.views(window).get("stack", {}).get("sop_instance_uid")

    stage.scroll(expert, "stack", 1)
    assert stage.show_the_same(expert, other), stage.differences(expert, other)
    echo, number = (shown(expert) or "").removeprefix("1.2.3.78.").split(".")
    neighbour = f"1.2.3.78.{3 - int(echo)}.{number}"
    expert.page.keyboard.press("ArrowRight")
    assert stage.eventually(other, lambda: shown(other) == neighbour), (shown(other), neighbour)
    assert stage.show_the_same(expert, other), stage.differences(expert, other)
    expert.page.keyboard.press("ArrowRight")
    assert stage.eventually(other, lambda: shown(other) == f"1.2.3.78.{echo}.{number}")
