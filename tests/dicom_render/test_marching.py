"""Oblique slabs: against lines walked one by one, and volumes whose blends are known by hand."""

import math

import numpy as np
import pytest

from dicom_render.affine import Ramp
from dicom_render.marching import Crossings
from dicom_render.sampling import bilinear, trilinear
from dicom_render.slab import Blend, Slab, sample_slab

RNG = np.random.default_rng(11)
VOLUME = RNG.integers(-1000, 3000, (20, 24, 28)).astype(np.int16)
SIZE = (21, 17)
# A plane that leans to all axes, its lines of sight with it; middle near the volume's, coordinates by (right, down).
RAMPS = (Ramp(4.2, 0.31, 0.37), Ramp(9.7, 0.42, -0.11), Ramp(3.9, 0.23, 0.53))
PER_MM = (0.45, -0.71, 0.36)
THICKNESS_MM = 9.0


def by_hand(volume: np.ndarray, blend: Blend, row: int, column: int) -> float | None:
    """One line: its values at the faces and where it crosses a layer of rows, the axis that it crosses most often."""
    at = np.array([ramp.start + ramp.across * column + ramp.down * row for ramp in RAMPS])
    slope, half = np.array(PER_MM), THICKNESS_MM / 2
    ends = sorted(at[1] + PER_MM[1] * t for t in (-half, half))
    layers = [float(n) for n in range(math.ceil(ends[0]), math.floor(ends[1]) + 1)]
    stops = [ends[0], *layers, ends[1]]
    values: list[float] = []
    weights: list[float] = []
    for number, stop in enumerate(stops):
        place = at + slope * (stop - at[1]) / PER_MM[1]
        if ((place < -0.5) | (place > np.array(volume.shape) - 0.5)).any():
            continue
        if stop in layers:
            value = float(bilinear(volume[:, int(stop)], np.array([[place[0]]]), np.array([[place[2]]]))[0, 0])
        else:
            value = float(trilinear(volume, *(np.array([[each]]) for each in place))[0, 0])
        if math.isnan(value):
            continue
        values.append(value)
        beside = stops[max(0, number - 1)], stops[min(len(stops) - 1, number + 1)]
        weights.append((beside[1] - beside[0]) / 2)
    if not values:
        return None
    return {"mip": max(values), "minip": min(values), "mean": float(np.average(values, weights=weights))}[blend]


@pytest.mark.parametrize("blend", ["mip", "minip", "mean"])
@pytest.mark.parametrize("kind", ["int16", "holes"])
def test_every_line_has_the_blend_of_what_it_crosses(blend: Blend, kind: str) -> None:
    volume = VOLUME if kind == "int16" else np.where(RNG.random(VOLUME.shape) < 0.05, np.nan, VOLUME).astype(np.float32)
    values, shown = sample_slab(volume, RAMPS, PER_MM, Slab(blend, THICKNESS_MM), SIZE)
    seen = 0
    for row, column in np.ndindex(*SIZE):
        expected = by_hand(volume, blend, row, column)
        assert shown[row, column] == (expected is not None), (row, column)
        if expected is not None:
            seen += 1
            assert abs(values[row, column] - expected) < 0.5, (row, column)
    assert seen > 250


def test_in_a_volume_that_grows_evenly_the_highest_is_a_face_and_the_mean_the_middle() -> None:
    slices, rows, columns = np.indices(VOLUME.shape).astype(np.float32)
    grows = 3 * slices - 5 * rows + 2 * columns
    middle = sum(factor * ramp.at(SIZE) for factor, ramp in zip((3, -5, 2), RAMPS, strict=True))
    rise = 3.0 / 2 * (3 * PER_MM[0] - 5 * PER_MM[1] + 2 * PER_MM[2])
    at = [ramp.at(SIZE) for ramp in RAMPS]
    inner = np.logical_and.reduce(
        [(each > 3) & (each < count - 4) for each, count in zip(at, VOLUME.shape, strict=True)]
    )
    assert inner.sum() > 60
    for blend, expected in (("mip", middle + rise), ("minip", middle - rise), ("mean", middle)):
        values, _ = sample_slab(grows, RAMPS, PER_MM, Slab(blend, 3.0), SIZE)
        np.testing.assert_allclose(values[inner], expected[inner], atol=1e-3)


def test_it_does_not_matter_from_which_side_a_slab_is_seen() -> None:
    behind = (-PER_MM[0], -PER_MM[1], -PER_MM[2])
    for blend in ("mip", "minip", "mean"):
        one, _ = sample_slab(VOLUME, RAMPS, PER_MM, Slab(blend, THICKNESS_MM), SIZE)
        other, _ = sample_slab(VOLUME, RAMPS, behind, Slab(blend, THICKNESS_MM), SIZE)
        np.testing.assert_allclose(one, other, atol=0.5)


def test_layers_are_those_of_the_axis_that_lines_cross_most_often() -> None:
    crossings = Crossings.along(RAMPS, PER_MM, THICKNESS_MM)
    assert (crossings.axis, crossings.reach) == (1, pytest.approx(0.71 * 4.5))
    assert crossings.slopes == (pytest.approx(-0.45 / 0.71), 1.0, pytest.approx(-0.36 / 0.71))


def test_of_a_single_layer_a_slab_is_that_layer() -> None:
    flat = VOLUME[:1]
    values, shown = sample_slab(
        flat, (Ramp(0, 0, 0), Ramp(0, 0, 1), Ramp(0, 1, 0)), (0.5, 0, 0), Slab("mip", 1), (9, 9)
    )
    assert shown.all()
    np.testing.assert_array_equal(values, flat[0, :9, :9])
