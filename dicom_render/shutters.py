"""Display shutters (PS3.3 C.7.6.11, bitmaps C.7.6.15): what of a frame is to be hidden; draws nothing."""

from collections.abc import Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from dicom_render.attributes import integer_of, numbers_of, texts_of
from dicom_render.cielab import rgb_of
from dicom_render.functional_groups import FrameGroups
from dicom_render.overlays import Mask, Overlay

Coordinates = NDArray[np.float64]

_EDGES = ("ShutterLeftVerticalEdge", "ShutterRightVerticalEdge", "ShutterUpperHorizontalEdge")


class Shutter(msgspec.Struct, frozen=True):
    """Places count from 1 as in the file: the first pixel's centre is (1, 1). What one shape hides is hidden."""

    rectangle: tuple[int, int, int, int] | None = None
    """left and right column, upper and lower row: the last that are shown"""
    circle: tuple[int, int, int] | None = None
    """row and column of the centre, radius in pixels along a row"""
    polygon: tuple[tuple[int, int], ...] = ()
    """(row, column) of the corners; the last joins the first"""
    bitmap: Overlay | None = None
    """set where it hides"""
    presentation_value: int = 0
    """the P-Value, 0 black to 65535 white, that is shown instead"""
    rgb: tuple[int, int, int] | None = None
    """shown in place of that value, where the file names a colour"""


def shutter_of(dataset: Dataset, frame: int, overlays: Mapping[int, Overlay]) -> tuple[Shutter | None, int | None]:
    """The shutter of a frame counted from 1, and the group of the overlay that it uses up."""
    said = FrameGroups(dataset).of(frame - 1, "FrameDisplayShutterSequence")
    shapes = texts_of(said, "ShutterShape")
    group = integer_of(said, "ShutterOverlayGroup") if "BITMAP" in shapes else None
    shutter = Shutter(
        rectangle=_rectangle(said) if "RECTANGULAR" in shapes else None,
        circle=_circle(said) if "CIRCULAR" in shapes else None,
        polygon=_polygon(said) if "POLYGONAL" in shapes else (),
        bitmap=overlays.get(group) if group is not None else None,
        presentation_value=min(max(integer_of(said, "ShutterPresentationValue") or 0, 0), 0xFFFF),
        rgb=rgb_of(said, "ShutterPresentationColorCIELabValue"),
    )
    hides = shutter.rectangle or shutter.circle or shutter.polygon or shutter.bitmap
    return (shutter if hides else None), group


def hidden_by(shutter: Shutter, row: Coordinates, column: Coordinates, *, row_per_column: float) -> NDArray[np.bool_]:
    """Whether places, counted from 0, are hidden; `row_per_column`: height of a pixel over its width."""
    hidden = np.zeros(row.shape, bool)
    if shutter.rectangle is not None:
        left, right, upper, lower = shutter.rectangle
        # The pixels of the edges are shown, up to their own far sides.
        hidden |= (column < left - 1.5) | (column > right - 0.5) | (row < upper - 1.5) | (row > lower - 0.5)
    if shutter.circle is not None:
        centre_row, centre_column, radius = shutter.circle
        # C.7.6.11: the radius is a number of pixels along a row, so that a circle stays one on oblong pixels.
        down, across = (row - (centre_row - 1)) * row_per_column, column - (centre_column - 1)
        hidden |= down**2 + across**2 > radius**2
    if shutter.polygon:
        hidden |= ~_within(shutter.polygon, row + 1, column + 1)
    if shutter.bitmap is not None:
        hidden |= set_at(shutter.bitmap, row, column)
    return hidden


def set_at(overlay: Overlay, row: Coordinates, column: Coordinates, *, pixels: int = 1) -> NDArray[np.bool_]:
    """Whether the plane is set at places counted from 0 in the picture; outside of it, it is not.

    `pixels`: how many pixels of the picture one place stands for: a line one pixel wide is not to fall between them.
    """
    mask = overlay.mask()
    down, across = -overlay.rows % pixels, -overlay.columns % pixels
    high, wide = (overlay.rows + down) // pixels, (overlay.columns + across) // pixels
    padded = np.pad(mask, ((0, down), (0, across))).reshape(high, pixels, wide, pixels)
    blocks: Mask = np.logical_or.reduce(padded, axis=(1, 3))
    at_row = np.floor((row - overlay.first_row + 0.5) / pixels).astype(np.intp)
    at_column = np.floor((column - overlay.first_column + 0.5) / pixels).astype(np.intp)
    inside = (at_row >= 0) & (at_row < high) & (at_column >= 0) & (at_column < wide)
    return inside & blocks[np.where(inside, at_row, 0), np.where(inside, at_column, 0)]


def _within(corners: tuple[tuple[int, int], ...], row: Coordinates, column: Coordinates) -> NDArray[np.bool_]:
    """Even-odd rule: a ray to the right crosses the outline an odd number of times."""
    inside = np.zeros(row.shape, bool)
    for (row_a, column_a), (row_b, column_b) in zip(corners, (*corners[1:], corners[0]), strict=True):
        if row_a == row_b:
            continue
        crosses = (row_a > row) != (row_b > row)
        inside ^= crosses & (column < column_a + (row - row_a) * (column_b - column_a) / (row_b - row_a))
    return inside


def _rectangle(said: Dataset) -> tuple[int, int, int, int] | None:
    edges = [integer_of(said, keyword) for keyword in (*_EDGES, "ShutterLowerHorizontalEdge")]
    left, right, upper, lower = edges
    if left is None or right is None or upper is None or lower is None:
        return None
    return left, right, upper, lower


def _circle(said: Dataset) -> tuple[int, int, int] | None:
    centre, radius = numbers_of(said, "CenterOfCircularShutter"), integer_of(said, "RadiusOfCircularShutter")
    if len(centre) != 2 or radius is None or radius <= 0:
        return None
    return int(centre[0]), int(centre[1]), radius


def _polygon(said: Dataset) -> tuple[tuple[int, int], ...]:
    numbers = [int(number) for number in numbers_of(said, "VerticesOfThePolygonalShutter")]
    corners = tuple(zip(numbers[0::2], numbers[1::2], strict=False))
    return corners if len(corners) >= 3 else ()
