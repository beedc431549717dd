"""Closed planar contours as the solid that they bound, and what a plane cuts out of it; in patient millimetres.

The twin of the client's `layers/contours.ts`: what the experts saw on their screens is what is drawn on paper.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

# Planes nearer than this are one; contours are drawn on slices, never this close together.
_SAME_MM = 0.01
# Nearer to parallel than 2.5 degrees, a plane is one that contours are drawn in.
PARALLEL = 0.999
# A lone plane is taken for a millimetre thick.
LONE_HALF_MM = 0.5


@dataclass(frozen=True, slots=True)
class Sheet:
    """Contours of one plane; between them the even-odd rule holds. It reaches `half_mm` to either side."""

    normal: Points
    origin: Points
    half_mm: float
    outlines: tuple[Points, ...]


def sheets_of(contours: Sequence[Points]) -> list[Sheet]:
    """By planes of one direction; contours that enclose nothing, or lie otherwise, make no solid with them."""
    flat = [(normal, each) for each in contours if (normal := _normal_of(each)) is not None]
    if not flat:
        return []
    normal = flat[0][0]
    by_height: dict[int, list[Points]] = {}
    for own, outline in flat:
        if abs(float(own @ normal)) > PARALLEL:
            by_height.setdefault(round(float(outline[0] @ normal) / _SAME_MM), []).append(outline)
    half_mm = half_step([height * _SAME_MM for height in by_height])
    return [Sheet(normal, outlines[0][0], half_mm, tuple(outlines)) for outlines in by_height.values()]


def half_step(heights: Sequence[float]) -> float:
    """Half the smallest step between planes."""
    steps = [step for step in np.diff(np.sort(np.asarray(heights, float))) if step > 1e-3]
    return float(min(steps)) / 2 if steps else LONE_HALF_MM


def _normal_of(outline: Points) -> Points | None:
    if len(outline) < 3:
        return None
    fans = np.cross(outline[1:-1] - outline[0], outline[2:] - outline[0]).sum(axis=0)
    length = math.hypot(*fans)
    return fans / length if length > 1e-6 else None


def bands_of(sheet: Sheet, point: Points, normal: Points) -> list[Points]:
    """Four corners of each stretch of a plane inside the solid; the first two and the last two are its sides."""
    along = np.cross(sheet.normal, normal)
    steep = math.hypot(*along)
    if steep < 1e-3:
        return []
    direction = along / steep
    across = np.cross(normal, direction)
    reach = sheet.half_mm / abs(float(across @ sheet.normal)) * across
    crossings = [each for outline in sheet.outlines for each in _crossings_of(outline, point, normal)]
    crossings.sort(key=lambda each: float(each @ direction))
    pairs = zip(crossings[0::2], crossings[1::2], strict=False)
    return [np.array([start - reach, start + reach, end + reach, end - reach]) for start, end in pairs]


def _crossings_of(outline: Points, point: Points, normal: Points) -> list[Points]:
    heights = (outline - point) @ normal
    before, heights_before = np.roll(outline, 1, axis=0), np.roll(heights, 1)
    crosses = (heights_before > 0) != (heights > 0)
    share = heights_before[crosses] / (heights_before[crosses] - heights[crosses])
    return list(before[crosses] + share[:, None] * (outline[crosses] - before[crosses]))
