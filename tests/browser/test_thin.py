"""The thin view: the server draws for a screen, which shows the same as one that draws itself, and says who drew it."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Route

from tests.browser import stage
from tests.browser.conftest import VALMONT
from tests.browser.stage import NEURORADIOLOGIST, RADIOLOGIST, Case, Server, Window
from tests.dicom_render import make

pytestmark = pytest.mark.browser

SIZE = (1280, 800)
SLICES, APART_MM = 24, 2.0
CENTRE, WIDTH = 500, 1000
Grey = NDArray[np.float64]

# What stands on a viewport: the server's picture where there is one, else what Cornerstone has drawn.
CANVAS = """(kind) => {
  const frame = document.querySelector(`.pane[data-pane='1'] [data-viewport=${kind}]`)
  const served = frame.querySelector('canvas.viewport-served:not([hidden])')
  const own = [...frame.querySelectorAll('.viewport-screen canvas')].find((one) => one.style.display !== 'none')
  return (served ?? own).toDataURL('image/png')
}"""


def slice_values() -> NDArray[np.int16]:
    return np.random.default_rng(7).integers(100, 900, SLICES).astype(np.int16)


@pytest.fixture(scope="module")
def even_slices(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Slices of one value each, 2 mm apart: a slab's value can be worked out by hand."""
    folder: Path = tmp_path_factory.mktemp("even")
    for number, value in enumerate(slice_values()):
        made = make.dataset(
            np.full((64, 64), value, np.int16), SOPInstanceUID=f"1.2.3.93.{number}", InstanceNumber=number + 1,
            StudyInstanceUID="1.2.3.93", SeriesInstanceUID="1.2.3.93.0", StudyDescription="Coupes unies",
            WindowCenter=CENTRE, WindowWidth=WIDTH, PatientBirthDate="19700101", PatientSex="F",
            PixelSpacing=[2.0, 2.0], ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
            ImagePositionPatient=[-63, -63, number * APART_MM],
        )  # fmt: skip
        (folder / f"{number}.dcm").write_bytes(make.file_of(made))
    done = server.command("import", "--finess", VALMONT, str(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    stage.wait_until_prepared(server)
    return stage.open_case(server, words="Coupes unies")


class Gate:
    """Holds the window's requests for pictures until it is opened."""

    def __init__(self, window: Window) -> None:
        self.held: list[Route] = []
        self.is_open = False
        window.page.route("**/picture?*", lambda route: route.continue_() if self.is_open else self.held.append(route))

    def open(self) -> None:
        self.is_open = True
        for route in self.held:
            route.continue_()


def enter(window: Window, server: Server, room_id: str, view: str) -> None:
    window.page.goto(f"{server.origin}/rooms/{room_id}?view={view}")
    assert stage.eventually(window, lambda: is_full(window), timeout_s=60)


def is_full(window: Window) -> bool:
    shown = window.page.evaluate("window.consilium?.view() ?? []")
    return bool(shown) and all(one["quality"] == "full" for one in shown)


def pixels(window: Window, kind: str) -> Grey:
    data: str = window.page.evaluate(CANVAS, kind)
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data.split(",")[1]))).convert("RGB")).astype(float)


def apart(one: Window, other: Window, kind: str) -> Grey:
    mine, theirs = pixels(one, kind), pixels(other, kind)
    assert mine.shape == theirs.shape
    return np.abs(mine - theirs).max(axis=2)


def both_stand(one: Window, other: Window) -> bool:
    return stage.show_the_same(one, other) and stage.eventually(one, lambda: is_full(one) and is_full(other))


def take_the_baton(window: Window) -> None:
    """Nobody holds it after an earlier test's people have left; whoever has it keeps it."""
    people = window.page.evaluate("window.consilium.participants()")
    if not any(one["presenter"] for one in people):
        window.page.keyboard.press("b")
        assert stage.eventually(
            window,
            lambda: any(one["presenter"] for one in window.page.evaluate("window.consilium.participants()")),
        )


def in_planes(window: Window, wanted: bool) -> None:
    if ("axial" in stage.views(window)) != wanted:
        window.page.keyboard.press("l")
    assert stage.eventually(window, lambda: ("axial" in stage.views(window)) == wanted)


def badge(window: Window, kind: str = "stack") -> str:
    return window.page.locator(f".pane[data-pane='1'] [data-viewport={kind}] .in-quality").text_content() or ""


def at_rest(window: Window, kind: str) -> Grey:
    """The viewport's picture once it no longer changes."""
    seen = [pixels(window, kind)]

    def is_still() -> bool:
        window.page.wait_for_timeout(500)
        seen.append(pixels(window, kind))
        return bool(seen[-1].any()) and np.array_equal(seen[-1], seen[-2])

    assert stage.eventually(window, is_still)
    return seen[-1]


def is_in_place(one: Window, other: Window, kind: str) -> bool:
    """Moved by a single pixel in any direction the two pictures differ more than as they stand."""
    mine, theirs = pixels(one, kind).mean(axis=2), pixels(other, kind).mean(axis=2)
    as_it_is = np.abs(mine - theirs)[2:-2, 2:-2].mean()
    moves = [(0, 1), (0, -1), (1, 0), (-1, 0)]
    moved = [np.abs(np.roll(mine, by, axis=(0, 1)) - theirs)[2:-2, 2:-2].mean() for by in moves]
    return bool(as_it_is < 2 and as_it_is < min(moved))


STUDIES = ["synthetique sans injection", "IRM encéphalique"]


@pytest.mark.parametrize("words", STUDIES, ids=["CT", "MR"])
def test_a_thin_screen_shows_what_a_full_one_shows_and_fetches_no_stack(
    server: Server, open_as: Callable[..., Window], words: str
) -> None:
    case = stage.open_case(server, words=words)
    full, thin = open_as(NEURORADIOLOGIST, size=SIZE), open_as(RADIOLOGIST, size=SIZE)
    asked: list[str] = []
    thin.page.on("request", lambda request: asked.append(request.url))
    enter(full, server, case.room_id, "full")
    enter(thin, server, case.room_id, "thin")
    take_the_baton(full)
    in_planes(full, False)
    acts: list[Callable[[], None]] = [
        lambda: stage.scroll(full, "stack", 2),
        lambda: stage.drag(full, "stack", (60, 20)),
        lambda: full.page.keyboard.press("o"),
        lambda: full.page.keyboard.press("h"),
        lambda: stage.drag(full, "stack", (0, -60), button="right"),
        lambda: full.page.keyboard.press("i"),
    ]
    for act in acts:
        before = stage.views(full)["stack"] | {"invert": None}
        act()
        full.page.wait_for_timeout(300)
        assert both_stand(full, thin), stage.differences(full, thin)
        assert is_in_place(full, thin, "stack"), before
    assert "sans perte" in badge(thin)
    full.page.keyboard.press("i")
    full.page.keyboard.press("r")
    in_planes(full, True)
    assert both_stand(full, thin), stage.differences(full, thin)
    for kind in ("axial", "sagittal", "coronal"):
        # The browser's own drawing of a plane comes a moment after it has been told.
        assert stage.eventually(full, lambda at=kind: np.percentile(apart(full, thin, at), 99) <= 3), kind
    assert not [url for url in asked if url.endswith("/pack") or "/full-" in url or "/pack?" in url]


def test_a_slab_is_worked_out_by_the_server_for_both_screens(
    even_slices: Case, server: Server, open_as: Callable[..., Window]
) -> None:
    full, thin = open_as(NEURORADIOLOGIST, size=SIZE), open_as(RADIOLOGIST, size=SIZE)
    enter(full, server, even_slices.room_id, "full")
    enter(thin, server, even_slices.room_id, "thin")
    take_the_baton(full)
    in_planes(full, True)
    assert both_stand(full, thin), stage.differences(full, thin)
    z_mm = stage.views(full)["axial"]["point_world_mm"][2]

    # 10 mm around the plane, values between slices linear in between (as fine as one likes: the ends count most).
    heights = (z_mm + np.linspace(-5, 5, 2001)) / APART_MM
    along = np.interp(heights, np.arange(SLICES), slice_values().astype(float))
    for expected in (along.max(), along.min(), along.mean()):
        full.page.keyboard.press("t")
        full.page.wait_for_timeout(300)
        assert both_stand(full, thin), stage.differences(full, thin)
        assert stage.views(thin)["axial"]["slab"]["thickness_mm"] == 10
        # PS3.3 C.11.2.1.2.1, LINEAR.
        level = ((expected - (CENTRE - 0.5)) / (WIDTH - 1) + 0.5) * 255
        for window in (full, thin):
            picture = pixels(window, "axial")
            height, width = picture.shape[:2]
            assert abs(picture[height // 2 + 9, width // 2 + 9, 0] - level) <= 2, (expected, level)
        assert np.array_equal(pixels(full, "axial"), pixels(thin, "axial"))
        assert "Dessinée par le serveur" in badge(full, "axial")
    full.page.keyboard.press("t")
    assert both_stand(full, thin)
    assert stage.views(full)["axial"]["slab"] is None
    assert badge(full, "axial") == ""


def test_until_its_slab_is_there_a_full_screen_shows_the_thin_plane_and_says_so(
    even_slices: Case, server: Server, open_as: Callable[..., Window]
) -> None:
    full = open_as(NEURORADIOLOGIST, size=SIZE)
    gate = Gate(full)
    enter(full, server, even_slices.room_id, "full")
    take_the_baton(full)
    in_planes(full, True)
    assert stage.eventually(full, lambda: is_full(full))
    plain = at_rest(full, "axial")
    full.page.keyboard.press("t")
    assert stage.eventually(full, lambda: bool(gate.held))
    assert "Plan fin" in badge(full, "axial")
    assert np.array_equal(pixels(full, "axial"), plain)
    assert stage.views(full)["axial"]["quality"] == "loading"
    gate.open()
    assert stage.eventually(full, lambda: is_full(full))
    assert "Dessinée par le serveur" in badge(full, "axial")
    full.page.keyboard.press("r")


def test_a_picture_keeps_its_own_words_until_the_one_asked_for_is_there(
    even_slices: Case, server: Server, open_as: Callable[..., Window]
) -> None:
    thin = open_as(NEURORADIOLOGIST, size=SIZE)
    enter(thin, server, even_slices.room_id, "thin")
    take_the_baton(thin)
    in_planes(thin, False)
    assert stage.eventually(thin, lambda: is_full(thin))
    words = thin.page.locator(".pane[data-pane='1'] [data-viewport=stack] .in-slice")
    before, picture = words.text_content(), pixels(thin, "stack")
    gate = Gate(thin)
    stage.scroll(thin, "stack", 3)
    assert stage.eventually(thin, lambda: bool(gate.held))
    assert "attente" in badge(thin)
    assert words.text_content() == before
    assert np.array_equal(pixels(thin, "stack"), picture)
    assert stage.views(thin)["stack"]["quality"] == "loading"
    gate.open()
    assert stage.eventually(thin, lambda: is_full(thin))
    assert words.text_content() != before


def test_a_jpeg_is_called_one_and_a_busy_server_is_asked_again_when_it_wants(
    even_slices: Case, server: Server, open_as: Callable[..., Window]
) -> None:
    thin = open_as(NEURORADIOLOGIST, size=SIZE)
    enter(thin, server, even_slices.room_id, "thin")
    take_the_baton(thin)
    in_planes(thin, False)
    refused: list[str] = []

    def busy(route: Route) -> None:
        if "quality=lossless" in route.request.url and len(refused) < 2:
            refused.append(route.request.url)
            route.fulfill(status=503, headers={"Retry-After": "1"}, json={"refused": "pictures_busy"})
        else:
            route.continue_()

    thin.page.route("**/picture?*", busy)
    stage.scroll(thin, "stack", -2)
    assert stage.eventually(thin, lambda: bool(refused))
    assert stage.eventually(thin, lambda: "JPEG" in badge(thin))
    assert stage.views(thin)["stack"]["quality"] == "coarse"
    assert stage.eventually(thin, lambda: is_full(thin))
    assert "sans perte" in badge(thin)
    assert len(refused) == 2
    # The browser tells each refusal on its console.
    thin.errors[:] = [error for error in thin.errors if "503" not in error]


def test_the_reader_changes_to_full_images_and_back_and_stays_where_they_are(
    even_slices: Case, server: Server, open_as: Callable[..., Window]
) -> None:
    window = open_as(NEURORADIOLOGIST, size=SIZE)
    enter(window, server, even_slices.room_id, "thin")
    take_the_baton(window)
    in_planes(window, False)
    stage.scroll(window, "stack", 2)
    assert stage.eventually(window, lambda: is_full(window))
    stood = stage.views(window)["stack"]["sop_instance_uid"]
    window.page.keyboard.press("y")
    assert stage.eventually(window, lambda: badge(window) == "" and is_full(window))
    assert stage.views(window)["stack"]["sop_instance_uid"] == stood
    window.page.get_by_role("button", name="Vue légère").click()
    assert stage.eventually(window, lambda: "sans perte" in badge(window))
    assert stage.views(window)["stack"]["sop_instance_uid"] == stood
    # The choice holds for the next time, without anything in the address.
    window.page.goto(f"{server.origin}/rooms/{even_slices.room_id}")
    assert stage.eventually(window, lambda: "sans perte" in badge(window))
