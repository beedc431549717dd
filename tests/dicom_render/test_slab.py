"""Slabs of a volume, against numpy."""

import numpy as np
import pytest

from dicom_render.affine import Ramp
from dicom_render.slab import Blend, Slab, sample_slab

VOLUME = np.random.default_rng(4).integers(-1000, 3000, (20, 12, 16)).astype(np.int16)
SIZE, ROW, COLUMN = (12, 16), Ramp(0, 0, 1), Ramp(0, 1, 0)
# Slices 2 mm apart, and the reader at the end of the stack.
PER_MM = (0.5, 0.0, 0.0)


def test_a_slab_is_the_blend_of_its_slices() -> None:
    """8 mm from slice 5 to 9: the outer ones lie on its faces, so that the mean has half of each."""
    slices = VOLUME[5:10].astype(float)
    for blend, expected in (
        ("mip", slices.max(axis=0)),
        ("minip", slices.min(axis=0)),
        ("mean", (slices[0] / 2 + slices[1:4].sum(axis=0) + slices[4] / 2) / 4),
    ):
        values, shown = sample_slab(VOLUME, (Ramp(7, 0, 0), ROW, COLUMN), PER_MM, Slab(blend, 8.0), SIZE)
        assert shown.all()
        np.testing.assert_allclose(values, expected, atol=0.01)


def test_a_slab_ends_between_slices() -> None:
    """5 mm from 5.75 to 8.25: a quarter of slice 5, three of slice 6 on the near face, and the same on the far one."""
    near, far = VOLUME[5] * 0.25 + VOLUME[6] * 0.75, VOLUME[8] * 0.75 + VOLUME[9] * 0.25
    inner = VOLUME[6:9].astype(float)
    # In slices, 0.25 from each face to the next slice and 1 between slices; each value has half of those beside it.
    mean = (0.125 * (near + far) + 0.625 * (inner[0] + inner[2]) + inner[1]) / 2.5
    for blend, expected in (("mip", np.max([near, *inner, far], axis=0)), ("mean", mean)):
        values, _ = sample_slab(VOLUME, (Ramp(7, 0, 0), ROW, COLUMN), PER_MM, Slab(blend, 5.0), SIZE)
        np.testing.assert_allclose(values, expected, atol=0.01)


def test_a_slab_thinner_than_a_slice_is_as_thick_as_it_says() -> None:
    """0.8 mm from 7.1 to 7.5, where nothing but its faces is met."""
    faces = [VOLUME[7] * (1 - share) + VOLUME[8] * share for share in (0.1, 0.5)]
    for blend, expected in (("mip", np.max(faces, axis=0)), ("mean", np.mean(faces, axis=0))):
        values, shown = sample_slab(VOLUME, (Ramp(7.3, 0, 0), ROW, COLUMN), PER_MM, Slab(blend, 0.8), SIZE)
        assert shown.all()
        np.testing.assert_allclose(values, expected, atol=0.01)


@pytest.mark.parametrize("blend", ["mip", "minip", "mean"])
def test_what_lies_outside_of_the_volume_does_not_count(blend: Blend) -> None:
    # Slices -4 to 0: only the last is inside.
    values, shown = sample_slab(VOLUME, (Ramp(-2, 0, 0), ROW, COLUMN), PER_MM, Slab(blend, 8.0), SIZE)
    assert shown.all()
    np.testing.assert_allclose(values, VOLUME[0], rtol=1e-6)


def test_a_slab_beside_the_volume_shows_nothing() -> None:
    values, shown = sample_slab(VOLUME, (Ramp(-9, 0, 0), ROW, COLUMN), PER_MM, Slab("minip", 8.0), SIZE)
    assert not shown.any()
    assert not values.any()


@pytest.mark.parametrize(("blend", "turned"), [("mip", "minip"), ("minip", "mip"), ("mean", "mean")])
def test_a_negative_slope_makes_the_highest_the_lowest(blend: Blend, turned: Blend) -> None:
    assert Slab(blend, 3.0).before(-0.5) == Slab(turned, 3.0)
    assert Slab(blend, 3.0).before(0.5) == Slab(blend, 3.0)
