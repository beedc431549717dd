"""A presentation state on paper is the one that DCMTK shows (test_state_applying), drawn through the slice's plane."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dicom_render.headers import Window
from dicom_render.laying import Sheet
from dicom_render.laying_state import Slice, has_state, lay_state
from dicom_render.opening import open_dataset
from dicom_render.presentation_state import PresentationState, presentation_state_of
from dicom_render.state_applying import grey_of_state, state_levels, turned
from dicom_render.volume import PlaneView
from tests.dicom_render import make, states
from tests.dicom_render.drawing import prepared
from tests.dicom_render.states import item, table

STORED = np.linspace(-1000, 1400, 2400).round().astype(np.int16).reshape(40, 60)
ANY = Window(0.0, 1.0)
# Rows run down and columns to the right, 0.5 mm each: the middle of 40 x 60.
MIDDLE = (14.75, 9.75, 0.0)


def laid(tmp_path: Path, view: PlaneView, size: tuple[int, int], **changes: Any) -> tuple[Any, PresentationState]:
    shown = make.dataset(STORED, RescaleSlope=1, RescaleIntercept=-24, WindowCenter=40, WindowWidth=80)
    (tmp_path / "image.dcm").write_bytes(make.file_of(shown))
    stack = prepared(tmp_path / "image.dcm", tmp_path / "out")
    state = presentation_state_of(open_dataset(states.file_of(states.state(shown, **changes))))
    sheet = Sheet(np.zeros((size[1], size[0]), np.uint8), view)
    assert has_state(state, Slice(stack, 0))
    lay_state(sheet, state, Slice(stack, 0), view)
    return sheet.picture.astype(int), state


def expected(state: PresentationState) -> NDArray[np.int64]:
    grey = grey_of_state(state, "1.2.3.4.1", 1)
    assert grey is not None
    return turned(state_levels(STORED, grey, window=ANY), state).astype(np.int64)


def test_tables_and_window_are_drawn_as_the_state_says(tmp_path: Path) -> None:
    """The window of stored values 128 / 256 lies at 104 in the values of the image, whose intercept is -24."""
    tables = {
        "PresentationLUTShape": None,
        "PresentationLUTSequence": [table(np.arange(255, -1, -1) ** 2, first=0, bits=16)],
    }
    view = PlaneView(MIDDLE, (0, 0, -1), (0, -1, 0), (30, 20), window=Window(104, 256))
    picture, state = laid(tmp_path, view, (60, 40), **tables)
    assert np.abs(picture[..., 0] - expected(state)).max() <= 1


def test_a_turned_picture_is_that_of_the_turned_view(tmp_path: Path) -> None:
    """Clockwise by a quarter, the patient's right is at the top, and then flipped."""
    view = PlaneView(MIDDLE, (0, 0, -1), (-1, 0, 0), (20, 30), window=Window(104, 256), mirrored=True)
    picture, state = laid(tmp_path, view, (40, 60), ImageRotation=90, ImageHorizontalFlip="Y")
    assert np.abs(picture[..., 0] - expected(state)).max() <= 1


def test_another_window_set_by_hand_is_kept(tmp_path: Path) -> None:
    view = PlaneView(MIDDLE, (0, 0, -1), (0, -1, 0), (30, 20), window=Window(104, 2))
    picture, _ = laid(tmp_path, view, (60, 40))
    # Stored - 24 beyond 104 is white; 0.1 % of the values lie between.
    assert np.array_equal(picture[..., 0] > 127, STORED - 24 > 103)


def test_its_shutter_hides_and_its_words_and_lines_are_drawn(tmp_path: Path) -> None:
    line = item(
        GraphicAnnotationUnits="DISPLAY",
        GraphicDimensions=2,
        NumberOfGraphicPoints=2,
        GraphicData=[0.0, 0.5, 1.0, 0.5],
        GraphicType="POLYLINE",
        GraphicFilled="N",
    )
    view = PlaneView(MIDDLE, (0, 0, -1), (0, -1, 0), (30, 20), window=Window(104, 256))
    picture, _ = laid(
        tmp_path,
        view,
        (600, 400),
        GraphicLayerSequence=[item(GraphicLayer="L", GraphicLayerOrder=1)],
        GraphicAnnotationSequence=[item(GraphicLayer="L", GraphicObjectSequence=[line])],
        ShutterShape="RECTANGULAR",
        ShutterLeftVerticalEdge=11,
        ShutterRightVerticalEdge=50,
        ShutterUpperHorizontalEdge=1,
        ShutterLowerHorizontalEdge=40,
        ShutterPresentationValue=0,
    )
    # Columns 1 to 10 of 60 are hidden: 100 of 600 pixels. Beneath, row 39 is white.
    assert picture[390, :99].max() == 0
    assert picture[390, 102:498].min() == 255
    yellow = (picture == (255, 226, 89)).all(axis=2)
    assert set(np.flatnonzero(yellow.all(axis=1))) <= set(range(197, 204))
    assert yellow.all(axis=1).any()
