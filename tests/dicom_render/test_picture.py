"""8-bit pictures as JPEG, PNG and thumbnails."""

import imagecodecs
import numpy as np
import pytest

from dicom_render.headers import Window
from dicom_render.picture import thumbnail, to_jpeg, to_png


@pytest.mark.parametrize("shape", [(40, 60), (40, 60, 3)])
def test_png_is_lossless(shape: tuple[int, ...]) -> None:
    picture = np.random.default_rng(1).integers(0, 256, shape).astype(np.uint8)
    np.testing.assert_array_equal(imagecodecs.png_decode(to_png(picture)), picture)


@pytest.mark.parametrize("shape", [(64, 64), (64, 64, 3)])
def test_jpeg_is_close(shape: tuple[int, ...]) -> None:
    ramp = np.broadcast_to(np.linspace(0, 255, 64).reshape(-1, 1, *[1] * (len(shape) - 2)), shape).astype(np.uint8)
    back = imagecodecs.jpeg8_decode(to_jpeg(ramp))
    assert back.shape == shape
    assert np.abs(back.astype(int) - ramp).max() <= 4


def test_noise_is_averaged_and_not_picked() -> None:
    noise = np.random.default_rng(2).normal(100, 50, (1024, 1024)).astype(np.float32)
    assert thumbnail(noise, window=Window(100, 400, "LINEAR_EXACT"), invert=False).std() < 6


def test_oblong_pixels_keep_the_shape_of_the_body() -> None:
    shown = thumbnail(np.zeros((100, 100)), window=Window(0, 1), invert=False, pixel_sides=(2.0, 1.0))
    assert shown.shape == (128, 64)


def test_small_pictures_grow() -> None:
    assert thumbnail(np.zeros((8, 4, 3)), window=None, invert=False).shape == (128, 64, 3)
