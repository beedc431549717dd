"""What each codec gives, against what independent encoders were given, against DCMTK, or by hand from the standard."""

import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.encaps import encapsulate, encapsulate_extended, generate_frames
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

from dicom_render.decoding import decode_frame
from dicom_render.refusal import Unreadable
from tests.dicom_render import make
from tests.dicom_render.reference import Tool, stored_by_dcmtk

ROOT = "1.2.840.10008.1.2"
JPEG_XL_LOSSLESS, JPEG_XL_RECOMPRESSED, JPEG_XL = f"{ROOT}.4.110", f"{ROOT}.4.111", f"{ROOT}.4.112"
DEFLATED_FRAME = f"{ROOT}.8.1"

Picture = NDArray[Any]
Encoder = Callable[[Picture], Any]  # Any: bytes or bytearray, as the encoder likes


def from_stream(pixels: Picture, syntax: str, stream: bytes, **attributes: Any) -> Picture:
    """What comes out of a file that has these pixels' header around that codestream."""
    held = encapsulate([stream + b"\0" * (len(stream) % 2)])
    return decode_frame(make.image(pixels, transfer_syntax=syntax, PixelData=held, **attributes), 1)


def off(one: Picture, other: Picture) -> int:
    assert one.shape == other.shape
    return int(np.abs(one.astype(int) - other.astype(int)).max())


def refusal(pixels: Picture, syntax: str, stream: bytes, **attributes: Any) -> Unreadable:
    with pytest.raises(Unreadable) as refused:
        from_stream(pixels, syntax, stream, **attributes)
    return refused.value


def rgb(rows: int = 48, columns: int = 40) -> Picture:
    return np.stack([make.noise(rows, columns, seed=seed, dtype="uint8") for seed in (1, 2, 3)], axis=-1)


def packed(pixels: Picture, **attributes: Any) -> bytes:
    """A file of single bits, the first pixel in the lowest bit (PS3.5 8.1.1), one frame after the other."""
    bits = np.packbits(pixels.reshape(-1), bitorder="little").tobytes()
    first = pixels[0] if pixels.ndim == 3 else pixels
    frames = len(pixels) if pixels.ndim == 3 else 1
    usual = {"BitsAllocated": 1, "BitsStored": 1, "HighBit": 0, "NumberOfFrames": frames}
    return make.image(first, **{**usual, "PixelData": bits + b"\0" * (len(bits) % 2), **attributes})


# --- JPEG-LS, JPEG, HTJ2K ---


@pytest.mark.parametrize("near", [1, 2, 5])
def test_near_lossless_jpeg_ls_keeps_its_promise(near: int) -> None:
    """ITU-T T.87: no sample is further off than NEAR."""
    pixels = make.noise(64, 61)
    back = from_stream(pixels, JPEGLSNearLossless, bytes(imagecodecs.jpegls_encode(pixels.view(np.uint16), near)))
    assert 0 < off(back, pixels) <= near


def test_near_lossless_jpeg_ls_of_dcmtk_is_what_dcmtk_reads(test_data: Path, tool: Tool, tmp_path: Path) -> None:
    source = test_data / "01_head_ct" / "philips_ingenuity_phantom_5mm"
    original = next(source.glob("*.dcm"))
    lossy = tmp_path / "lossy.dcm"
    subprocess.run([tool("dcmcjpls"), "+en", "+md", "3", str(original), str(lossy)], check=True, capture_output=True)
    back = decode_frame(lossy.read_bytes(), 1)
    np.testing.assert_array_equal(back, stored_by_dcmtk(tool, "dcmdjpls", lossy, tmp_path))
    assert 0 < off(back, pydicom.dcmread(original).pixel_array) <= 3


@pytest.mark.parametrize("process", ["+ee", "+es", "+ep"], ids=["extended", "spectral selection", "progressive"])
@pytest.mark.parametrize("bits", [8, 12])
def test_each_process_of_jpeg_is_read_as_dcmtk_reads_it(tool: Tool, tmp_path: Path, process: str, bits: int) -> None:
    """Two inverse cosine transforms may round apart by one (ITU-T T.83)."""
    pixels = make.noise(64, 72, dtype="uint8" if bits == 8 else "uint16")
    (tmp_path / "plain.dcm").write_bytes(make.image(pixels, BitsStored=bits, HighBit=bits - 1, Modality="OT"))
    lossy = tmp_path / "lossy.dcm"
    options = [process, "+q", "95"]
    subprocess.run(
        [tool("dcmcjpeg"), *options, str(tmp_path / "plain.dcm"), str(lossy)], check=True, capture_output=True
    )
    expected = stored_by_dcmtk(tool, "dcmdjpeg", lossy, tmp_path)
    assert off(decode_frame(lossy.read_bytes(), 1), expected) <= 1


@pytest.mark.parametrize("name", ["4.51", "4.53", "4.55"])
def test_real_twelve_bit_jpeg_is_that_of_dcmtk_within_one(
    test_data: Path, tool: Tool, tmp_path: Path, name: str
) -> None:
    folder = test_data / "08_transfer_syntaxes" / "cs3d_same_ct_15_syntaxes"
    file = next(folder.glob(f"*_{ROOT}.{name}.dcm"))
    assert off(decode_frame(file.read_bytes(), 1), stored_by_dcmtk(tool, "dcmdjpeg", file, tmp_path)) <= 1


def test_real_htj2k_in_either_order_of_packets_is_the_slice_it_was_made_from(test_data: Path) -> None:
    source = test_data / "01_head_ct" / "ge_hispeed_tilt18_varspacing"
    originals = {read.SOPInstanceUID: read for read in map(pydicom.dcmread, source.glob("*.dcm"))}
    folder = test_data / "08_transfer_syntaxes"
    files = [*(folder / "derived_htj2k_rpcl_202").glob("*.dcm"), *(folder / "derived_htj2k_201").glob("*.dcm")]
    assert len(files) == 4
    for file in files:
        made = pydicom.dcmread(file, stop_before_pixels=True)
        heights = {round(float(read.ImagePositionPatient[2]), 2): read for read in originals.values()}
        original = heights[round(float(made.ImagePositionPatient[2]), 2)]
        np.testing.assert_array_equal(decode_frame(file.read_bytes(), 1), original.pixel_array)


@pytest.mark.parametrize(
    "pixels", [make.noise(64, 61), make.noise(64, 61, dtype="uint8"), rgb()], ids=["16", "8", "rgb"]
)
def test_lossy_htj2k_of_openjph_is_near_what_went_in_and_never_wraps(pixels: Picture) -> None:
    """Encoder OpenJPH, decoder OpenJPEG: two implementations of ISO/IEC 15444-15."""
    extreme = pixels.copy()
    # Edges from the lowest to the highest value ring beyond both.
    extreme[:8], extreme[8:16] = np.iinfo(pixels.dtype).min, np.iinfo(pixels.dtype).max
    wide = np.iinfo(pixels.dtype).max - int(np.iinfo(pixels.dtype).min)
    back = from_stream(extreme, f"{ROOT}.4.203", bytes(imagecodecs.htj2k_encode(extreme, reversible=False)))
    assert 0 < off(back, extreme) < wide // 8


# --- JPEG XL ---


@pytest.mark.parametrize("pixels", [make.noise(48, 37, dtype="uint16"), make.noise(48, 37, dtype="uint8"), rgb()])
def test_lossless_jpeg_xl_gives_back_every_sample(pixels: Picture) -> None:
    stream = bytes(imagecodecs.jpegxl_encode(pixels, lossless=True))
    np.testing.assert_array_equal(from_stream(pixels, JPEG_XL_LOSSLESS, stream), pixels)


@pytest.mark.parametrize("pixels", [make.noise(64, 61, dtype="uint8"), rgb()], ids=["grey", "rgb"])
def test_lossy_jpeg_xl_is_near_what_went_in(pixels: Picture) -> None:
    """At a distance of 1 (just noticeable), noise of 5 levels keeps its picture."""
    back = from_stream(pixels, JPEG_XL, bytes(imagecodecs.jpegxl_encode(pixels, distance=1.0)))
    difference = back.astype(float) - pixels
    assert 0 < np.sqrt((difference**2).mean()) < 5


def test_lossy_jpeg_xl_whose_header_names_its_own_colours_is_the_same_picture() -> None:
    """PS3.5 8.2.15: XYB is the space that the codestream is kept in, and what it says of itself rules its decoding."""
    stream = bytes(imagecodecs.jpegxl_encode(rgb(), distance=1.0))
    back = from_stream(rgb(), JPEG_XL, stream, PhotometricInterpretation="XYB")
    np.testing.assert_array_equal(back, imagecodecs.jpegxl_decode(stream))
    assert refusal(rgb(), RLELossless, bytes(64), PhotometricInterpretation="XYB").code == "unsupported_pixels"


@pytest.mark.parametrize("pixels", [make.noise(64, 61, dtype="uint8"), rgb()], ids=["grey", "rgb"])
def test_a_jpeg_recompressed_as_jpeg_xl_is_that_jpeg(pixels: Picture) -> None:
    """ISO/IEC 18181-2 A.3: the same coefficients; only the last step of colour may round apart."""
    jpeg = bytes(imagecodecs.jpeg8_encode(pixels, 90))
    back = from_stream(pixels, JPEG_XL_RECOMPRESSED, bytes(imagecodecs.jpegxl_encode_jpeg(jpeg)))
    assert off(back, imagecodecs.jpeg8_decode(jpeg)) <= 4


# --- deflate, big endian ---


def test_a_deflated_file_of_dcmtk_holds_what_went_in(tool: Tool, tmp_path: Path) -> None:
    pixels = make.noise(33, 31)
    (tmp_path / "plain.dcm").write_bytes(make.image(pixels))
    made = tmp_path / "deflated.dcm"
    subprocess.run([tool("dcmconv"), "+td", str(tmp_path / "plain.dcm"), str(made)], check=True, capture_output=True)
    assert str(pydicom.dcmread(made).file_meta.TransferSyntaxUID) == DeflatedExplicitVRLittleEndian
    np.testing.assert_array_equal(decode_frame(made.read_bytes(), 1), pixels)


@pytest.mark.parametrize("planar", [0, 1])
def test_a_deflated_colour_frame_is_read_pixel_by_pixel_or_plane_by_plane(planar: int) -> None:
    pixels = rgb()
    laid = np.moveaxis(pixels, -1, 0) if planar else pixels
    stream = bytes(imagecodecs.deflate_encode(np.ascontiguousarray(laid).tobytes(), raw=True))
    np.testing.assert_array_equal(from_stream(pixels, DEFLATED_FRAME, stream, PlanarConfiguration=planar), pixels)


@pytest.mark.parametrize(
    "pixels",
    [make.noise(6, 8, dtype="uint8"), make.noise(6, 8), rgb(6, 8)],
    ids=["8 bits", "16 bits", "colour"],
)
def test_a_big_endian_file_of_dcmtk_holds_what_went_in(tool: Tool, tmp_path: Path, pixels: Picture) -> None:
    (tmp_path / "little.dcm").write_bytes(make.image(pixels))
    made = tmp_path / "big.dcm"
    subprocess.run([tool("dcmconv"), "+tb", str(tmp_path / "little.dcm"), str(made)], check=True, capture_output=True)
    assert str(pydicom.dcmread(made).file_meta.TransferSyntaxUID) == ExplicitVRBigEndian
    np.testing.assert_array_equal(decode_frame(made.read_bytes(), 1), pixels)


# --- single bits ---


def test_single_bits_begin_with_the_lowest_and_frames_within_a_byte() -> None:
    """By hand: 3 x 3 pixels a frame, so that the second frame begins with the second bit of the second byte."""
    frames = np.array([[[1, 0, 0], [1, 1, 0], [0, 0, 1]], [[0, 1, 1], [0, 0, 0], [1, 0, 1]]], np.uint8)
    data = packed(frames, PixelData=bytes([0b00011001, 0b10001101, 0b00000010, 0]))
    np.testing.assert_array_equal(decode_frame(data, 1), frames[0])
    np.testing.assert_array_equal(decode_frame(data, 2), frames[1])


def test_single_bits_are_those_of_pydicom() -> None:
    frames = np.random.default_rng(3).integers(0, 2, (5, 13, 11)).astype(np.uint8)
    data = packed(frames)
    theirs = pydicom.dcmread(BytesIO(data)).pixel_array
    for number in range(5):
        np.testing.assert_array_equal(decode_frame(data, number + 1), theirs[number])


def test_single_bits_are_deflated_frame_by_frame() -> None:
    pixels = np.random.default_rng(4).integers(0, 2, (13, 11)).astype(np.uint8)
    stream = bytes(imagecodecs.deflate_encode(np.packbits(pixels, bitorder="little").tobytes(), raw=True))
    back = from_stream(pixels, DEFLATED_FRAME, stream, BitsAllocated=1, BitsStored=1, HighBit=0)
    np.testing.assert_array_equal(back, pixels)


def test_fewer_bits_than_the_frames_need_are_refused() -> None:
    with pytest.raises(Unreadable) as refused:
        decode_frame(packed(np.ones((3, 3, 3), np.uint8), PixelData=b"\xff\xff"), 1)
    assert (refused.value.code, refused.value.facts["expected_bytes"]) == ("truncated", 4)


@pytest.mark.parametrize("keyword", ["FloatPixelData", "DoubleFloatPixelData"])
def test_floating_point_pixels_are_refused_by_that_name(keyword: str) -> None:
    made = make.dataset(np.zeros((4, 4), np.uint8))
    del made.PixelData
    setattr(made, keyword, np.zeros((4, 4), "<f4" if keyword == "FloatPixelData" else "<f8").tobytes())
    made.BitsAllocated = 32 if keyword == "FloatPixelData" else 64
    with pytest.raises(Unreadable) as refused:
        decode_frame(make.file_of(made), 1)
    assert (refused.value.code, refused.value.facts) == ("float_pixels", {"attribute": keyword})


# --- sign and depth: the header and the codestream ---

TWELVE_BITS: dict[str, Encoder | None] = {
    RLELossless: None,
    JPEGLSLossless: imagecodecs.jpegls_encode,
    JPEGLosslessSV1: lambda words: imagecodecs.ljpeg_encode(words, bitspersample=12),
    JPEG2000Lossless: lambda words: imagecodecs.jpeg2k_encode(words, level=0, codecformat="j2k", bitspersample=12),
    JPEG_XL_LOSSLESS: lambda words: imagecodecs.jpegxl_encode(words, lossless=True),
}


@pytest.mark.parametrize("syntax", list(TWELVE_BITS))
def test_the_sign_of_twelve_bits_is_the_twelfth_in_every_codec(syntax: str) -> None:
    """PS3.5 8.1.1: two's complement within Bits Stored; the codecs themselves know no sign."""
    values = np.random.default_rng(5).integers(-2048, 2048, (24, 20)).astype(np.int16)
    words = (values & 0x0FFF).astype(np.uint16)
    encode = TWELVE_BITS[syntax]
    header: dict[str, Any] = {"BitsStored": 12, "HighBit": 11, "PixelRepresentation": 1}
    if encode is None:
        made = make.dataset(words, **header)
        made.compress(RLELossless, generate_instance_uid=False)
        back = decode_frame(make.file_of(made), 1)
    else:
        back = from_stream(words, syntax, bytes(encode(words)), **header)
    assert back.dtype == np.int16
    np.testing.assert_array_equal(back, values)


SIGNED: dict[str, Encoder] = {
    JPEG2000Lossless: lambda small: imagecodecs.jpeg2k_encode(small, level=0, codecformat="j2k"),
    f"{ROOT}.4.201": lambda small: imagecodecs.htj2k_encode(small, reversible=True),
}


@pytest.mark.parametrize("syntax", list(SIGNED))
def test_a_signed_codestream_of_eight_bits_keeps_its_sign_in_words_of_sixteen(syntax: str) -> None:
    small = make.noise(16, 16).astype(np.int16) - 120
    back = from_stream(small, syntax, bytes(SIGNED[syntax](small.clip(-128, 127).astype(np.int8))))
    np.testing.assert_array_equal(back, small.clip(-128, 127))


DEEP: dict[str, Encoder] = {
    JPEGLSLossless: imagecodecs.jpegls_encode,
    JPEGLosslessSV1: lambda wide: imagecodecs.ljpeg_encode(wide, bitspersample=16),
    JPEG2000Lossless: lambda wide: imagecodecs.jpeg2k_encode(wide, level=0, codecformat="j2k"),
    JPEG_XL_LOSSLESS: lambda wide: imagecodecs.jpegxl_encode(wide, lossless=True),
}


@pytest.mark.parametrize("syntax", list(DEEP))
def test_a_codestream_deeper_than_its_header_is_refused_and_not_cut(syntax: str) -> None:
    wide = make.noise(16, 16, dtype="uint16") * 200
    refused = refusal(wide.astype(np.uint8), syntax, bytes(DEEP[syntax](wide)))
    assert (refused.code, refused.facts) == ("contradiction", {"codestream_bits": 16, "header_bits": 8})


def test_a_shallower_codestream_holds_the_same_values() -> None:
    small = make.noise(16, 16, dtype="uint8")
    back = from_stream(small.astype(np.uint16), JPEGLSLossless, bytes(imagecodecs.jpegls_encode(small)))
    assert back.dtype == np.uint16
    np.testing.assert_array_equal(back, small)


@pytest.mark.parametrize("syntax", [JPEG_XL_LOSSLESS, RLELossless])
def test_colour_under_a_grey_header_is_refused(syntax: str) -> None:
    pixels = rgb(16, 16)
    if syntax == RLELossless:
        made = make.dataset(pixels)
        made.compress(RLELossless, generate_instance_uid=False)
        stream = next(generate_frames(made.PixelData, number_of_frames=1))
    else:
        stream = bytes(imagecodecs.jpegxl_encode(pixels, lossless=True))
    assert refusal(pixels[..., 0], syntax, stream).code in {"contradiction", "unsupported_pixels"}


# --- colour ---

# PS3.3 C.7.6.3.1.2, forward; written out here so that only the inverse is ours.
FULL = np.array([[0.2990, 0.5870, 0.1140], [-0.1687, -0.3313, 0.5000], [0.5000, -0.4187, -0.0813]])
PARTIAL = np.array([[0.2568, 0.5041, 0.0979], [-0.1482, -0.2910, 0.4392], [0.4392, -0.3678, -0.0714]])


def pairs_of_colour() -> Picture:
    """Colours that two neighbours share, so that halved chrominance loses nothing."""
    return np.repeat(np.random.default_rng(6).integers(20, 236, (6, 4, 3)), 2, axis=1).astype(np.uint8)


def ybr(pixels: Picture, matrix: Picture, black: int) -> Picture:
    return np.clip(np.rint(pixels @ matrix.T + [black, 128, 128]), 0, 255).astype(np.uint8)


@pytest.mark.parametrize(("name", "matrix", "black"), [("YBR_FULL_422", FULL, 0), ("YBR_PARTIAL_422", PARTIAL, 16)])
def test_two_pixels_share_their_chrominance_in_native_frames(
    tool: Tool, tmp_path: Path, name: str, matrix: Picture, black: int
) -> None:
    pixels = pairs_of_colour()
    full = ybr(pixels, matrix, black)
    halved = np.stack([full[:, 0::2, 0], full[:, 1::2, 0], full[:, 0::2, 1], full[:, 0::2, 2]], axis=-1)
    data = make.image(pixels, PhotometricInterpretation=name, PixelData=halved.tobytes(), Modality="US")
    back = decode_frame(data, 1)
    assert off(back, pixels) <= 2
    (tmp_path / "packed.dcm").write_bytes(data)
    shown = tmp_path / "shown.ppm"
    subprocess.run([tool("dcm2pnm"), "+op", str(tmp_path / "packed.dcm"), str(shown)], check=True, capture_output=True)
    theirs = np.frombuffer(shown.read_bytes()[-pixels.size :], np.uint8).reshape(pixels.shape)
    assert off(back, theirs) <= 2


@pytest.mark.parametrize("planar", [0, 1])
def test_full_chrominance_comes_by_pixel_or_by_plane(planar: int) -> None:
    pixels = rgb()
    full = ybr(pixels, FULL, 0)
    held = np.ascontiguousarray(np.moveaxis(full, -1, 0) if planar else full).tobytes()
    data = make.image(pixels, PhotometricInterpretation="YBR_FULL", PlanarConfiguration=planar, PixelData=held)
    assert off(decode_frame(data, 1), pixels) <= 2


@pytest.mark.parametrize("planar", [0, 1])
def test_rle_keeps_planes_whatever_the_header_says(planar: int) -> None:
    """PS3.5 G.2: a segment a byte of each sample; Planar Configuration changes nothing."""
    pixels = rgb()
    made = make.dataset(ybr(pixels, FULL, 0))
    made.compress(RLELossless, generate_instance_uid=False)
    made.PhotometricInterpretation, made.PlanarConfiguration = "YBR_FULL", planar
    assert off(decode_frame(make.file_of(made), 1), pixels) <= 2


@pytest.mark.parametrize("photometric", ["YBR_FULL", "YBR_FULL_422"])
def test_chrominance_within_jpeg_ls_and_lossless_jpeg_is_turned_to_rgb(photometric: str) -> None:
    pixels = rgb()
    full = ybr(pixels, FULL, 0)
    back = from_stream(
        pixels, JPEGLSLossless, bytes(imagecodecs.jpegls_encode(full)), PhotometricInterpretation=photometric
    )
    assert off(back, pixels) <= 2


@pytest.mark.parametrize("subsampling", ["444", "422", "420"])
def test_halved_chrominance_in_jpeg_is_read_as_dcmtk_reads_it(tool: Tool, tmp_path: Path, subsampling: str) -> None:
    smooth = np.kron(np.random.default_rng(7).integers(40, 216, (4, 4, 3)), np.ones((16, 16, 1))).astype(np.uint8)
    stream = bytes(imagecodecs.jpeg8_encode(smooth, 95, subsampling=subsampling))
    file = tmp_path / "colour.dcm"
    held = encapsulate([stream + b"\0" * (len(stream) % 2)])
    header = {"PhotometricInterpretation": "YBR_FULL_422", "Modality": "US"}
    file.write_bytes(make.image(smooth, transfer_syntax=JPEGBaseline8Bit, PixelData=held, **header))
    plain = tmp_path / "plain.dcm"
    subprocess.run([tool("dcmdjpeg"), "+ca", str(file), str(plain)], check=True, capture_output=True)
    theirs = pydicom.dcmread(plain).pixel_array
    back = decode_frame(file.read_bytes(), 1)
    inside = (slice(2, -2), slice(2, -2))
    blocks = [(slice(16 * i + 3, 16 * i + 13), slice(16 * j + 3, 16 * j + 13)) for i in range(4) for j in range(4)]
    # At the edges of the blocks the two interpolate chrominance differently, as both may.
    assert max(off(back[block], theirs[block]) for block in blocks) <= 3
    assert np.abs(back[inside].astype(int) - smooth[inside]).mean() < 8


@pytest.mark.parametrize("transformed", [True, False])
def test_the_transform_within_jpeg_2000_counts_and_not_the_header(transformed: bool) -> None:
    """ISO/IEC 15444-1 A.6.1: with a component transform RGB comes out; without it YBR_FULL is what the header says."""
    pixels = rgb()
    given = pixels if transformed else ybr(pixels, FULL, 0)
    stream = bytes(imagecodecs.jpeg2k_encode(given, level=0, codecformat="j2k", mct=transformed))
    assert off(from_stream(pixels, JPEG2000Lossless, stream, PhotometricInterpretation="YBR_FULL"), pixels) <= 2


def test_a_segmented_palette_is_unrolled() -> None:
    """PS3.3 C.7.9.2, by hand: discrete 0 and 10 (x 256), linear to 50 in four steps, then the first segment again."""
    discrete, linear = [0, 2, 0x0000, 0x0A00], [1, 4, 0x3200]
    # Indirect: one segment, 0 bytes from the start, low word first.
    segments = np.array([*discrete, *linear, 2, 1, 0, 0], "<u2").tobytes()
    made = make.dataset(np.arange(8, dtype=np.uint8).reshape(2, 4), PhotometricInterpretation="PALETTE COLOR")
    for name in ("Red", "Green", "Blue"):
        made.add_new(f"{name}PaletteColorLookupTableDescriptor", "US", [8, 0, 16])
        made.add_new(f"Segmented{name}PaletteColorLookupTableData", "OW", segments)
    shown = decode_frame(make.file_of(made), 1)
    assert shown[..., 0].tolist() == [[0, 10, 20, 30], [40, 50, 0, 10]]
    assert (shown[..., 0] == shown[..., 2]).all()


# --- fragments ---


@pytest.mark.parametrize("table", ["basic", "extended", "empty"])
def test_frames_in_several_fragments_are_put_together(table: str) -> None:
    frames = [make.noise(32, 32, seed=seed, dtype="uint8") for seed in (1, 2, 3)]
    streams = [bytes(imagecodecs.jpegls_encode(frame)) for frame in frames]
    streams = [stream + b"\0" * (len(stream) % 2) for stream in streams]
    if table == "extended":
        held, offsets, lengths = encapsulate_extended(streams)
        more = {"ExtendedOffsetTable": offsets, "ExtendedOffsetTableLengths": lengths}
    else:
        held, more = encapsulate(streams, fragments_per_frame=3, has_bot=table == "basic"), {}
    data = make.image(frames[0], transfer_syntax=JPEGLSLossless, PixelData=held, NumberOfFrames=3, **more)
    for number, frame in enumerate(frames, start=1):
        np.testing.assert_array_equal(decode_frame(data, number), frame)
