"""A thick plane of a volume drawn as one picture: planes sampled beside each other, then blended."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dicom_render.affine import Mask, Ramp, Real, Size, known, sample_volume
from dicom_render.space import Vector

Blend = Literal["mip", "minip", "mean"]
_OPPOSITE: dict[Blend, Blend] = {"mip": "minip", "minip": "mip", "mean": "mean"}


@dataclass(frozen=True, slots=True)
class Slab:
    """So much of the volume, half of it on each side of the plane, drawn as one picture."""

    blend: Blend
    thickness_mm: float

    def before(self, slope: float) -> "Slab":
        """The slab of values that are still to be multiplied: a negative slope makes the highest the lowest."""
        return self if slope > 0 else Slab(_OPPOSITE[self.blend], self.thickness_mm)


def sample_slab(
    volume: NDArray[np.generic], ramps: tuple[Ramp, Ramp, Ramp], per_mm: Vector, slab: Slab, size: Size
) -> tuple[Real, Mask]:
    """Planes half a voxel apart or closer, each sampled, then blended; what lies outside of the volume does not count.

    `per_mm`: how far along each index a step of one millimetre towards the reader leads.
    """
    steps = max(1, math.ceil(2 * slab.thickness_mm * max(abs(each) for each in per_mm)))
    start = {"mip": -np.inf, "minip": np.inf, "mean": 0.0}[slab.blend]
    join = {"mip": np.maximum, "minip": np.minimum, "mean": np.add}[slab.blend]
    total, count = np.full(size, start, np.float32), np.zeros(size, np.int32)
    for step in range(steps + 1):
        away = (step / steps - 0.5) * slab.thickness_mm
        depth, row, column = (ramp.moved(by * away) for ramp, by in zip(ramps, per_mm, strict=True))
        values, shown = known(*sample_volume(volume, (depth, row, column), size))
        join(total, values, out=total, where=shown)
        count += shown
    shown = count > 0
    if slab.blend == "mean":
        total /= np.maximum(count, 1)
    return np.where(shown, total, np.float32(0)), shown
