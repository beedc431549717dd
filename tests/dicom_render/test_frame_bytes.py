"""Frames come as they are stored, or uncompressed with the very numbers of the original."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.pixels.processing import convert_color_space
from pydicom.pixels.utils import pixel_array
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, RLELossless

from dicom_render.frame_bytes import frames_of
from dicom_render.refusal import Unreadable
from tests.collab.studies import make as make_studies
from tests.dicom_render import make


def multiframe() -> bytes:
    ds = pydicom.dcmread(io.BytesIO(make_studies.dicom(study_uid="1.2", series_uid="1.3")))
    ds.NumberOfFrames = 3
    ds.PixelData = np.arange(3 * 256, dtype="<i2").tobytes()
    written = io.BytesIO()
    ds.save_as(written)
    return written.getvalue()


def test_native_frames_are_cut_out_of_the_pixels() -> None:
    whole = np.arange(3 * 256, dtype="<i2").tobytes()
    assert frames_of(multiframe(), [3, 1], "stored") == [whole[1024:], whole[:512]]


def test_compressed_frames_come_both_ways(tool: Callable[[str], str], tmp_path: Path) -> None:
    plain, packed = tmp_path / "a.dcm", tmp_path / "b.dcm"
    plain.write_bytes(make_studies.dicom(study_uid="1.2", series_uid="1.3"))
    subprocess.run([tool("dcmcrle"), str(plain), str(packed)], check=True)
    data = packed.read_bytes()
    (stored,) = frames_of(data, [1], "stored")
    assert stored[:4] == (2).to_bytes(4, "little")  # PS3.5 G.5: two segments of an RLE frame of 16 bits
    assert frames_of(data, [1], "uncompressed") == [pydicom.dcmread(plain).PixelData]


def test_a_frame_that_is_not_there_is_refused() -> None:
    with pytest.raises(Unreadable, match="no_such_frame"):
        frames_of(multiframe(), [4], "stored")


def coloured() -> NDArray[np.uint8]:
    return np.stack([make.noise(24, 32, seed=seed, dtype="uint8") for seed in (1, 2, 3)], axis=-1)


def rle(samples: NDArray[np.uint8], **attributes: object) -> bytes:
    """These samples in RLE, by pydicom's encoder."""
    made = make.dataset(samples, Modality="US")
    made.compress(RLELossless)
    for keyword, value in attributes.items():
        setattr(made, keyword, value)
    return make.file_of(made)


def as_the_header_says(data: bytes, frame: bytes) -> NDArray[np.uint8]:
    """RGB of uncompressed bytes by pydicom, which knows nothing but the header."""
    header = pydicom.dcmread(io.BytesIO(data), stop_before_pixels=True)
    header.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    header.NumberOfFrames, header.PixelData = 1, frame
    header["PixelData"].VR = "OB"
    return pixel_array(header)


def test_ybr_full_in_rle_stays_the_ybr_that_its_header_names() -> None:
    rgb = coloured()
    ybr = convert_color_space(rgb, "RGB", "YBR_FULL")
    data = rle(ybr, PhotometricInterpretation="YBR_FULL")
    (frame,) = frames_of(data, [1], "uncompressed")
    assert frame == ybr.tobytes()
    assert np.abs(as_the_header_says(data, frame).astype(int) - rgb).max() <= 2


def test_planes_stay_planes_where_the_header_says_so() -> None:
    rgb = coloured()
    (frame,) = frames_of(rle(rgb, PlanarConfiguration=1), [1], "uncompressed")
    assert frame == np.moveaxis(rgb, -1, 0).tobytes()


def test_indices_of_a_palette_stay_indices() -> None:
    indices = make.noise(16, 16, dtype="uint8")
    (frame,) = frames_of(rle(indices, PhotometricInterpretation="PALETTE COLOR"), [1], "uncompressed")
    assert frame == indices.tobytes()


def test_shared_colours_of_big_endian_are_swapped_back_and_nothing_else() -> None:
    packed = np.arange(8 * 16 * 2, dtype=np.uint8)
    made = make.dataset(
        np.zeros((8, 16, 3), np.uint8),
        transfer_syntax=ExplicitVRBigEndian,
        PhotometricInterpretation="YBR_FULL_422",
        PixelData=packed.tobytes(),
    )
    assert frames_of(make.file_of(made), [1], "uncompressed") == [packed.tobytes()]


@pytest.mark.parametrize(
    ("name", "bytes_of_a_pixel", "share"),
    [
        ("08_transfer_syntaxes/cs3d_colour_patterns/TestPattern_JPEG-Baseline_YBRFull.dcm", 3, 1),
        # Chrominance of two neighbours is one here: along sharp edges it is another than libjpeg smooths it to.
        ("08_transfer_syntaxes/cs3d_colour_patterns/TestPattern_JPEG-Baseline_YBR422.dcm", 2, 0.95),
        ("05_us/pydicom_examples/examples_ybr_color.dcm", 2, 0.99),
    ],
)
def test_who_follows_the_header_shows_the_colours_that_pydicom_decodes(
    test_data: Path, name: str, bytes_of_a_pixel: int, share: float
) -> None:
    data = (test_data / name).read_bytes()
    decoded = pixel_array(pydicom.dcmread(io.BytesIO(data)), index=0).astype(int)
    (frame,) = frames_of(data, [1], "uncompressed")
    assert len(frame) == bytes_of_a_pixel * decoded.shape[0] * decoded.shape[1]
    assert np.quantile(np.abs(as_the_header_says(data, frame) - decoded), share) <= 1
