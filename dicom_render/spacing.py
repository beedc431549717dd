"""Do the positions of ordered slices make a regular, upright grid? Pure: numbers in, a judgement out.

Viewers that are not told place every slice at a mean distance and straight above the first: 38 mm wrong at 15 degrees
of gantry tilt over 120 slices (measured), without a word.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import msgspec

from dicom_render.refusal import Fact
from dicom_render.space import Orientation, Vector, dot, minus, normal_of

SpacingReason = Literal["too_few", "duplicate_positions", "gantry_tilt", "missing_slices", "uneven_spacing"]

# With two slices there is one distance: nothing says whether it is the spacing or a gap.
MIN_VOLUME_FRAMES = 3
# Positions are written in millimetres with 1 to 7 decimals; nearer than this, two slices are the same place.
DUPLICATE_MM = 0.01
# A slice may lie this far from its place on the regular grid: where positions are written with one decimal (GE writes
# -31.1575, -24.1575, -17.2575 for 6.997 mm), its own rounding and that of the two ends add up to 0.1 mm. What is judged
# is the place at which the slice would be drawn, not each step, so a drift cannot add up unseen.
GRID_MM, GRID_SHARE_AT_LEAST, GRID_SHARE_AT_MOST = 0.1, 0.01, 0.2
# Sideways, a quarter of a pixel cannot be seen after interpolation, and 0.1 mm is below what positions are written to.
SHEAR_MM, SHEAR_PIXELS = 0.1, 0.25


class Caution(msgspec.Struct, frozen=True):
    """Something a reader must know about a stack; the sentence is looked up by the code."""

    code: str
    facts: dict[str, Fact] = {}


@dataclass(frozen=True, slots=True)
class Judgement:
    """`reason` None: a regular grid. `spacing_mm` None: no single distance between slices."""

    reason: SpacingReason | None
    spacing_mm: float | None
    cautions: tuple[Caution, ...] = ()


def judge_positions(positions: Sequence[Vector], orientation: Orientation, pixel_mm: float) -> Judgement:
    """Judges slices sorted along the normal of `orientation`; `pixel_mm` is the smaller side of a pixel."""
    normal = normal_of(orientation)
    heights = [dot(position, normal) for position in positions]
    steps = [above - below for below, above in pairwise(heights)]
    usual_mm = _usual(steps)
    tolerance_mm = max(GRID_SHARE_AT_LEAST * usual_mm, min(GRID_MM, GRID_SHARE_AT_MOST * usual_mm))
    duplicates = [index + 1 for index, step in enumerate(steps) if step < DUPLICATE_MM]
    tilt = _tilt(positions, normal, most_mm=max(SHEAR_MM, SHEAR_PIXELS * pixel_mm))
    uneven_reason, spacing_mm, uneven = _evenness(heights, steps, tolerance_mm)
    cautions: list[Caution] = []
    reason: SpacingReason | None = "too_few" if len(positions) < MIN_VOLUME_FRAMES else uneven_reason
    if not duplicates:
        cautions += uneven
    if tilt is not None:
        reason = "gantry_tilt"
        cautions.insert(0, tilt)
    if duplicates:
        reason, spacing_mm = "duplicate_positions", None
        cautions.insert(0, Caution("duplicate_positions", {"frames": [float(frame) for frame in duplicates]}))
    return Judgement(reason=reason, spacing_mm=spacing_mm, cautions=tuple(cautions))


def _usual(steps: Sequence[float]) -> float:
    """The lower median: of two different steps the smaller is the spacing, the larger may be a gap."""
    return sorted(steps)[(len(steps) - 1) // 2] if steps else 0.0


def _tilt(positions: Sequence[Vector], normal: Vector, *, most_mm: float) -> Caution | None:
    """PS3.3 C.7.6.2.1.1 allows origins that drift sideways: a tilted gantry shears the stack."""
    worst_mm, degrees = 0.0, 0.0
    for position in positions[1:]:
        way = minus(position, positions[0])
        height = dot(way, normal)
        sideways = math.sqrt(max(dot(way, way) - height * height, 0.0))
        if sideways > worst_mm:
            worst_mm, degrees = sideways, math.degrees(math.atan2(sideways, abs(height)))
    if worst_mm <= most_mm:
        return None
    return Caution("gantry_tilt", {"degrees": round(degrees, 2), "shift_mm": round(worst_mm, 2)})


def _evenness(
    heights: Sequence[float], steps: Sequence[float], tolerance_mm: float
) -> tuple[SpacingReason | None, float | None, list[Caution]]:
    if not steps:
        return None, None, []
    mean = (heights[-1] - heights[0]) / len(steps)
    if all(abs(height - heights[0] - index * mean) <= tolerance_mm for index, height in enumerate(heights)):
        return None, mean, []
    usual = _usual(steps)
    odd = [index for index, step in enumerate(steps) if abs(step - usual) > tolerance_mm]
    gaps = [(index, round(steps[index] / usual)) for index in odd] if usual > DUPLICATE_MM else []
    if gaps and all(times >= 2 and abs(steps[index] - times * usual) <= times * tolerance_mm for index, times in gaps):
        return "missing_slices", usual, [_gap(heights, index, times) for index, times in gaps]
    facts: dict[str, Fact] = {
        "smallest_mm": round(min(steps), 3),
        "largest_mm": round(max(steps), 3),
        "changes_after_frames": [float(index + 1) for index in odd],
    }
    return "uneven_spacing", None, [Caution("uneven_spacing", facts)]


def _gap(heights: Sequence[float], index: int, times: int) -> Caution:
    """Slices counted from 1; heights are along the normal, in patient space."""
    facts: dict[str, Fact] = {
        "after_frame": index + 1,
        "missing": times - 1,
        "from_mm": round(heights[index], 3),
        "to_mm": round(heights[index + 1], 3),
    }
    return Caution("missing_slices", facts)
