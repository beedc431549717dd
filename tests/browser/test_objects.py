"""Presentation states and radiotherapy contours on two screens: what they change is the same on both, and right."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import FileDataset
from pydicom.uid import UID, generate_uid

from tests.browser import stage
from tests.browser.conftest import VALMONT
from tests.browser.stage import NEURORADIOLOGIST, RADIOLOGIST, Case, Server, Window
from tests.dicom_render import make, states
from tests.dicom_render.states import item, table

pytestmark = pytest.mark.browser

WIDE = (1600, 900)
LAY_OVER = "Superposer aux images"
# Columns of 64 pixels rise from 0 to 252 in steps of 4: what is turned is seen.
RAMP = np.tile(np.arange(64) * 4, (64, 1)).astype(np.int16)
STUDY, SERIES, SPACE = generate_uid(), generate_uid(), generate_uid()


def slices() -> list[FileDataset]:
    """Twenty of 64 x 64 mm, 2 mm apart."""
    found = []
    for number in range(20):
        made = make.dataset(RAMP, WindowCenter=128, WindowWidth=256)
        made.StudyDescription, made.PatientBirthDate, made.PatientSex = "Objets", "19700101", "F"
        made.StudyInstanceUID, made.SeriesInstanceUID, made.SOPInstanceUID = STUDY, SERIES, generate_uid()
        made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
        made.FrameOfReferenceUID, made.InstanceNumber = SPACE, number + 1
        made.ImagePositionPatient, made.ImageOrientationPatient = [0, 0, 2 * number], [1, 0, 0, 0, 1, 0]
        made.PixelSpacing, made.SliceThickness = [1, 1], 2
        found.append(made)
    return found


def contours(image: FileDataset) -> FileDataset:
    """A cube from 16 to 48 mm along x and y, on the slices from 10 to 28 mm."""
    made = states.state(image, ReferencedSeriesSequence=None, DisplayedAreaSelectionSequence=None)
    made.SOPClassUID = made.file_meta.MediaStorageSOPClassUID = UID("1.2.840.10008.5.1.4.1.1.481.3")
    made.SOPInstanceUID = made.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    made.Modality, made.SeriesInstanceUID, made.StructureSetLabel = "RTSTRUCT", generate_uid(), "PLAN"
    made.StructureSetROISequence = [item(ROINumber=1, ROIName="GTV", ReferencedFrameOfReferenceUID=SPACE)]
    squares = [
        item(
            ContourGeometricType="CLOSED_PLANAR",
            NumberOfContourPoints=4,
            ContourData=[16, 16, z, 48, 16, z, 48, 48, z, 16, 48, z],
        )
        for z in range(10, 30, 2)
    ]
    made.ROIContourSequence = [item(ReferencedROINumber=1, ROIDisplayColor=[255, 0, 0], ContourSequence=squares)]
    return made


def presentation(image: FileDataset) -> FileDataset:
    """A quarter to the right, inverse by its table, a circle left open, three words."""
    words = item(
        UnformattedTextValue="ICI",
        AnchorPointAnnotationUnits="PIXEL",
        AnchorPoint=[32, 32],
        AnchorPointVisibility="N",
    )
    made = states.state(
        image,
        ImageRotation=90,
        ImageHorizontalFlip="N",
        PresentationLUTShape=None,
        PresentationLUTSequence=[table(np.arange(255, -1, -1) ** 2, first=0, bits=16)],
        SoftcopyVOILUTSequence=[item(WindowCenter="128", WindowWidth="257")],
        GraphicLayerSequence=[item(GraphicLayer="L", GraphicLayerOrder=1)],
        GraphicAnnotationSequence=[item(GraphicLayer="L", TextObjectSequence=[words])],
        ShutterShape="CIRCULAR",
        CenterOfCircularShutter=[33, 33],
        RadiusOfCircularShutter=20,
        ShutterPresentationValue=0,
    )
    made.SOPInstanceUID = made.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    made.SeriesInstanceUID = generate_uid()
    return made


@pytest.fixture(scope="module")
def case(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = tmp_path_factory.mktemp("objects")
    images = slices()
    for number, image in enumerate(images):
        (folder / f"{number}.dcm").write_bytes(make.file_of(image))
    # The slice that the room opens with: the one in the middle of the stack.
    (folder / "state.dcm").write_bytes(states.file_of(presentation(images[10])))
    (folder / "contours.dcm").write_bytes(states.file_of(contours(images[0])))
    done = server.command("import", "--finess", VALMONT, str(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    stage.wait_until_prepared(server)
    return stage.open_case(server, words="Objets")


def shown(window: Window, viewport: str = "stack") -> NDArray[np.int64]:
    """The largest square in the middle of a viewport."""
    box = window.page.locator(f"[data-viewport={viewport}]").bounding_box()
    assert box
    side = min(box["width"], box["height"])
    left, top = box["x"] + (box["width"] - side) / 2, box["y"] + (box["height"] - side) / 2
    picture = window.page.screenshot(clip={"x": left, "y": top, "width": side, "height": side})
    return np.asarray(Image.open(io.BytesIO(picture)).convert("RGB"), int)


def level_at(window: Window, x: float, y: float) -> float:
    """The grey around a place, in shares of the square."""
    picture = shown(window)
    row, column = round(y * len(picture)), round(x * len(picture))
    return float(picture[row - 2 : row + 3, column - 2 : column + 3].mean())


def state_of(window: Window, email: str) -> str:
    people = window.page.evaluate("window.consilium.participants()")
    return next(person["state"] for person in people if person["name"] == stage.NAMES[email])


def lay_over(window: Window, kind: str) -> None:
    window.page.locator(".object-card", has_text=kind).first.get_by_role("button", name=LAY_OVER).click()


def both(case: Case, server: Server, open_as: Callable[..., Window]) -> tuple[Window, Window]:
    expert, requester = open_as(NEURORADIOLOGIST, size=WIDE), open_as(RADIOLOGIST, size=(1000, 1100))
    stage.enter(expert, server, case.room_id)
    stage.enter(requester, server, case.room_id)
    assert stage.eventually(expert, lambda: state_of(expert, RADIOLOGIST) == "same")
    return expert, requester


def said(window: Window) -> str:
    return window.page.locator("[data-viewport=stack] .in-layers").text_content() or ""


def column_20(window: Window) -> float:
    """Its middle lies 11.5 mm above that of the picture; in shares of the square, which is as high as it is visible."""
    return 0.5 - 11.5 / min(stage.views(window)["stack"]["fov_mm"])


# Column 20, stored 80, in a window from 0 to 256: level 80 of 255; the table's entry for it is (255 - 80) squared.
ENTRY_80 = (255 - 80) ** 2 / 65535 * 255


def test_a_presentation_state_turns_shutters_and_shades_both_screens(
    case: Case, server: Server, open_as: Callable[..., Window], tmp_path: Path
) -> None:
    """Turned clockwise, columns run downwards."""
    expert, requester = both(case, server, open_as)
    lay_over(expert, "État de présentation")
    for window in (expert, requester):
        assert stage.eventually(window, lambda window=window: "présentation : STATE" in said(window)), said(window)
        assert stage.eventually(window, lambda window=window: level_at(window, 0.92, 0.12) == 0), "the shutter"
        assert stage.eventually(
            window, lambda window=window: abs(level_at(window, 0.5, column_20(window)) - ENTRY_80) < 8
        )
        assert np.allclose(stage.views(window)["stack"]["up"], (-1, 0, 0))
    assert stage.eventually(expert, lambda: state_of(expert, RADIOLOGIST) == "same")
    expert.page.screenshot(path=str(tmp_path / "state.png"))
    requester.page.screenshot(path=str(tmp_path / "state-follower.png"))


def red(window: Window, viewport: str) -> float:
    picture = shown(window, viewport)
    return float(((picture[..., 0] - picture[..., 1]) > 40).mean())


def test_contours_are_drawn_on_their_slices_and_cut_by_planes(
    case: Case, server: Server, open_as: Callable[..., Window], tmp_path: Path
) -> None:
    """A coronal plane through the cube cuts 32 mm by 20 mm of 64 mm by 40 mm."""
    expert, requester = both(case, server, open_as)
    lay_over(expert, "Contours")
    for window in (expert, requester):
        assert stage.eventually(window, lambda window=window: red(window, "stack") > 0.002)
    expert.page.keyboard.press("l")
    assert stage.eventually(requester, lambda: "coronal" in stage.views(requester)), stage.views(requester).keys()
    for window in (expert, requester):
        for viewport in ("axial", "coronal", "sagittal"):
            assert stage.eventually(window, lambda w=window, v=viewport: red(w, v) > 0.002), viewport
    assert red(expert, "coronal") > 0.1
    assert stage.eventually(expert, lambda: state_of(expert, RADIOLOGIST) == "same")
    expert.page.screenshot(path=str(tmp_path / "contours.png"))
    requester.page.screenshot(path=str(tmp_path / "contours-follower.png"))
