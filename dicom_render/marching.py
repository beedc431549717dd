"""Lines of sight through a slab of a volume: where they cross layers of voxels, and the blend of what lies there."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dicom_render.affine import STILL, Line, Mask, Ramp, Real, Size, strips
from dicom_render.space import Vector

# A share that is nothing beside the others, and still shows what no other value shows.
_LEAST_SHARE = 1e-6


@dataclass(frozen=True, slots=True)
class Crossings:
    """Parallel lines through a slab, one a pixel, from its middle, and the layers of one axis that they cross in it."""

    axis: int
    ramps: tuple[Ramp, Ramp, Ramp]
    slopes: Vector
    """how far along each index a line leads from one layer to the next"""
    reach: float
    """half the slab's thickness, in layers"""

    @classmethod
    def along(cls, ramps: tuple[Ramp, Ramp, Ramp], per_mm: Vector, thickness_mm: float) -> "Crossings":
        """By the axis that is crossed most often."""
        axis = max(range(3), key=lambda each: abs(per_mm[each]))
        one = per_mm[axis]
        slopes = (per_mm[0] / one, per_mm[1] / one, per_mm[2] / one)
        return cls(axis, ramps, slopes, abs(one) * thickness_mm / 2)

    def is_upright(self, size: Size) -> bool:
        """Whether all pixels cross the same layers."""
        ramp = self.ramps[self.axis]
        return ramp.stands_across(size) and ramp.stands_down(size)

    def layers(self, count: int) -> range:
        """Those that upright lines cross, of so many."""
        start = self.ramps[self.axis].start
        return range(max(0, _first(start - self.reach)), min(count - 1, -_first(-start - self.reach)) + 1)

    def at_layer(self, layer: int) -> tuple[Ramp, Ramp, Ramp]:
        """Where upright lines cross a layer."""
        return self._led_on(layer - self.ramps[self.axis].start)

    def at_face(self, end: int) -> tuple[Ramp, Ramp, Ramp]:
        """Where lines enter the slab (-1), and leave it (1) towards higher layers."""
        return self._led_on(end * self.reach)

    def _led_on(self, layers: float) -> tuple[Ramp, Ramp, Ramp]:
        one, other, third = self.ramps
        return (
            one.moved(layers * self.slopes[0]),
            other.moved(layers * self.slopes[1]),
            third.moved(layers * self.slopes[2]),
        )

    def share(self, away: Line | float) -> Real:
        """How much of a line a layer stands for that lies so far from the slab's middle: halfway to its neighbours."""
        before, after = np.minimum(1, self.reach + away), np.minimum(1, self.reach - away)
        return np.asarray((np.maximum(0, before) + np.maximum(0, after)) / 2, np.float32)

    def share_of_face(self, size: Size, end: int) -> Real:
        """The same for where lines enter the slab, or leave it."""
        face = end * self.ramps[self.axis].at(size) + self.reach
        gap = np.minimum(face - np.floor(face + STILL), 2 * self.reach)
        return np.maximum(_LEAST_SHARE, gap / 2).astype(np.float32)


def _first(at: float) -> int:
    return int(np.ceil(at - STILL))


class Sums:
    """What has been found along the lines so far: (height, width) each."""

    def __init__(self, blend: Literal["mip", "minip", "mean"], size: Size) -> None:
        self.blend = blend
        self._nothing = {"mip": -np.inf, "minip": np.inf, "mean": 0.0}[blend]
        self._total = np.full(size, self._nothing, np.float32)
        self._weight = np.zeros(size if blend == "mean" else (0, 0), np.float32)

    def add(self, values: Real, shown: Mask | None, share: Real, rows: slice = slice(None)) -> None:
        """Values of some rows of pixels, which are lost; NaN and what is not shown does not count."""
        total = self._total[rows]
        if self.blend == "mean":
            counts = ~np.isnan(values) if shown is None else shown & ~np.isnan(values)
            self._weight[rows] += counts * share
            total += np.where(counts, values * share, np.float32(0))
            return
        if shown is not None:
            np.copyto(values, self._nothing, where=~shown)
        (np.fmax if self.blend == "mip" else np.fmin)(total, values, out=total)

    def blended(self) -> tuple[Real, Mask]:
        """The picture, 0 where nothing was found, and where something was."""
        if self.blend == "mean":
            shown = self._weight > 0
            return np.divide(self._total, self._weight, out=np.zeros_like(self._total), where=shown), shown
        shown = self._total != self._nothing
        return np.where(shown, self._total, np.float32(0)), shown


def march(volume: NDArray[np.generic], crossings: Crossings, sums: Sums, size: Size) -> None:
    """Adds what lines find in the layers that they cross, each bilinear within the layer.

    A strip of the picture at a time, layer by layer: all lines lead on by the same step, and the arrays of a strip
    stay in the processor's cache.
    """
    for rows in strips(size):
        at = crossings.ramps[crossings.axis].at(size, rows)
        first = np.maximum(np.ceil(at - crossings.reach - STILL), 0)
        last = np.minimum(np.floor(at + crossings.reach + STILL), volume.shape[crossings.axis] - 1)
        if (first > last).all():
            continue
        strip = _Strip(volume, crossings, first, at, size, rows)
        spans, fewest = last - first, int((last - first).min())
        for step in range(int(spans.max()) + 1):
            if not strip.passes(step):
                continue
            values, shown = strip.values(step)
            if step > fewest:
                within = spans >= step
                shown = within if shown is None else shown & within
            share = crossings.share(first + step - at) if sums.blend == "mean" else _NO_SHARE
            sums.add(values, shown, share, rows)


_NO_SHARE = np.zeros((), np.float32)


class _Side:
    """Of a strip, the coordinate along one of the two axes within a layer: at the first layer of each pixel, and on."""

    def __init__(self, start: Line, slope: float, count: int, stride: int) -> None:
        self._start = start.astype(np.float32)
        self._slope, self._count = slope, count
        self._low, self._high = float(start.min()), float(start.max())
        self.further = stride if count > 1 else 0
        self._stride = stride
        self._at, self._floor = np.empty_like(self._start), np.empty_like(self._start)
        self._index = np.empty(start.shape, np.intp)

    def passes(self, step: int) -> bool:
        """Whether any pixel may be within the voxels."""
        by = step * self._slope
        return self._high + by >= -0.5 and self._low + by <= self._count - 0.5

    def cells(self, step: int) -> tuple[NDArray[np.intp], Real, Mask | None]:
        """The lower neighbours as offsets, the shares of the upper ones, and which are within (None for all)."""
        by, most = step * self._slope, self._count - 1
        np.add(self._start, np.float32(by), out=self._at)
        shown = None
        if self._low + by < STILL or self._high + by > most - STILL:
            shown = (self._at >= -0.5) & (self._at <= self._count - 0.5)
            np.clip(self._at, 0, most, out=self._at)
        np.floor(self._at, out=self._floor)
        if shown is not None:
            np.minimum(self._floor, max(most - 1, 0), out=self._floor)
        np.subtract(self._at, self._floor, out=self._at)
        np.copyto(self._index, self._floor, casting="unsafe")
        self._index *= self._stride
        return self._index, self._at, shown


class _Strip:
    """Some rows of a picture on their way through the layers of a volume."""

    def __init__(
        self, volume: NDArray[np.generic], crossings: Crossings, first: Line, at: Line, size: Size, rows: slice
    ) -> None:
        strides = (volume.shape[1] * volume.shape[2], volume.shape[2], 1)
        self._flat = np.ascontiguousarray(volume).reshape(-1)
        self._layer = first.astype(np.intp) * strides[crossings.axis]
        self._next_layer = strides[crossings.axis]
        one, other = (axis for axis in range(3) if axis != crossings.axis)
        self._one, self._other = (
            _Side(
                crossings.ramps[axis].at(size, rows) + (first - at) * crossings.slopes[axis],
                crossings.slopes[axis],
                volume.shape[axis],
                strides[axis],
            )
            for axis in (one, other)
        )
        self._taken = np.empty(first.shape, volume.dtype)
        self._values = [np.empty(first.shape, np.float32) for _ in range(4)]

    def passes(self, step: int) -> bool:
        return self._one.passes(step) and self._other.passes(step)

    def values(self, step: int) -> tuple[Real, Mask | None]:
        """Bilinear values where the pixels' lines cross their next layer; overwritten by the next call."""
        index, down, within = self._one.cells(step)
        other, across, also = self._other.cells(step)
        index += other
        index += self._layer
        index += step * self._next_layer
        offsets = (0, self._other.further, self._one.further, self._one.further + self._other.further)
        for offset, values in zip(offsets, self._values, strict=True):
            # By `clip`, numpy writes straight into `out`; what it clips is not shown.
            self._flat[offset:].take(index, out=self._taken, mode="clip")
            np.copyto(values, self._taken)
        upper, upper_far, lower, lower_far = self._values
        _blend(upper, upper_far, across)
        _blend(lower, lower_far, across)
        _blend(upper, lower, down)
        shown = within if also is None else also if within is None else within & also
        return upper, shown


def _blend(near: Real, far: Real, share: Real) -> None:
    far -= near
    far *= share
    near += far
