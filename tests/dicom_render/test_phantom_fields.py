"""Shapes and noise of the synthetic head against plain geometry and statistics."""

import numpy as np
import pytest

from dicom_render.phantom_fields import (
    Frame,
    Points,
    band_noise,
    chain,
    common,
    either,
    ellipsoid,
    ramp,
    sample,
    sample_slow,
    turned,
)


def points(*places: tuple[float, float, float]) -> Points:
    x, y, z = np.array(places, np.float32).T
    return Points(x, y, z)


def grid(side: int, step_mm: float) -> Points:
    z, y, x = np.meshgrid(*[np.arange(side, dtype=np.float32) * np.float32(step_mm)] * 3, indexing="ij")
    return Points(x, y, z)


def test_an_ellipsoid_is_zero_on_its_surface_and_positive_inside() -> None:
    found = ellipsoid(points((10, 0, 0), (0, 20, 0), (0, 0, 30), (0, 0, 0), (11, 0, 0)), (0, 0, 0), (10, 20, 30))
    assert found[:3] == pytest.approx([0, 0, 0], abs=1e-4)
    assert found[3] == pytest.approx(10)
    assert found[4] == pytest.approx(-1, abs=0.1)


def test_a_chain_measures_from_its_nearest_segment_and_tapers() -> None:
    found = chain(points((5, 3, 0), (0, 0, 0), (10, 0, 0), (12, 0, 0)), [(0, 0, 0, 2), (10, 0, 0, 1)])
    assert found == pytest.approx([1.5 - 3, 2, 1, -1], abs=1e-5)


def test_rounded_joints_stay_within_a_quarter_of_the_blend_of_the_sharp_ones() -> None:
    a, b = np.float32([1, 5, -3]), np.float32([1, -5, 4])
    assert common(a, b, 4.0) == pytest.approx([0, -5, -3])
    assert either(a, b, 4.0) == pytest.approx([2, 5, 4])


def test_a_positive_turn_sends_the_posterior_end_towards_plus_x() -> None:
    along = turned(points((np.sin(np.radians(15)) * 10, np.cos(np.radians(15)) * 10, 0)), (0, 0, 0), 15)
    assert (along.x[0], along.y[0]) == pytest.approx((0, 10), abs=1e-5)


def test_a_ramp_runs_from_zero_to_one() -> None:
    assert ramp(np.float32([0, 2, 3, 4, 9]), 2.0, 4.0) == pytest.approx([0, 0, 0.5, 1, 1])


def test_a_gradient_in_a_sheared_lattice_is_that_of_space() -> None:
    steps = np.array([[2.0, 0, 0], [0, 1.9, 0.6], [0, -0.6, 1.9]])
    k, j, i = np.meshgrid(*[np.arange(5.0)] * 3, indexing="ij")
    x, y, z = (steps[a, 0] * i + steps[a, 1] * j + steps[a, 2] * k for a in range(3))
    found = Frame(np.linalg.inv(steps).T).gradient((3 * x - 2 * y + 0.5 * z).astype(np.float32))
    assert [float(f[2, 2, 2]) for f in found] == pytest.approx([3, -2, 0.5], abs=1e-4)


def test_noise_has_unit_deviation_and_its_wavelength_and_repeats() -> None:
    noise = band_noise(3, 16.0)
    power = np.abs(np.fft.rfftn(noise.cube)) ** 2
    f = np.fft.fftfreq(64, noise.step_mm)
    radius = np.sqrt(f[:, None, None] ** 2 + f[None, :, None] ** 2 + np.fft.rfftfreq(64, noise.step_mm) ** 2)
    assert noise.cube.std() == pytest.approx(1, abs=1e-3)
    assert (power * radius).sum() / power.sum() == pytest.approx(1 / 16, rel=0.1)
    period = 64 * noise.step_mm
    assert sample(noise, points((1, 2, 3))) == pytest.approx(
        sample(noise, points((1 - period, 2, 3 + period))), abs=1e-3
    )


def test_noise_is_the_same_for_the_same_seed_only() -> None:
    assert (band_noise(5, 20.0).cube == band_noise(5, 20.0).cube).all()
    assert (band_noise(5, 20.0).cube != band_noise(6, 20.0).cube).any()


def test_noise_is_read_exactly_at_its_nodes_and_linearly_between() -> None:
    noise = band_noise(1, 16.0)
    found = sample(noise, points((2, 4, 6), (2, 4, 7)))
    assert found[0] == pytest.approx(noise.cube[1, 2, 3], abs=1e-4)
    assert found[1] == pytest.approx((noise.cube[1, 2, 3] + noise.cube[1, 2, 4]) / 2, abs=1e-4)


def test_slow_noise_read_at_every_second_point_is_nearly_the_same() -> None:
    noise, places = band_noise(2, 40.0), grid(21, 2.0)
    assert np.corrcoef(sample_slow(noise, places).ravel(), sample(noise, places).ravel())[0, 1] > 0.995
