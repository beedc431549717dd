"""What a file lays over its image is on the screen, can be switched off, and says so; PET is read as SUV."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Route

from tests.browser import stage
from tests.browser.conftest import VALMONT
from tests.browser.stage import NEURORADIOLOGIST, Case, Server, Window
from tests.dicom_render import make

pytestmark = pytest.mark.browser

WIDE = (1600, 900)
OVERLAYS, SHUTTERS, UNIT = "Annotations du fichier (surcouches)", "Obturateur du fichier", "Unité de fixation (TEP)"


def shown(window: Window) -> NDArray[np.uint8]:
    """The middle of the stack's viewport, (height, width, 3)."""
    box = window.page.locator("[data-viewport=stack]").bounding_box()
    assert box
    side = min(box["width"], box["height"]) * 0.9
    clip = {
        "x": box["x"] + (box["width"] - side) / 2, "y": box["y"] + (box["height"] - side) / 2,
        "width": side, "height": side,
    }  # fmt: skip
    return np.asarray(Image.open(io.BytesIO(window.page.screenshot(clip=clip))).convert("RGB"))  # pyright: ignore[reportArgumentType]


def right_edge(window: Window) -> NDArray[np.uint8]:
    """A strip of the image's right half, without letters and captions."""
    return shown(window)[100:300, -60:-20]


@pytest.fixture(scope="module")
def marked(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A grey square of which only the left half is to be shown, with a white cross over it."""
    folder = tmp_path_factory.mktemp("marked")
    made = make.dataset(np.full((64, 64), 100, np.int16), WindowCenter=128, WindowWidth=256)
    made.StudyDescription = "Image marquée"
    made.PatientBirthDate, made.PatientSex = "19700101", "F"
    made.ShutterShape, made.ShutterPresentationValue = "RECTANGULAR", 0
    made.ShutterLeftVerticalEdge, made.ShutterRightVerticalEdge = 1, 32
    made.ShutterUpperHorizontalEdge, made.ShutterLowerHorizontalEdge = 1, 64
    cross = np.zeros((64, 64), bool)
    cross[31:33, 8:56] = cross[8:56, 15:17] = True
    for number, vr, value in (
        (0x0010, "US", 64), (0x0011, "US", 64), (0x0040, "CS", "G"), (0x0050, "SS", [1, 1]),
        (0x0100, "US", 1), (0x0102, "US", 0), (0x3000, "OW", np.packbits(cross, bitorder="little").tobytes()),
    ):  # fmt: skip
        made.add_new((0x6000, number), vr, value)
    (folder / "marked.dcm").write_bytes(make.file_of(made))
    done = server.command("import", "--finess", VALMONT, str(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    stage.wait_until_prepared(server)
    return stage.open_case(server, words="Image marquée")


def test_shutter_and_overlay_are_drawn_and_can_be_switched_off(
    marked: Case, server: Server, open_as: Callable[..., Window]
) -> None:
    window = open_as(NEURORADIOLOGIST, size=WIDE)
    stage.enter(window, server, marked.room_id)
    words = window.page.locator("[data-viewport=stack] .in-layers")
    assert stage.eventually(window, lambda: "Obturateur : une partie" in (words.text_content() or ""))
    assert stage.eventually(window, lambda: (shown(window) == 255).all(axis=2).mean() > 0.01)
    assert right_edge(window).max() == 0

    window.page.get_by_role("button", name=SHUTTERS).click()
    assert stage.eventually(window, lambda: bool((right_edge(window) > 80).all()))
    assert "Obturateur levé" in (words.text_content() or "")

    window.page.get_by_role("button", name=OVERLAYS).click()
    assert stage.eventually(window, lambda: (shown(window) == 255).all(axis=2).mean() < 0.01)
    assert "masquées" in (words.text_content() or "")


def test_pet_is_read_as_suv_and_its_window_stays_the_file_s_own(
    server: Server, test_data: Path, open_as: Callable[..., Window]
) -> None:
    """0.00029448 SUV a Bq/ml (worked out in test_suv): 0 to 5 SUV are 0 to 16,979 Bq/ml."""
    folder = test_data / "04_pet" / "qin_headneck_pet"
    description = pydicom.dcmread(folder / "0001.dcm").StudyDescription
    done = server.command("import", "--finess", VALMONT, str(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    stage.wait_until_prepared(server)
    case = stage.open_case(server, words=description)
    window = open_as(NEURORADIOLOGIST, size=WIDE)
    stage.enter(window, server, case.room_id)
    caption = window.page.locator("[data-viewport=stack] .in-window")
    assert stage.eventually(window, lambda: "SUVbw" in (caption.text_content() or ""))
    window.page.get_by_role("button", name="Fenêtre de 0 à 5 SUV").click()
    assert stage.eventually(window, lambda: round(stage.views(window)["stack"]["window"]["width"]) == 16979)
    assert stage.views(window)["stack"]["window"]["unit"] == "BQML"
    window.page.get_by_label(UNIT).select_option("Bq/ml")
    assert stage.eventually(window, lambda: "16979" in (caption.text_content() or ""))


LIVER = "10_objects/seg_on_ge_liver_3slices/liver.dcm"
REPORT = "04_pet/qin_headneck_rwv_sr/sr.dcm"


def test_a_segmentation_lies_over_its_slices_and_a_report_is_read(
    server: Server, test_data: Path, open_as: Callable[..., Window], tmp_path: Path
) -> None:
    """What is drawn of the liver is coloured, the CT is grey."""
    slices = sorted((test_data / "02_body_ct/ge_liver_3slices").glob("*.dcm"))
    first = pydicom.dcmread(slices[0], stop_before_pixels=True)
    report = pydicom.dcmread(test_data / REPORT)
    report.StudyInstanceUID = first.StudyInstanceUID
    for keyword in ("PatientName", "PatientID", "PatientBirthDate", "PatientSex"):
        setattr(report, keyword, first.get(keyword))
    report.save_as(tmp_path / "report.dcm")
    paths = [*map(str, slices), str(test_data / LIVER), str(tmp_path / "report.dcm")]
    done = server.command("import", "--finess", VALMONT, *paths)
    assert done.returncode == 0, done.stdout + done.stderr
    stage.wait_until_prepared(server)
    case = stage.open_case(server, words=str(first.PatientID))
    window = open_as(NEURORADIOLOGIST, size=WIDE)
    stage.enter(window, server, case.room_id)

    def coloured() -> float:
        picture = shown(window).astype(int)
        return float((np.ptp(picture, axis=2) > 40).mean())

    assert coloured() < 0.01
    card = window.page.locator(".object-card", has_text="Segmentation")
    card.get_by_role("button").click()
    assert stage.eventually(window, lambda: coloured() > 0.03), coloured()
    words = window.page.locator("[data-viewport=stack] .in-layers")
    assert "Segmentation" in (words.text_content() or "")
    window.page.screenshot(path=str(tmp_path / "segmentation.png"))
    card.get_by_role("checkbox").first.uncheck()
    assert stage.eventually(window, lambda: coloured() < 0.01)

    window.page.locator(".object-card", has_text="Compte rendu structuré").get_by_role("button").click()
    dialog = window.page.locator("dialog.report")
    assert stage.eventually(window, lambda: "Imaging Measurement Report" in (dialog.text_content() or ""))
    assert "pas la conclusion" in (dialog.text_content() or "")
    window.page.screenshot(path=str(tmp_path / "report.png"))


LAY_OVER, TAKE_AWAY = "Superposer aux images", "Retirer des images"


def coloured(window: Window) -> float:
    """How much of the image is coloured: what is drawn over it is, the CT is grey."""
    return float((np.ptp(shown(window).astype(int), axis=2) > 40).mean())


def state_of(window: Window, email: str) -> str:
    people = window.page.evaluate("window.consilium.participants()")
    return next(person["state"] for person in people if person["name"] == stage.NAMES[email])


@pytest.fixture
def liver(server: Server, test_data: Path) -> Case:
    slices = sorted((test_data / "02_body_ct/ge_liver_3slices").glob("*.dcm"))
    done = server.command("import", "--finess", VALMONT, *map(str, slices), str(test_data / LIVER))
    assert done.returncode == 0, done.stdout + done.stderr
    stage.wait_until_prepared(server)
    return stage.open_case(server, words=str(pydicom.dcmread(slices[0], stop_before_pixels=True).PatientID))


def test_r41_who_follows_sees_the_layer_and_counts_as_the_same_only_with_it(
    liver: Case, server: Server, open_as: Callable[..., Window], tmp_path: Path
) -> None:
    """The follower's object is held back by its network: until it comes that screen is not the same."""
    expert, requester = open_as(NEURORADIOLOGIST, size=WIDE), open_as(stage.RADIOLOGIST, size=(1000, 1100))
    stage.enter(expert, server, liver.room_id)
    stage.enter(requester, server, liver.room_id)
    assert stage.eventually(expert, lambda: state_of(expert, stage.RADIOLOGIST) == "same")
    held: list[Route] = []

    def hold(route: Route) -> None:  # not `held.append`: Playwright sets an attribute on what it is given
        held.append(route)

    requester.page.route("**/api/studies/*/objects/*", hold)
    card = expert.page.locator(".object-card", has_text="Segmentation").first
    card.get_by_role("button", name=LAY_OVER).click()
    assert stage.eventually(expert, lambda: coloured(expert) > 0.03)
    assert stage.eventually(requester, lambda: len(held) == 1)
    assert stage.eventually(expert, lambda: state_of(expert, stage.RADIOLOGIST) == "loading")
    assert "en cours de chargement" in (requester.page.locator("[data-viewport=stack] .in-layers").text_content() or "")
    assert coloured(requester) < 0.01

    held[0].continue_()
    assert stage.eventually(requester, lambda: coloured(requester) > 0.03)
    assert stage.eventually(expert, lambda: state_of(expert, stage.RADIOLOGIST) == "same")
    expert.page.screenshot(path=str(tmp_path / "presenter.png"))
    requester.page.screenshot(path=str(tmp_path / "follower.png"))

    # What is switched off, and what is taken back, goes from both.
    card.get_by_role("checkbox").first.uncheck()
    assert stage.eventually(requester, lambda: coloured(requester) < 0.01)
    card.get_by_role("checkbox").first.check()
    assert stage.eventually(requester, lambda: coloured(requester) > 0.03)
    card.get_by_role("button", name=TAKE_AWAY).click()
    assert stage.eventually(requester, lambda: coloured(requester) < 0.01)
    assert stage.eventually(expert, lambda: state_of(expert, stage.RADIOLOGIST) == "same")


def test_r41_a_follower_who_is_refused_the_layer_reads_why_and_is_not_the_same(
    liver: Case, server: Server, open_as: Callable[..., Window], tmp_path: Path
) -> None:
    expert, requester = open_as(NEURORADIOLOGIST, size=WIDE), open_as(stage.RADIOLOGIST, size=(1000, 1100))
    stage.enter(expert, server, liver.room_id)
    stage.enter(requester, server, liver.room_id)
    requester.page.route(
        "**/api/studies/*/objects/*",
        lambda route: route.fulfill(
            status=200, headers={"content-type": "application/json"}, body='{"type": "report"}'
        ),
    )
    expert.page.locator(".object-card", has_text="Segmentation").first.get_by_role("button", name=LAY_OVER).click()
    assert stage.eventually(expert, lambda: coloured(expert) > 0.03)
    words = requester.page.locator("[data-viewport=stack] .in-layers")
    assert stage.eventually(requester, lambda: "non affichée sur cet écran" in (words.text_content() or ""))
    assert stage.eventually(expert, lambda: state_of(expert, stage.RADIOLOGIST) == "elsewhere")
    requester.page.screenshot(path=str(tmp_path / "refused.png"))
