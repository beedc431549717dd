"""Explicit VR Little Endian from any other transfer syntax: the same values, the same attributes."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.uid import RLELossless

from dicom_render.decoding import decode_frame
from dicom_render.opening import open_dataset
from dicom_render.reading import header_of
from dicom_render.transcoding import explicit_of, has_explicit
from tests.dicom_render import make
from tests.dicom_render.test_profiles import ADOBE, ADOBE_GAMMA, COLOURS, profile

SAME_CT = "08_transfer_syntaxes/cs3d_same_ct_15_syntaxes"
EXPLICIT = "1.2.840.10008.1.2.1"
# Of how the pixels lie, which is what is changed.
OF_PIXELS = {"PixelData", "PhotometricInterpretation", "PlanarConfiguration", "LossyImageCompression"}


def read(data: bytes) -> pydicom.FileDataset:
    return pydicom.dcmread(io.BytesIO(data))


@pytest.mark.parametrize(
    "name", ["LittleEndianImplicitTransfer", "DeflatedExplicit", "RLELossless", "14SV1", "JPEGLSLossless"]
)
def test_a_lossless_file_becomes_what_dcmtk_makes_of_it(
    test_data: Path, tool: Callable[[str], str], tmp_path: Path, name: str
) -> None:
    (file,) = (test_data / SAME_CT).glob(f"*{name}*")
    program = {"RLELossless": "dcmdrle", "14SV1": "dcmdjpeg", "JPEGLSLossless": "dcmdjpls"}.get(name, "dcmconv")
    theirs = tmp_path / "theirs.dcm"
    subprocess.run([tool(program), "+te", str(file), str(theirs)], check=True, capture_output=True)
    made, expected = read(explicit_of(file.read_bytes())), pydicom.dcmread(theirs)
    assert made.file_meta.TransferSyntaxUID == EXPLICIT
    np.testing.assert_array_equal(made.pixel_array, expected.pixel_array)
    for element in expected:
        # Group lengths are retired (PS3.5 7.2).
        if element.keyword not in OF_PIXELS and element.tag.element != 0:
            assert made[element.tag].value == element.value, element


def test_colours_become_rgb_by_pixel_and_what_was_lossy_says_so(test_data: Path) -> None:
    file = test_data / "05_us/pydicom_examples/examples_ybr_color.dcm"
    made = read(explicit_of(file.read_bytes()))
    assert (made.PhotometricInterpretation, made.PlanarConfiguration, made.LossyImageCompression) == ("RGB", 0, "01")
    assert made.pixel_array.shape == (30, 240, 320, 3)
    np.testing.assert_array_equal(made.pixel_array[29], decode_frame(file.read_bytes(), 30))


def test_colours_stay_in_the_space_of_the_profile_that_the_file_keeps() -> None:
    made = make.dataset(COLOURS, ICCProfile=profile(ADOBE, ADOBE_GAMMA))
    made.compress(RLELossless)
    explicit = read(explicit_of(make.file_of(made)))
    np.testing.assert_array_equal(explicit.pixel_array, COLOURS)
    assert explicit.ICCProfile.rstrip(b"\0") == made.ICCProfile.rstrip(b"\0")


@pytest.mark.parametrize(
    ("path", "is_possible"),
    [
        (f"{SAME_CT}/CTImage.dcm_BigEndianExplicitTransferSyntax_1.2.840.10008.1.2.2.dcm", False),
        ("05_us/pydicom_data/OBXXXX1A_rle_2frame.dcm", False),
        ("05_us/pydicom_examples/examples_palette.dcm", True),
        ("05_us/pydicom_examples/examples_ybr_color.dcm", True),
    ],
)
def test_what_cannot_be_said_otherwise_is_not_offered(test_data: Path, path: str, is_possible: bool) -> None:
    assert has_explicit(header_of(open_dataset((test_data / path).read_bytes()))) is is_possible
