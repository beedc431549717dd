"""Pixel padding: PS3.3 C.7.5.1.1.2, one stored value or the range up to its limit, whichever is larger."""

from __future__ import annotations

import io

import numpy as np
import pydicom
import pytest

from dicom_render.padding import ends_of, is_padding, padding_of_file
from tests.dicom_render import make


@pytest.mark.parametrize(
    ("value", "limit", "ends"),
    [(None, None, None), (None, 5, None), (-2000, None, (-2000, -2000)), (4095, 4000, (4000, 4095)), (0, 7, (0, 7))],
)
def test_a_value_or_a_range(value: int | None, limit: int | None, ends: tuple[float, float] | None) -> None:
    assert ends_of(value, limit) == ends


def test_the_sign_is_that_of_the_pixels() -> None:
    # 63536 is -2000 in 16 bits: "US or SS" by Pixel Representation, whatever VR carried it.
    for dtype, ends in ((np.int16, (-2000, -2000)), (np.uint16, (63536, 63536))):
        data = make.image(np.zeros((2, 2), dtype), PixelPaddingValue=-2000 if dtype is np.int16 else 63536)
        assert padding_of_file(pydicom.dcmread(io.BytesIO(data))) == ends


def test_both_ends_are_padding_and_their_neighbours_are_not() -> None:
    found = is_padding(np.array([9, 10, 11, 12, 13]), (10, 12))
    assert found.tolist() == [False, True, True, True, False]
