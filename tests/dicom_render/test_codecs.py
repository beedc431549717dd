"""One compressed frame through its decoder: what comes out, and what is refused before a decoder sees it."""

import struct
from collections.abc import Callable
from typing import Any

import imagecodecs
import numpy as np
import pytest
from numpy.typing import NDArray

from dicom_render.codecs import decode_codestream
from dicom_render.layout import PixelLayout
from dicom_render.refusal import Unreadable
from dicom_render.transfer_syntaxes import Family
from tests.dicom_render import make

Encoder = Callable[[NDArray[Any]], bytes]

ENCODERS: dict[Family, Encoder] = {
    Family.JPEG: lambda pixels: bytes(imagecodecs.jpeg8_encode(pixels, 100)),
    Family.JPEG_LOSSLESS: lambda pixels: bytes(imagecodecs.ljpeg_encode(pixels, bitspersample=8)),
    Family.JPEG_LS: lambda pixels: bytes(imagecodecs.jpegls_encode(pixels)),
    Family.JPEG_2000: lambda pixels: bytes(imagecodecs.jpeg2k_encode(pixels, level=0, codecformat="j2k")),
    Family.HTJ2K: lambda pixels: bytes(imagecodecs.htj2k_encode(pixels, reversible=True)),
    Family.JPEG_XL: lambda pixels: bytes(imagecodecs.jpegxl_encode(pixels, lossless=True)),
    Family.DEFLATED_FRAME: lambda pixels: bytes(imagecodecs.deflate_encode(pixels.tobytes(), raw=True)),
}
WITH_A_SIZE = [family for family in ENCODERS if family is not Family.DEFLATED_FRAME]


def layout(rows: int, columns: int, *, samples: int = 1, bits: int = 8, photometric: str | None = None) -> PixelLayout:
    return PixelLayout(
        keyword="PixelData",
        number_of_frames=1,
        rows=rows,
        columns=columns,
        samples=samples,
        bits_allocated=bits,
        bits_stored=bits,
        high_bit=bits - 1,
        signed=False,
        photometric=photometric or ("MONOCHROME2" if samples == 1 else "RGB"),
        planar=False,
    )


def refusal(frame: bytes, of: PixelLayout, family: Family) -> Unreadable:
    with pytest.raises(Unreadable) as refused:
        decode_codestream(frame, of, family)
    return refused.value


def rle(*segments: bytes, offsets: tuple[int, ...] | None = None) -> bytes:
    """PS3.5 G.5: sixteen 32-bit words, the number of segments and where each begins, then the segments."""
    begins = [64 + sum(map(len, segments[:number])) for number in range(len(segments))]
    words = [len(segments), *(offsets or begins)]
    return struct.pack("<16I", *words, *([0] * (16 - len(words)))) + b"".join(segments)


def literally(*values: int) -> bytes:
    """PackBits (PS3.5 G.3.1): a length less one, then so many bytes as they are."""
    return bytes([len(values) - 1, *values])


def times(count: int, value: int) -> bytes:
    """PackBits: one byte again and again, its count as 257 - count."""
    return bytes([257 - count, value])


def test_rle_puts_the_high_byte_first() -> None:
    frame = rle(literally(0x01, 0x02, 0x03, 0x04), literally(0xA0, 0xB0, 0xC0, 0xD0))
    samples, declared = decode_codestream(frame, layout(2, 2, bits=16), Family.RLE)
    np.testing.assert_array_equal(samples, [[0x01A0, 0x02B0], [0x03C0, 0x04D0]])
    assert declared is None


def test_rle_runs_and_literals_follow_each_other() -> None:
    frame = rle(times(3, 7) + literally(1, 2) + times(4, 9))
    samples, _ = decode_codestream(frame, layout(3, 3), Family.RLE)
    np.testing.assert_array_equal(samples, [[7, 7, 7], [1, 2, 9], [9, 9, 9]])


def test_rle_keeps_each_colour_in_a_segment_of_its_own() -> None:
    frame = rle(literally(255, 0), literally(128, 1), literally(0, 2))
    samples, _ = decode_codestream(frame, layout(1, 2, samples=3), Family.RLE)
    np.testing.assert_array_equal(samples, [[[255, 128, 0], [0, 1, 2]]])


def test_a_padding_byte_after_an_rle_segment_is_no_pixel() -> None:
    """PS3.5 G.3.1: segments have even length, so encoders pad them."""
    frame = rle(literally(1, 2, 3, 4) + b"\0", literally(5, 6, 7, 8) + b"\0")
    samples, _ = decode_codestream(frame, layout(2, 2, bits=16), Family.RLE)
    np.testing.assert_array_equal(samples, [[0x0105, 0x0206], [0x0307, 0x0408]])


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"\1\0\0\0", "truncated"),
        (rle(literally(1, 2, 3, 4), literally(1, 2, 3, 4)), "unsupported_pixels"),
        (rle(literally(1, 2, 3)), "truncated"),
        (rle(literally(1, 2, 3, 4), offsets=(32,)), "malformed"),
        (rle(literally(1, 2, 3, 4), offsets=(9999,)), "malformed"),
    ],
    ids=["no header", "two segments for one byte", "a pixel short", "offset into the header", "offset past the end"],
)
def test_an_rle_frame_that_does_not_fit_its_header_is_refused(frame: bytes, code: str) -> None:
    assert refusal(frame, layout(2, 2), Family.RLE).code == code


@pytest.mark.parametrize("family", [family for family in ENCODERS if family is not Family.JPEG])
def test_a_lossless_codestream_gives_back_every_sample(family: Family) -> None:
    pixels = make.noise(48, 37, dtype="uint8")
    samples, _ = decode_codestream(ENCODERS[family](pixels), layout(48, 37), family)
    np.testing.assert_array_equal(samples, pixels)


def test_a_baseline_codestream_of_the_best_quality_is_a_few_levels_off_at_most() -> None:
    pixels = make.noise(48, 37, dtype="uint8")
    samples, _ = decode_codestream(ENCODERS[Family.JPEG](pixels), layout(48, 37), Family.JPEG)
    assert np.abs(samples.astype(int) - pixels).max() <= 2


@pytest.mark.parametrize("family", WITH_A_SIZE)
@pytest.mark.parametrize(("rows", "columns"), [(37, 48), (47, 37), (4, 4)])
def test_a_codestream_of_another_size_than_its_header_is_refused_with_both(
    family: Family, rows: int, columns: int
) -> None:
    refused = refusal(ENCODERS[family](make.noise(48, 37, dtype="uint8")), layout(rows, columns), family)
    assert refused.code == "contradiction"
    assert (refused.facts["header_rows"], refused.facts["header_columns"]) == (rows, columns)
    assert (refused.facts["codestream_rows"], refused.facts["codestream_columns"]) == (48, 37)


@pytest.mark.parametrize("family", [Family.JPEG, Family.JPEG_LS, Family.JPEG_2000, Family.HTJ2K])
def test_a_colour_codestream_under_a_grey_header_is_refused(family: Family) -> None:
    rgb = np.stack([make.noise(16, 16, seed=seed, dtype="uint8") for seed in range(3)], axis=-1)
    refused = refusal(ENCODERS[family](rgb), layout(16, 16), family)
    assert (refused.code, refused.facts["codestream_samples"]) == ("contradiction", 3)


@pytest.mark.parametrize("family", WITH_A_SIZE)
def test_bytes_that_are_no_codestream_reach_no_decoder(family: Family) -> None:
    refused = refusal(b"\x17" * 200, layout(16, 16), family)
    assert refused.code == "malformed"
    assert "codestream" in str(refused.facts["expected"])


@pytest.mark.parametrize("family", [Family.JPEG, Family.HTJ2K])
def test_decoders_that_fill_up_a_cut_picture_are_not_asked(family: Family) -> None:
    stream = ENCODERS[family](make.noise(64, 64, dtype="uint8"))
    refused = refusal(stream[: len(stream) - 40], layout(64, 64), family)
    assert (refused.code, "expected" in refused.facts) == ("truncated", True)


def test_a_deflated_frame_that_ends_early_is_refused() -> None:
    packed = ENCODERS[Family.DEFLATED_FRAME](make.noise(8, 8, dtype="uint8"))
    refused = refusal(packed, layout(8, 9), Family.DEFLATED_FRAME)
    assert (refused.code, refused.facts) == ("truncated", {"expected_bytes": 72, "found_bytes": 64})


def test_a_deflated_frame_is_not_inflated_beyond_its_header() -> None:
    packed = ENCODERS[Family.DEFLATED_FRAME](np.zeros((1 << 12, 1 << 12), np.uint8))
    assert len(packed) < 20_000
    assert refusal(packed, layout(8, 8), Family.DEFLATED_FRAME).code == "too_large"


def test_more_bits_than_we_draw_are_refused_undecoded() -> None:
    """ISO/IEC 15444-1 A.5.1: Ssiz, the depth less one, is the byte after the number of components in SIZ."""
    stream = bytearray(ENCODERS[Family.JPEG_2000](make.noise(16, 16, dtype="uint8")))
    assert stream[42] == 7
    stream[42] = 23
    refused = refusal(bytes(stream), layout(16, 16, bits=32), Family.JPEG_2000)
    assert (refused.code, refused.facts) == ("unsupported_pixels", {"precision": 24})


@pytest.mark.parametrize("signed", [True, False])
def test_jpeg_2000_says_its_sign_and_depth(signed: bool) -> None:
    pixels = make.noise(16, 16, dtype="int16" if signed else "uint16")
    _, declared = decode_codestream(ENCODERS[Family.JPEG_2000](pixels), layout(16, 16, bits=16), Family.JPEG_2000)
    assert declared is not None
    assert (declared.signed, declared.precision) == (signed, 16)


def test_a_jp2_file_in_the_place_of_a_codestream_is_unwrapped() -> None:
    """PS3.5 A.4.4 forbids it; writers do it."""
    pixels = make.noise(16, 16, dtype="uint8")
    wrapped = bytes(imagecodecs.jpeg2k_encode(pixels, level=0, codecformat="jp2"))
    samples, _ = decode_codestream(wrapped, layout(16, 16), Family.JPEG_2000)
    np.testing.assert_array_equal(samples, pixels)


def flat(colour: tuple[int, int, int]) -> NDArray[np.uint8]:
    return np.full((16, 16, 3), colour, np.uint8)


def as_jpeg(rgb: NDArray[np.uint8], *, kept_as: str) -> bytes:
    """JPEG whose components are as named; libjpeg writes a JFIF marker for YCbCr and an Adobe one for RGB."""
    spaces = imagecodecs.JPEG8.CS
    return bytes(imagecodecs.jpeg8_encode(rgb, 100, colorspace=spaces.RGB, outcolorspace=getattr(spaces, kept_as)))


@pytest.mark.parametrize("photometric", ["RGB", "YBR_FULL_422"])
@pytest.mark.parametrize("kept_as", ["YCbCr", "RGB"])
def test_a_jpeg_that_says_its_colours_is_believed_before_the_header(kept_as: str, photometric: str) -> None:
    """Red comes out red, whatever the header calls it."""
    of = layout(16, 16, samples=3, photometric=photometric)
    samples, declared = decode_codestream(as_jpeg(flat((200, 30, 40)), kept_as=kept_as), of, Family.JPEG)
    assert declared is not None
    assert declared.ycbcr is (kept_as == "YCbCr")
    assert np.abs(samples.astype(int) - (200, 30, 40)).max() <= 3


def without_markers(stream: bytes) -> bytes:
    """The same JPEG without its application segments (ITU-T T.81 B.2.4.6)."""
    at, kept = 2, stream[:2]
    while stream[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(stream[at + 2 : at + 4], "big")
        kept += b"" if 0xE0 <= stream[at + 1] <= 0xEF else stream[at:end]
        at = end
    return kept + stream[at:]


def test_a_jpeg_that_is_silent_about_its_colours_is_what_the_header_says() -> None:
    ycbcr = without_markers(as_jpeg(flat((200, 30, 40)), kept_as="YCbCr"))
    samples, declared = decode_codestream(ycbcr, layout(16, 16, samples=3, photometric="YBR_FULL"), Family.JPEG)
    assert declared is not None
    assert declared.ycbcr is None
    assert np.abs(samples.astype(int) - (200, 30, 40)).max() <= 3
    as_it_is, _ = decode_codestream(ycbcr, layout(16, 16, samples=3, photometric="RGB"), Family.JPEG)
    # ITU-T T.871 7: Y = 0.299 R + 0.587 G + 0.114 B; Cb and Cr around 128.
    y = 0.299 * 200 + 0.587 * 30 + 0.114 * 40
    expected = (y, 128 + (40 - y) / 1.772, 128 + (200 - y) / 1.402)
    assert np.abs(as_it_is.astype(float) - expected).max() <= 3
