"""A drawn frame has the grey levels of PS3.3 C.11, the size asked for, and the right part of the picture."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from dicom_render.headers import Window
from dicom_render.refusal import Unreadable
from dicom_render.rendering import Drawing, Viewport, draw_frame, fitted
from tests.collab.studies import make as make_studies
from tests.dicom_render import make

DATA = make_studies.dicom(study_uid="1.2", series_uid="1.3")  # stored values 1, 2, 3 ... 256


def drawn(drawing: Drawing) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(draw_frame(DATA, 1, drawing))))


def test_a_window_is_applied_as_its_function_says() -> None:
    shown = drawn(Drawing(media="image/png", window=Window(center=129, width=256))).ravel()
    # PS3.3 C.11.2.1.2.1: ((x - 128.5) / 255 + 0.5) * 255
    expected = np.clip(np.floor((np.arange(1, 257) - 128.5) + 127.5 + 0.5), 0, 255)
    assert np.array_equal(shown, expected.astype(np.uint8))


def test_without_any_window_most_of_the_values_are_told_apart() -> None:
    shown = drawn(Drawing(media="image/png"))
    assert (shown.min(), shown.max()) == (0, 255)


@pytest.mark.parametrize(("width", "height", "size"), [(8, 8, (8, 8)), (64, 8, (8, 8)), (32, 40, (32, 32))])
def test_the_picture_fits_into_the_viewport_with_its_shape(width: int, height: int, size: tuple[int, int]) -> None:
    assert drawn(Drawing(viewport=Viewport(width, height))).shape == size


def test_a_region_is_cut_out() -> None:
    picture = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert np.array_equal(fitted(picture, Viewport(4, 2, (1, 3, 4, 2))), picture[3:5, 1:5])
    for region in ((0, 0, 17, 1), (-1, 0, 2, 2), (0, 0, 0, 1)):
        with pytest.raises(Unreadable, match="no_such_region"):
            fitted(picture, Viewport(4, 2, region))


def test_a_lower_quality_is_smaller() -> None:
    noisy = Drawing(viewport=Viewport(256, 256), quality=5)
    assert len(draw_frame(DATA, 1, noisy)) < len(draw_frame(DATA, 1, Drawing(viewport=Viewport(256, 256))))


def test_padding_is_black_and_has_no_say_in_a_window_made_from_the_values() -> None:
    # PS3.3 C.7.5.1.1.2; an image of 1000 to 1199, with a border of 0 as large as it is.
    pixels = np.zeros((20, 20), np.uint16)
    pixels[:10] = np.arange(1000, 1200).reshape(10, 20)
    plain = {"PhotometricInterpretation": "MONOCHROME1", "PixelPaddingValue": 0}
    data = make.image(pixels, **plain)
    shown = np.asarray(Image.open(io.BytesIO(draw_frame(data, 1, Drawing(media="image/png")))))
    assert not shown[10:].any()
    # numpy.percentile(1000..1199, [1, 99]) is [1001.99, 1197.01]: black and white, MONOCHROME1 the other way round.
    assert (shown[0, 0], shown[9, 19]) == (255, 0)
    assert abs(int(shown[5, 0]) - 127) <= 1


@pytest.mark.parametrize("sign", [0, 1])
def test_a_large_picture_has_the_levels_of_the_formula_for_every_value(sign: int) -> None:
    """All 65,536 values and some once more: what is looked up for a large picture must be what a small one computes."""
    values = np.resize(np.arange(1 << 16, dtype=np.uint16), (300, 300))
    stored = values.view(np.int16) if sign else values
    data = make.image(stored, PhotometricInterpretation="MONOCHROME2", PixelPaddingValue=1500, RescaleIntercept=-1024)
    drawing = Drawing(media="image/png", window=Window(center=40, width=400))
    shown = np.asarray(Image.open(io.BytesIO(draw_frame(data, 1, drawing))))
    # PS3.3 C.11.2.1.2.1, rounded.
    real = ((stored.astype(float) - 1024 - 39.5) / 399 + 0.5) * 255
    expected = np.where(stored == 1500, 0, np.clip(real, 0, 255))
    assert np.abs(shown - expected).max() <= 0.51
