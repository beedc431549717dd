"""A thick plane of a volume drawn as one picture: highest, lowest or mean value along each line of sight."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dicom_render.affine import Mask, Ramp, Real, Size, known, sample_volume
from dicom_render.marching import Crossings, Sums, march
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
    """Values where each line of sight enters and leaves the slab, and where it crosses a layer of voxels, blended.

    Layers are those of the axis that it crosses most often: between two of them an interpolated value lies between
    theirs along that axis. The mean weighs each value by the length that it stands for. What lies outside of the volume
    does not count. `per_mm`: how far along each index a step of one millimetre towards the reader leads.
    """
    crossings, sums = Crossings.along(ramps, per_mm, slab.thickness_mm), Sums(slab.blend, size)
    for end in (-1, 1):
        values, shown = known(*sample_volume(volume, crossings.at_face(end), size))
        sums.add(values, shown, crossings.share_of_face(size, end))
    if crossings.is_upright(size):
        start = ramps[crossings.axis].start
        for layer in crossings.layers(volume.shape[crossings.axis]):
            values, shown = known(*sample_volume(volume, crossings.at_layer(layer), size))
            sums.add(values, shown, crossings.share(layer - start))
    else:
        march(volume, crossings, sums, size)
    return sums.blended()
