"""Display shutters, by the words of PS3.3 C.7.6.11 and C.7.6.15."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from dicom_render.overlays import Overlay, packed_bits
from dicom_render.shutters import Shutter, hidden_by, set_at, shutter_of


def said(**attributes: object) -> Dataset:
    made = Dataset()
    for keyword, value in attributes.items():
        setattr(made, keyword, value)
    return made


def plane(mask: NDArray[np.bool_], *, row: int = 0, column: int = 0) -> Overlay:
    return Overlay("graphic", "", mask.shape[0], mask.shape[1], row, column, packed_bits(mask))


def hidden(
    shutter: Shutter | None, rows: int = 10, columns: int = 12, *, row_per_column: float = 1
) -> NDArray[np.bool_]:
    assert shutter is not None
    row, column = np.mgrid[:rows, :columns].astype(float)
    return hidden_by(shutter, row, column, row_per_column=row_per_column)


def test_outside_of_a_rectangle_is_hidden_and_its_edges_are_shown() -> None:
    """Edges are columns and rows counted from 1."""
    shutter, _ = shutter_of(
        said(
            ShutterShape="RECTANGULAR",
            ShutterLeftVerticalEdge=3,
            ShutterRightVerticalEdge=6,
            ShutterUpperHorizontalEdge=2,
            ShutterLowerHorizontalEdge=9,
        ),
        1,
        {},
    )
    expected = np.ones((10, 12), bool)
    expected[1:9, 2:6] = False
    np.testing.assert_array_equal(hidden(shutter), expected)


def test_a_circle_is_round_on_oblong_pixels() -> None:
    """The radius is in pixels along a row: where rows lie twice as far apart, half as many rows are shown."""
    made = said(ShutterShape="CIRCULAR", CenterOfCircularShutter=[6, 7], RadiusOfCircularShutter=4)
    shutter, _ = shutter_of(made, 1, {})
    row, column = np.mgrid[1:11, 1:13]
    np.testing.assert_array_equal(hidden(shutter), np.hypot(row - 6, column - 7) > 4)
    shown = ~hidden(shutter, row_per_column=2)
    assert (shown[:, 6].sum(), shown[5].sum()) == (5, 9)


def test_inside_of_a_polygon_is_shown() -> None:
    """Vertices are row, column, row, column...; an L of two rectangles, its corners between the pixels' centres."""
    made = said(ShutterShape="POLYGONAL", VerticesOfThePolygonalShutter=[2, 2, 2, 5, 6, 5, 6, 11, 9, 11, 9, 2])
    shutter, _ = shutter_of(made, 1, {})
    assert shutter is not None
    row, column = np.mgrid[1:11, 1:13] + 0.25
    expected = ((row > 2) & (row < 9) & (column > 2) & (column < 5)) | (
        (row > 6) & (row < 9) & (column > 2) & (column < 11)
    )
    np.testing.assert_array_equal(hidden_by(shutter, row - 1, column - 1, row_per_column=1), ~expected)


def test_where_a_bitmap_is_set_it_hides_and_the_overlay_is_used_up() -> None:
    """PS3.3 C.7.6.15: Shutter Overlay Group names the plane."""
    mask = np.eye(4, dtype=bool)
    made = said(ShutterShape="BITMAP", ShutterOverlayGroup=0x6002, ShutterPresentationValue=0x8000)
    shutter, used = shutter_of(made, 1, {0x6002: plane(mask, row=2, column=3)})
    assert used == 0x6002
    assert shutter is not None
    assert shutter.presentation_value == 0x8000
    expected = np.zeros((10, 12), bool)
    expected[2:6, 3:7] = mask
    np.testing.assert_array_equal(hidden(shutter), expected)


def test_shapes_hide_together() -> None:
    rectangle, circle = Shutter(rectangle=(3, 9, 2, 8)), Shutter(circle=(5, 6, 3))
    both = Shutter(rectangle=(3, 9, 2, 8), circle=(5, 6, 3))
    np.testing.assert_array_equal(hidden(both), hidden(rectangle) | hidden(circle))


def test_an_enhanced_object_has_a_shutter_for_each_frame() -> None:
    """PS3.3 C.7.6.16.2.16 Frame Display Shutter."""
    groups = [
        said(
            FrameDisplayShutterSequence=[
                said(ShutterShape="CIRCULAR", CenterOfCircularShutter=[5, 5], RadiusOfCircularShutter=radius)
            ]
        )
        for radius in (3, 4)
    ]
    made = said(PerFrameFunctionalGroupsSequence=groups)
    assert [shutter_of(made, frame, {})[0] for frame in (1, 2)] == [Shutter(circle=(5, 5, r)) for r in (3, 4)]


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"ShutterShape": "CIRCULAR", "CenterOfCircularShutter": [1, 1]},
        {"ShutterShape": "RECTANGULAR", "ShutterLeftVerticalEdge": 1},
        {"ShutterShape": "POLYGONAL", "VerticesOfThePolygonalShutter": [1, 1, 2, 2]},
        {"ShutterShape": "BITMAP", "ShutterOverlayGroup": 0x6000},
    ],
)
def test_a_shutter_that_says_too_little_hides_nothing(attributes: dict[str, object]) -> None:
    assert shutter_of(said(**attributes), 1, {})[0] is None


def test_a_thin_line_does_not_fall_between_the_pixels_of_a_smaller_picture() -> None:
    mask = np.zeros((32, 32), bool)
    mask[5, :] = True
    row, column = (np.mgrid[:8, :8] + 0.5) * 4 - 0.5
    assert set_at(plane(mask), row, column, pixels=4)[1].all()
    assert set_at(plane(mask), row, column, pixels=4).sum() == 8
