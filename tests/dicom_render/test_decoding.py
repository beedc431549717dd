"""Stored values of every transfer syntax, against other syntaxes of the same picture and against DCMTK."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom.encaps import encapsulate
from pydicom.uid import (
    HTJ2K,
    ExplicitVRBigEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
)

from dicom_render.decoding import decode_frame
from dicom_render.refusal import Unreadable
from tests.dicom_render import make
from tests.dicom_render.reference import Tool, stored_by_dcmtk

ROOT = "1.2.840.10008.1.2"


def decoded(file: Path, frame: int = 1) -> NDArray[Any]:
    return decode_frame(file.read_bytes(), frame)


def code_of(data: bytes, frame: int = 1) -> str:
    with pytest.raises(Unreadable) as refused:
        decode_frame(data, frame)
    return refused.value.code


LOSSLESS = ["1.2", "1.2.2", "1.2.1.99", "1.2.5", "1.2.4.57", "1.2.4.70", "1.2.4.80", "1.2.4.90"]


@pytest.mark.parametrize("syntax", LOSSLESS)
def test_one_ct_is_the_same_in_every_lossless_syntax(test_data: Path, syntax: str) -> None:
    folder = test_data / "08_transfer_syntaxes" / "cs3d_same_ct_15_syntaxes"
    plain = decoded(next(folder.glob("*_1.2.840.10008.1.2.1.dcm")))
    file = next(folder.glob(f"*_1.2.840.10008.{syntax}.dcm"))
    assert plain.dtype == np.int16
    np.testing.assert_array_equal(decoded(file), plain)


@pytest.mark.parametrize("syntax", ["4.50", "4.51", "4.53", "4.55", "4.81", "4.91"])
def test_one_ct_is_nearly_the_same_in_every_lossy_syntax(test_data: Path, syntax: str) -> None:
    folder = test_data / "08_transfer_syntaxes" / "cs3d_same_ct_15_syntaxes"
    lossy = decoded(next(folder.glob(f"*_{ROOT}.{syntax}.dcm"))).astype(float)
    plain = decoded(next(folder.glob(f"*_{ROOT}.1.dcm"))).astype(float)
    # Some of these files were scaled before compression: shape, not level, must survive.
    assert np.corrcoef(lossy.ravel(), plain.ravel())[0, 1] > 0.98


def test_one_mr_is_the_same_in_nine_syntaxes(test_data: Path) -> None:
    files = sorted((test_data / "08_transfer_syntaxes" / "dcm_qa_ts_same_mr_9_syntaxes").glob("*.dcm"))
    first, *others = (decoded(file) for file in files)
    assert len(others) == 8
    for other in others:
        np.testing.assert_array_equal(other, first)


@pytest.mark.parametrize(
    ("program", "name"),
    [
        ("dcmdjpeg", "08_transfer_syntaxes/dcm_qa_ts_same_mr_9_syntaxes/5.dcm"),
        ("dcmdjpls", "08_transfer_syntaxes/dcm_qa_ts_same_mr_9_syntaxes/8.dcm"),
        ("dcmdjpls", "06_xray/wg04/XA1_JLSL.dcm"),
        ("dcmdjpeg", "06_xray/cr_modality_lut/CR-ModalitySequenceLUT.dcm"),
        ("dcmdrle", "07_enhanced/pydicom_data/emri_small_RLE.dcm"),
        ("dcmconv", "11_malformed/pydicom/image_dfl.dcm"),
    ],
)
def test_stored_values_are_those_of_dcmtk(test_data: Path, tool: Tool, tmp_path: Path, program: str, name: str) -> None:
    file = test_data / name
    np.testing.assert_array_equal(decoded(file), stored_by_dcmtk(tool, program, file, tmp_path))


def test_the_sign_is_the_highest_of_the_bits_stored(test_data: Path, tool: Tool, tmp_path: Path) -> None:
    """DCMTK leaves the 16th bit of 15 alone; PS3.5 8.1.1 makes the 15th the sign."""
    file = test_data / "08_transfer_syntaxes" / "pydicom_data" / "JLSL_16_15_1_1F.dcm"
    cells = stored_by_dcmtk(tool, "dcmdjpls", file, tmp_path).astype(int)
    np.testing.assert_array_equal(decoded(file), ((cells & 0x7FFF) ^ 0x4000) - 0x4000)


@pytest.mark.parametrize("name", ["06_xray/wg04/MG1_JPLY.dcm"])
def test_twelve_bit_jpeg_is_that_of_dcmtk_within_one(test_data: Path, tool: Tool, tmp_path: Path, name: str) -> None:
    """Two inverse cosine transforms may round apart (ITU-T T.83)."""
    theirs = stored_by_dcmtk(tool, "dcmdjpeg", test_data / name, tmp_path).astype(int)
    assert np.abs(decoded(test_data / name).astype(int) - theirs).max() <= 1


def test_one_colour_picture_is_the_same_in_every_lossless_syntax(test_data: Path) -> None:
    folder = test_data / "08_transfer_syntaxes" / "cs3d_colour_patterns"
    plain = decoded(folder / "TestPattern_RGB.dcm")
    assert plain.shape == (400, 640, 3)
    for name in ("JPEG-LS-Lossless", "JPEG-Lossless_RGB"):
        np.testing.assert_array_equal(decoded(folder / f"TestPattern_{name}.dcm"), plain)
    for name in ("JPEG-Baseline_YBRFull", "JPEG-Baseline_YBR422", "JPEG-LS-NearLossless"):
        off = np.abs(decoded(folder / f"TestPattern_{name}.dcm").astype(int) - plain.astype(int))
        assert off.mean() < 3, name


def test_fragmented_frames_without_a_table_are_told_apart(test_data: Path) -> None:
    folder = test_data / "08_transfer_syntaxes" / "cs3d_same_ct_15_syntaxes"
    file = folder / "CT0012.fragmented_no_bot_jpeg_baseline.51.dcm"
    assert not np.array_equal(decoded(file, 1), decoded(file, 2))


def test_interleavings_of_jpeg_ls_colour_do_not_matter(test_data: Path) -> None:
    folder = test_data / "08_transfer_syntaxes" / "pydicom_data"
    lossless = decoded(folder / "JLSL_RGB_ILV1.dcm").astype(int)
    assert np.abs(lossless - decoded(folder / "JLSN_RGB_ILV0.dcm").astype(int)).max() <= 5


def test_an_unsigned_codestream_under_a_signed_header_gets_its_sign(test_data: Path) -> None:
    pixels = decoded(test_data / "01_head_ct" / "single" / "J2K_pixelrep_mismatch.dcm")
    # Air around a head: the corner is -2000 or so, not 6192 (pydicom's own test of this file).
    assert pixels.dtype == np.int16
    assert pixels[0, 0] == -2000


ENCODERS = {
    JPEGLSLossless: lambda pixels: imagecodecs.jpegls_encode(pixels.view(np.uint16)),
    JPEG2000Lossless: lambda pixels: imagecodecs.jpeg2k_encode(pixels, level=0, codecformat="j2k"),
    f"{ROOT}.4.110": lambda pixels: imagecodecs.jpegxl_encode(pixels.view(np.uint16), lossless=True),
    f"{ROOT}.4.201": lambda pixels: imagecodecs.htj2k_encode(pixels, reversible=True),
    f"{ROOT}.4.70": lambda pixels: imagecodecs.ljpeg_encode(pixels.view(np.uint16), bitspersample=16),
}


@pytest.mark.parametrize("syntax", list(ENCODERS))
@pytest.mark.parametrize("dtype", ["int16", "uint16"])
def test_all_sixteen_bits_survive(syntax: str, dtype: str) -> None:
    pixels = np.random.default_rng(2).integers(0, 65536, (48, 37)).astype(np.uint16).view(dtype)
    encode = ENCODERS[syntax]
    assert encode is not None
    data = make.image(pixels, transfer_syntax=syntax, PixelData=encapsulate([bytes(encode(pixels))]))
    back = decode_frame(data, 1)
    assert back.dtype == pixels.dtype
    np.testing.assert_array_equal(back, pixels)


def test_a_deflated_frame_is_inflated() -> None:
    pixels = make.noise(16, 16)
    packed = imagecodecs.deflate_encode(pixels.tobytes(), raw=True)
    data = make.image(
        pixels, transfer_syntax=f"{ROOT}.8.1", PixelData=encapsulate([packed + b"\0" * (len(packed) % 2)])
    )
    np.testing.assert_array_equal(decode_frame(data, 1), pixels)


def test_irreversible_htj2k_is_clamped_and_not_wrapped(test_data: Path) -> None:
    folder = test_data / "08_transfer_syntaxes" / "pydicom_data"
    lossless = decoded(folder / "HTJ2KLossless_08_RGB.dcm").astype(int)
    assert lossless.shape == decoded(folder / "HTJ2K_08_RGB.dcm").shape
    assert str(HTJ2K) == f"{ROOT}.4.203"
    assert np.abs(lossless - decoded(folder / "HTJ2K_08_RGB.dcm").astype(int)).max() < 60


def test_bits_beyond_bits_stored_are_no_pixels() -> None:
    """PS3.5 8.1.1: old overlays live in the high bits."""
    pixels = np.array([[0x0FFF, 0xF123], [0x1000, 0x0001]], np.uint16)
    expected = np.array([[0x0FFF, 0x0123], [0x0000, 0x0001]])
    np.testing.assert_array_equal(decode_frame(make.image(pixels, BitsStored=12, HighBit=11), 1), expected)
    signed = decode_frame(make.image(pixels, BitsStored=12, HighBit=11, PixelRepresentation=1), 1)
    np.testing.assert_array_equal(signed, [[-1, 0x123], [0, 1]])


def test_values_left_aligned_in_their_word_are_moved_down() -> None:
    pixels = np.array([[0x0010, 0xFFF0]], np.uint16)
    np.testing.assert_array_equal(decode_frame(make.image(pixels, BitsStored=12, HighBit=15), 1), [[1, 0xFFF]])


def test_eight_bits_in_big_endian_words_are_put_right() -> None:
    pixels = np.arange(16, dtype=np.uint8).reshape(4, 4)
    made = make.dataset(pixels, transfer_syntax=ExplicitVRBigEndian)
    made.PixelData = pixels.reshape(-1, 2)[:, ::-1].tobytes()
    made["PixelData"].VR = "OW"
    # pydicom writes the value of OW as it is given, so these bytes are already what stands in the file.
    np.testing.assert_array_equal(decode_frame(make.file_of(made), 1), pixels)


def test_planes_of_colour_are_put_together() -> None:
    rgb = np.random.default_rng(1).integers(0, 256, (6, 8, 3)).astype(np.uint8)
    planes = np.ascontiguousarray(np.moveaxis(rgb, -1, 0))
    np.testing.assert_array_equal(
        decode_frame(make.image(rgb, PlanarConfiguration=1, PixelData=planes.tobytes()), 1), rgb
    )


def test_palette_becomes_rgb(test_data: Path) -> None:
    """Values by hand from the three tables of the file, high byte of 16 bits."""
    shown = decoded(test_data / "05_us" / "pydicom_examples" / "examples_palette.dcm")
    assert shown.shape == (350, 800, 3)
    assert shown.dtype == np.uint8


def test_frames_count_from_one() -> None:
    pixels = np.arange(32, dtype=np.int16).reshape(2, 4, 4)
    data = make.image(pixels[0], NumberOfFrames=2, PixelData=pixels.tobytes())
    np.testing.assert_array_equal(decode_frame(data, 2), pixels[1])
    assert code_of(data, 0) == "no_such_frame"
    assert code_of(data, 3) == "no_such_frame"


def test_a_codestream_larger_than_its_header_is_refused_undecoded() -> None:
    assert code_of(make.j2k_bomb()) == "contradiction"


def test_a_short_rle_frame_that_claims_much_is_refused_undecoded() -> None:
    data = make.rle_bomb(8000)
    assert len(data) < 1200
    assert code_of(data) == "truncated"
    assert code_of(make.rle_bomb(20_000)) == "too_large"


def test_what_cannot_be_drawn_is_refused_with_its_reason(test_data: Path) -> None:
    parametric = (test_data / "11_malformed" / "pydicom_data_odd" / "parametric_map_float.dcm").read_bytes()
    assert code_of(parametric) == "float_pixels"
    assert code_of(make.image(make.noise(), PhotometricInterpretation="CMYK")) == "unsupported_pixels"
    video = make.image(make.noise(), transfer_syntax=f"{ROOT}.4.102", PixelData=encapsulate([b"\0" * 10]))
    assert code_of(video) == "unsupported_transfer_syntax"


@pytest.mark.parametrize("kept", [0.5, 0.98])
@pytest.mark.parametrize("syntax", [*ENCODERS, f"{ROOT}.4.50"])
def test_a_codestream_cut_short_is_refused_and_never_filled_up(syntax: str, kept: float) -> None:
    pixels = make.noise(128, 128) if syntax in ENCODERS else make.noise(128, 128).astype(np.uint8)
    stream = bytes(ENCODERS.get(syntax, imagecodecs.jpeg8_encode)(pixels))
    data = make.image(pixels, transfer_syntax=syntax, PixelData=encapsulate([stream[: int(kept * len(stream))]]))
    assert code_of(data) in {"truncated", "decoding_failed"}


def test_damaged_codestreams_are_refused_and_nothing_else() -> None:
    random = np.random.default_rng(7)
    pixels = make.noise(32, 32)
    for syntax, encode in ENCODERS.items():
        if encode is None:
            continue
        stream = bytes(encode(pixels))
        for _ in range(15):
            bad = bytearray(stream)
            for at in random.integers(20, len(bad), 4):
                bad[at] = random.integers(0, 256)
            data = make.image(pixels, transfer_syntax=syntax, PixelData=encapsulate([bytes(bad)]))
            with suppress(Unreadable):
                decode_frame(data, 1)
