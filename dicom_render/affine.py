"""Samples a picture or a volume at places that are affine in the pixels of the picture to be drawn; no millimetres."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dicom_render.sampling import bilinear, inside, trilinear

Real = NDArray[np.float32]
Mask = NDArray[np.bool_]
Line = NDArray[np.float64]
Size = tuple[int, int]
"""(height, width) in pixels"""

# What rounding leaves of a coordinate that stands still, in voxels over the whole picture.
STILL = 1e-6
# So many rows of the picture at a time keep the intermediate arrays within the processor's cache.
_ROWS_AT_A_TIME = 16


@dataclass(frozen=True, slots=True)
class Ramp:
    """One index coordinate: `start` at the picture's first pixel, so much more for each pixel across and down."""

    start: float
    across: float
    down: float

    def at(self, size: Size, rows: slice = slice(None)) -> Line:
        """The coordinate at those rows of the picture, (rows, width)."""
        return np.add.outer(self.start + self.down * np.arange(size[0])[rows], self.across * np.arange(size[1]))

    def moved(self, by: float) -> "Ramp":
        return Ramp(self.start + by, self.across, self.down)

    def stands_across(self, size: Size) -> bool:
        return abs(self.across) * size[1] < STILL

    def stands_down(self, size: Size) -> bool:
        return abs(self.down) * size[0] < STILL

    def line_across(self, size: Size) -> Line:
        return self.start + self.across * np.arange(size[1], dtype=np.float64)

    def line_down(self, size: Size) -> Line:
        return self.start + self.down * np.arange(size[0], dtype=np.float64)


def sample_picture(picture: NDArray[np.generic], row: Ramp, column: Ramp, size: Size) -> tuple[Real, Mask]:
    """Bilinear values (height, width[, channels]), and which of them lie within the pixels."""
    if row.stands_across(size) and column.stands_down(size):
        return _separable(picture, row.line_down(size), column.line_across(size))
    if row.stands_down(size) and column.stands_across(size):
        values, shown = _separable(picture, row.line_across(size), column.line_down(size))
        return values.swapaxes(0, 1), shown.T
    values, shown = np.empty((*size, *picture.shape[2:]), np.float32), np.empty(size, np.bool_)
    for rows in strips(size):
        down, along = row.at(size, rows), column.at(size, rows)
        values[rows] = bilinear(picture, down, along)
        shown[rows] = inside(down, picture.shape[0]) & inside(along, picture.shape[1])
    return values, shown


def sample_volume(volume: NDArray[np.generic], ramps: tuple[Ramp, Ramp, Ramp], size: Size) -> tuple[Real, Mask]:
    """Trilinear values at (slice, row, column), and which of them lie within the voxels."""
    for axis, ramp in enumerate(ramps):
        if ramp.stands_across(size) and ramp.stands_down(size):
            first, second = (each for other, each in enumerate(ramps) if other != axis)
            if not inside(np.array(ramp.start), volume.shape[axis]):
                return np.zeros(size, np.float32), np.zeros(size, np.bool_)
            return sample_picture(_between_planes(volume, axis, ramp.start), first, second, size)
    values, shown = np.empty(size, np.float32), np.empty(size, np.bool_)
    for rows in strips(size):
        slice_, row, column = (ramp.at(size, rows) for ramp in ramps)
        values[rows] = trilinear(volume, slice_, row, column)
        shown[rows] = inside(slice_, volume.shape[0]) & inside(row, volume.shape[1]) & inside(column, volume.shape[2])
    return values, shown


def known(values: Real, shown: Mask) -> tuple[Real, Mask]:
    """Nothing is shown where a resampled volume has nothing (NaN), nor half a voxel around it."""
    found = ~np.isnan(values)
    return np.where(found, values, np.float32(0)), shown & found


def strips(size: Size) -> Iterator[slice]:
    for first in range(0, size[0], _ROWS_AT_A_TIME):
        yield slice(first, min(size[0], first + _ROWS_AT_A_TIME))


def _between_planes(volume: NDArray[np.generic], axis: int, at: float) -> NDArray[np.generic]:
    low, share = _cell(np.array([at]), volume.shape[axis])
    near = np.take(volume, low, axis).squeeze(axis)
    if share[0] == 0:
        return near
    return _blend(near, np.take(volume, low + 1, axis).squeeze(axis), share[0])


def _separable(picture: NDArray[np.generic], row: Line, column: Line) -> tuple[Real, Mask]:
    """Along the columns first, then along the rows."""
    shown = np.logical_and.outer(inside(row, picture.shape[0]), inside(column, picture.shape[1]))
    return _along(_along(picture, row, 0), column, 1), shown


def _along(picture: NDArray[np.generic], at: Line, axis: int) -> Real:
    low, share = _cell(at, picture.shape[axis])
    near = np.take(picture, low, axis)
    if not share.any():
        return near.astype(np.float32)
    high = np.minimum(low + 1, picture.shape[axis] - 1)
    shares = share.reshape([-1 if each == axis else 1 for each in range(picture.ndim)])
    return _blend(near, np.take(picture, high, axis), shares)


def _cell(at: Line, count: int) -> tuple[NDArray[np.intp], Real]:
    held = np.clip(at, 0, count - 1)
    # A pixel's own centre, but for rounding, needs no neighbour.
    held = np.where(np.abs(held - np.rint(held)) < STILL, np.rint(held), held)
    low = np.floor(held).astype(np.intp)
    return low, (held - low).astype(np.float32)


def _blend(near: NDArray[np.generic], far: NDArray[np.generic], share: Real | np.float32) -> Real:
    first = near.astype(np.float32)
    step = far.astype(np.float32)
    step -= first
    step *= share
    step += first
    return step
