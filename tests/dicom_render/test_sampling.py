"""Interpolation against scipy."""

import numpy as np
from scipy.ndimage import map_coordinates

from dicom_render.sampling import bilinear, inside, trilinear


def test_trilinear_is_that_of_scipy_and_holds_its_edges() -> None:
    random = np.random.default_rng(1)
    volume = random.integers(-1000, 3000, (7, 9, 11)).astype(np.int16)
    at = [random.uniform(-1, size, 500) for size in volume.shape]
    expected = map_coordinates(volume.astype(float), at, order=1, mode="nearest")
    np.testing.assert_allclose(trilinear(volume, *at), expected, atol=0.01)


def test_bilinear_is_that_of_scipy_channel_by_channel() -> None:
    random = np.random.default_rng(1)
    picture = random.integers(0, 256, (9, 11, 3)).astype(np.uint8)
    row, column = random.uniform(-1, 9, (5, 6)), random.uniform(-1, 11, (5, 6))
    shown = bilinear(picture, row, column)
    for channel in range(3):
        expected = map_coordinates(picture[..., channel].astype(float), [row, column], order=1, mode="nearest")
        np.testing.assert_allclose(shown[..., channel], expected, atol=1e-3)


def test_a_pixel_reaches_half_its_width_beyond_its_centre() -> None:
    assert inside(np.array([-0.51, -0.5, 3.5, 3.51]), 4).tolist() == [False, True, True, False]
