"""The synthetic scanner: its positions, its interpolation and its noise."""

import numpy as np
import pytest

from dicom_render.phantom_scan import Detail, Grain, centred, oblique


def test_a_centred_acquisition_has_its_middle_where_it_was_asked() -> None:
    made = centred(
        centre_mm=(1, -2, 30), rows=5, columns=7, pixel_mm=0.5, row_direction=(1.0, 0.0, 0.0),
        column_direction=(0.0, 1.0, 0.0), step_mm=(0.0, 0.0, 3.0), slices=3, thickness_mm=3.0,
    )  # fmt: skip
    assert made.first_voxel_mm == (1 - 1.5, -2 - 1.0, 27.0)
    assert made.position_mm(2) == (-0.5, -3.0, 33.0)


def test_oblique_directions_are_orthonormal_and_right_handed() -> None:
    row, column, normal = (np.array(v) for v in oblique(yaw=-2.0, pitch=9.0))
    assert np.cross(row, column) == pytest.approx(normal)
    assert normal @ normal == pytest.approx(1)
    assert np.degrees(np.arccos(normal[2])) == pytest.approx(9)


@pytest.mark.parametrize("detail", [Detail(), Detail(shrink=2), Detail(shrink=2, blur_mm=1.0)])
def test_spreading_keeps_a_straight_slope(detail: Detail) -> None:
    pixels = np.arange(64.0)
    painted = pixels.reshape(-1, detail.shrink).mean(axis=1)  # each painted sample lies amid its pixels
    found = detail.spread(64, 0.5) @ painted.astype(np.float32)
    assert found[12:-12] == pytest.approx(pixels[12:-12], abs=1e-3)


def test_grain_has_unit_deviation_no_mean_and_neighbours_in_common() -> None:
    grain = Grain(4, side=256, pixel_mm=0.45, peak_per_mm=0.3)
    one, two = grain.slice(), grain.slice()
    assert one.std() == pytest.approx(1, abs=0.05)
    assert one.mean() == pytest.approx(0, abs=0.05)
    beside = np.corrcoef(one[:, 1:].ravel(), one[:, :-1].ravel())[0, 1]
    above = np.corrcoef(one.ravel(), two.ravel())[0, 1]
    assert 0.5 < beside < 0.95
    assert 0.3 < above < 0.6


def test_grain_is_reproducible() -> None:
    made = [Grain(9, side=64, pixel_mm=0.5, peak_per_mm=0.3).slice() for _ in range(2)]
    assert (made[0] == made[1]).all()
