"""The size that a codestream declares itself, read without decoding it."""

from collections.abc import Callable
from contextlib import suppress

import imagecodecs
import numpy as np
import pytest

from dicom_render.codestream import (
    declared_by_jpeg,
    declared_by_jpeg_2000,
    declared_by_jpeg_xl,
    jpeg_2000_codestream,
)
from dicom_render.refusal import Unreadable

SIZES = [(1, 1), (7, 300), (64, 64), (100, 150), (150, 100), (300, 400), (1000, 16), (512, 1024), (256, 257)]


@pytest.mark.parametrize("size", SIZES)
def test_jpeg_xl_declares_its_size(size: tuple[int, int]) -> None:
    plain = imagecodecs.jpegxl_encode(np.zeros(size, np.uint8), lossless=True, usecontainer=False)
    boxed = imagecodecs.jpegxl_encode(np.zeros(size, np.uint8), lossless=True, usecontainer=True)
    assert declared_by_jpeg_xl(plain) == size
    assert declared_by_jpeg_xl(boxed) == size


@pytest.mark.parametrize("size", SIZES)
def test_jpeg_declares_size_and_depth(size: tuple[int, int]) -> None:
    for stream, precision in (
        (imagecodecs.jpeg8_encode(np.zeros(size, np.uint8)), 8),
        (imagecodecs.jpegls_encode(np.full(size, 60000, np.uint16)), 16),
        (imagecodecs.ljpeg_encode(np.zeros(size, np.uint16), bitspersample=12), 12),
    ):
        declared = declared_by_jpeg(stream)
        assert (declared.rows, declared.columns, declared.samples, declared.precision) == (*size, 1, precision)


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16"])
def test_jpeg_2000_declares_size_depth_and_sign_bare_or_boxed(dtype: str) -> None:
    pixels = np.zeros((33, 70), dtype)
    for codecformat in ("j2k", "jp2"):
        stream = imagecodecs.jpeg2k_encode(pixels, level=0, codecformat=codecformat)
        declared = declared_by_jpeg_2000(jpeg_2000_codestream(stream))
        assert (declared.rows, declared.columns, declared.samples) == (33, 70, 1)
        assert (declared.precision, declared.signed) == (8 * pixels.dtype.itemsize, dtype[0] == "i")


def test_an_embedded_thumbnail_does_not_pass_for_the_picture() -> None:
    small = imagecodecs.jpeg8_encode(np.zeros((8, 8), np.uint8))
    large = imagecodecs.jpeg8_encode(np.zeros((200, 300), np.uint8))
    segment = b"\xff\xe1" + (len(small) + 2).to_bytes(2, "big") + small
    assert declared_by_jpeg(large[:2] + segment + large[2:]).rows == 200


@pytest.mark.parametrize("read", [declared_by_jpeg, declared_by_jpeg_2000, declared_by_jpeg_xl, jpeg_2000_codestream])
def test_damage_is_refused_and_nothing_else(read: Callable[[bytes], object]) -> None:
    random = np.random.default_rng(3)
    boxes = [b"\0\0\0\x0cjP  \r\n\x87\n", b"\0\0\0\x0cJXL \r\n\x87\n"]
    starts = [b"", b"\xff\xd8", b"\xff\x4f\xff\x51", b"\xff\x0a", *boxes]
    for start in starts:
        for length in (0, 1, 7, 40, 200):
            with suppress(Unreadable):
                read(start + random.bytes(length))
