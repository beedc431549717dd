"""Slabs of a volume, against numpy."""

from collections.abc import Callable

import numpy as np
import pytest

from dicom_render.affine import Ramp
from dicom_render.slab import Blend, Slab, sample_slab

VOLUME = np.random.default_rng(4).integers(-1000, 3000, (20, 12, 16)).astype(np.int16)
SIZE, ROW, COLUMN = (12, 16), Ramp(0, 0, 1), Ramp(0, 1, 0)
# Slices 2 mm apart, and the reader at the end of the stack.
PER_MM = (0.5, 0.0, 0.0)


@pytest.mark.parametrize(("blend", "reduced"), [("mip", np.max), ("minip", np.min), ("mean", np.mean)])
def test_a_slab_is_the_blend_of_its_slices_and_of_those_half_way(
    blend: Blend, reduced: Callable[..., np.ndarray]
) -> None:
    values, shown = sample_slab(VOLUME, (Ramp(7, 0, 0), ROW, COLUMN), PER_MM, Slab(blend, 8.0), SIZE)
    planes = np.stack([(VOLUME[n // 2] / 2 + VOLUME[(n + 1) // 2] / 2) for n in range(10, 19)])
    assert shown.all()
    np.testing.assert_allclose(values, reduced(planes, axis=0), atol=0.01)


@pytest.mark.parametrize("blend", ["mip", "minip", "mean"])
def test_what_lies_outside_of_the_volume_does_not_count(blend: Blend) -> None:
    # Slices -4 to 0: only the last, and the half voxel before it, are inside, and both are the first slice.
    values, shown = sample_slab(VOLUME, (Ramp(-2, 0, 0), ROW, COLUMN), PER_MM, Slab(blend, 8.0), SIZE)
    assert shown.all()
    np.testing.assert_array_equal(values, VOLUME[0])


def test_a_slab_beside_the_volume_shows_nothing() -> None:
    values, shown = sample_slab(VOLUME, (Ramp(-9, 0, 0), ROW, COLUMN), PER_MM, Slab("minip", 8.0), SIZE)
    assert not shown.any()
    assert not values.any()


@pytest.mark.parametrize(("blend", "turned"), [("mip", "minip"), ("minip", "mip"), ("mean", "mean")])
def test_a_negative_slope_makes_the_highest_the_lowest(blend: Blend, turned: Blend) -> None:
    assert Slab(blend, 3.0).before(-0.5) == Slab(turned, 3.0)
    assert Slab(blend, 3.0).before(0.5) == Slab(blend, 3.0)
