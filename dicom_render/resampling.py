"""A regular, upright grid through the true positions of a stack that has none of its own; marked wherever it is drawn.

Each of its layers lies between two slices and takes from both, each moved sideways to where it was acquired: a tilted
gantry is straightened and two slice distances become one. Between slices that do not reach each other nothing is made
up: such layers stay empty.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import msgspec
import numpy as np
from numpy.typing import NDArray

from dicom_render.space import Orientation, Vector, dot, minus, normal_of, row_and_column, unit
from dicom_render.spacing import Caution, Judgement

RESAMPLED = {"gantry_tilt", "uneven_spacing", "missing_slices"}
MIN_FRAMES = 3
# Slices reach their neighbours if they are as thick as the way between them; thickness is written rounded.
REACH_SHARE, REACH_MM = 1.05, 0.1
# Two dimensional MR leaves gaps of 10 to 50 % between its slices, and is read across them every day.
REACH_STEPS = 1.5
# Where distances differ, layers half as far apart as most slices keep what lies beside a layer from being smeared.
LAYERS_PER_STEP = 2
# Slices lying beside each other rather than over each other are no tilt: 45 degrees over a cube doubles a side.
MOST_GROWTH = 4
# What rounding leaves of a place that is a slice's own.
_OWN = 1e-4


class Layer(msgspec.Struct, frozen=True, array_like=True):
    """`share` of frame `above` and the rest of frame `below`, both counted from 0; -1, -1: nothing is known here."""

    below: int
    above: int
    share: float


class Resampling(msgspec.Struct, frozen=True):
    """The grid: `origin_mm` is the middle of its first voxel, in-plane steps are those of the slices.

    `shifts`: (rows, columns) from the grid's first voxel to the first pixel of each frame, fractions included.
    """

    origin_mm: Vector
    spacing_mm: float
    rows: int
    columns: int
    layers: tuple[Layer, ...]
    shifts: tuple[tuple[float, float], ...]


def resampling_of(
    positions: Sequence[Vector],
    thicknesses_mm: Sequence[float | None],
    judged: Judgement,
    *,
    orientation: Orientation,
    pixel_spacing_mm: tuple[float, float],
    size: tuple[int, int],
) -> Resampling | None:
    """For slices of `size` (rows, columns), sorted along the normal; None where the geometry does not allow it."""
    if judged.reason not in RESAMPLED or len(positions) < MIN_FRAMES:
        return None
    normal = normal_of(orientation)
    heights = [dot(minus(position, positions[0]), normal) for position in positions]
    down, across = (
        [dot(minus(position, positions[0]), unit(axis)) / step for position in positions]
        for axis, step in zip(reversed(row_and_column(orientation)), pixel_spacing_mm, strict=True)
    )
    rows = size[0] + math.ceil(max(down) - min(down) - _OWN)
    columns = size[1] + math.ceil(max(across) - min(across) - _OWN)
    usual_mm = sorted(above - below for below, above in pairwise(heights))[(len(heights) - 2) // 2]
    spacing_mm = judged.spacing_mm or usual_mm / LAYERS_PER_STEP
    count = 1 + math.floor(heights[-1] / spacing_mm + _OWN)
    if rows * columns * count > MOST_GROWTH * size[0] * size[1] * len(positions) or spacing_mm <= 0:
        return None
    open_after = _unreached(heights, thicknesses_mm, judged.cautions, usual_mm)
    return Resampling(
        origin_mm=_moved(positions[0], orientation, min(down) * pixel_spacing_mm[0], min(across) * pixel_spacing_mm[1]),
        spacing_mm=spacing_mm,
        rows=rows,
        columns=columns,
        layers=tuple(_layer(heights, index * spacing_mm, open_after, spacing_mm) for index in range(count)),
        shifts=tuple(
            (round(row - min(down), 4), round(column - min(across), 4))
            for row, column in zip(down, across, strict=True)
        ),
    )


def _unreached(
    heights: Sequence[float], thicknesses_mm: Sequence[float | None], cautions: Sequence[Caution], usual_mm: float
) -> set[int]:
    """After which slices (counted from 0) there is a gap."""
    gaps = {int(str(one.facts["after_frame"])) - 1 for one in cautions if one.code == "missing_slices"}
    for index, (below, above) in enumerate(pairwise(heights)):
        halves = [(thickness or 0.0) / 2 for thickness in thicknesses_mm[index : index + 2]]
        if above - below > max(REACH_SHARE * sum(halves) + REACH_MM, REACH_STEPS * usual_mm):
            gaps.add(index)
    return gaps


def _layer(heights: Sequence[float], height: float, open_after: set[int], spacing_mm: float) -> Layer:
    above = next((index for index, each in enumerate(heights) if each >= height - _OWN * spacing_mm), len(heights) - 1)
    # At a slice of its own, and at the end, there is nothing to mix.
    if above == 0 or abs(heights[above] - height) <= _OWN * spacing_mm:
        return Layer(above, above, 0.0)
    below = above - 1
    if below in open_after:
        return Layer(-1, -1, 0.0)
    return Layer(below, above, round((height - heights[below]) / (heights[above] - heights[below]), 6))


def _moved(origin: Vector, orientation: Orientation, down_mm: float, across_mm: float) -> Vector:
    along_row, along_column = (unit(axis) for axis in row_and_column(orientation))
    x, y, z = (
        start + across_mm * row + down_mm * column
        for start, row, column in zip(origin, along_row, along_column, strict=True)
    )
    return x, y, z


def resampled(frames: Sequence[NDArray[np.generic]], grid: Resampling, *, empty: float) -> NDArray[np.float32]:
    """(layers, rows, columns) of the grid, linear between pixels and between slices; `empty` where nothing is known."""
    volume = np.full((len(grid.layers), grid.rows, grid.columns), np.float32(empty))
    for place, layer in zip(volume, grid.layers, strict=True):
        if layer.below < 0:
            continue
        below = _placed(frames[layer.below].astype(np.float32, copy=False), grid.shifts[layer.below], place.shape)
        if layer.share == 0:
            mixed = below
        else:
            above = _placed(frames[layer.above].astype(np.float32, copy=False), grid.shifts[layer.above], place.shape)
            mixed = below + np.float32(layer.share) * (above - below)
        # NaN marks what lies beside a slice: known only where both slices are.
        np.copyto(place, mixed, where=~np.isnan(mixed))
    return volume


def _placed(frame: NDArray[np.float32], shift: tuple[float, float], size: tuple[int, ...]) -> NDArray[np.float32]:
    """The slice on the grid's pixels, NaN beside it."""
    moved = frame
    for axis, by in enumerate(shift):
        moved = _slid(moved, by, size[axis], axis)
    return moved


def _slid(picture: NDArray[np.float32], by: float, count: int, axis: int) -> NDArray[np.float32]:
    """Along one axis: pixel i of what comes out is pixel i - by of what goes in."""
    at = np.arange(count) - by
    last = picture.shape[axis] - 1
    held = np.clip(at, 0, last)
    low = np.floor(held + _OWN).astype(np.intp)
    share = np.clip(held - low, 0, 1).astype(np.float32)
    shape = [-1 if each == axis else 1 for each in range(2)]
    near = np.take(picture, low, axis)
    far = np.take(picture, np.minimum(low + 1, last), axis)
    slid = near + (far - near) * share.reshape(shape)
    beside = (at < -_OWN) | (at > last + _OWN)
    return np.where(beside.reshape(shape), np.float32(np.nan), slid)
