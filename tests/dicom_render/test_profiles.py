"""ICC profiles of files, with expected colours by the matrices of ICC.1 and IEC 61966-2-1."""

import struct
from io import BytesIO
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import ImageCms
from pydicom.uid import RLELossless

from dicom_render.decoding import decode_frame
from dicom_render.frame_bytes import frames_of
from tests.dicom_render import make

# ICC.1 annex F: colorants adapted to D50. Those of sRGB (IEC 61966-2-1) and of Adobe RGB (1998) 4.3.
SRGB = np.array([[0.4361, 0.3851, 0.1431], [0.2225, 0.7169, 0.0606], [0.0139, 0.0971, 0.7141]])
ADOBE = np.array([[0.6097, 0.2053, 0.1492], [0.3111, 0.6257, 0.0632], [0.0195, 0.0609, 0.7446]])
ADOBE_GAMMA = 563 / 256
COLOURS = np.array(
    [[[0, 0, 0], [255, 255, 255], [128, 128, 128]], [[180, 120, 100], [90, 110, 140], [60, 100, 70]]], np.uint8
)


def fixed(number: float) -> bytes:
    return struct.pack(">i", round(number * 65536))


def profile(colorants: np.ndarray, gamma: float, *, space: bytes = b"RGB ") -> bytes:
    """A display profile of three colorants and one curve (ICC.1:2001-04 6.3.4.1)."""
    d50 = (0.9642, 1.0, 0.8249)
    text = b"made by hand"
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(text) + 1) + text + b"\0" + bytes(78),
        b"cprt": b"text\0\0\0\0" + text + b"\0",
        b"wtpt": b"XYZ \0\0\0\0" + b"".join(map(fixed, d50)),
        **{
            name: b"XYZ \0\0\0\0" + b"".join(map(fixed, colorants[:, column]))
            for column, name in enumerate((b"rXYZ", b"gXYZ", b"bXYZ"))
        },
        **{name: b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) for name in (b"rTRC", b"gTRC", b"bTRC")},
    }
    table, body = struct.pack(">I", len(tags)), b""
    for name, held in tags.items():
        table += name + struct.pack(">II", 132 + 12 * len(tags) + len(body), len(held))
        body += held + bytes(-len(held) % 4)
    header = bytearray(128)
    header[0:4] = struct.pack(">I", 128 + len(table) + len(body))
    header[8:12], header[12:16], header[16:20], header[20:24] = b"\2\x10\0\0", b"mntr", space, b"XYZ "
    header[36:40] = b"acsp"
    header[68:80] = b"".join(map(fixed, d50))
    return bytes(header) + table + body


def as_srgb(colours: np.ndarray) -> np.ndarray:
    """By hand: gamma away, to XYZ, to sRGB's primaries, sRGB's curve (IEC 61966-2-1 5.2)."""
    linear = (colours / 255) ** ADOBE_GAMMA @ ADOBE.T @ np.linalg.inv(SRGB).T
    linear = np.clip(linear, 0, 1)
    return 255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def test_colours_of_another_space_are_drawn_as_srgb() -> None:
    data = make.image(COLOURS, ICCProfile=profile(ADOBE, ADOBE_GAMMA))
    shown = decode_frame(data, 1).astype(float)
    assert np.abs(shown - as_srgb(COLOURS)).max() <= 2
    # The control: as they stand in the file they would be off by far more.
    assert np.abs(COLOURS - as_srgb(COLOURS)).max() > 8


def test_a_palette_has_a_profile_too() -> None:
    made = make.dataset(np.arange(6, dtype=np.uint8).reshape(2, 3), PhotometricInterpretation="PALETTE COLOR")
    made.ICCProfile = profile(ADOBE, ADOBE_GAMMA)
    for column, name in enumerate(("Red", "Green", "Blue")):
        made.add_new(f"{name}PaletteColorLookupTableDescriptor", "US", [6, 0, 8])
        made.add_new(f"{name}PaletteColorLookupTableData", "OW", COLOURS.reshape(6, 3)[:, column].tobytes())
    assert np.abs(decode_frame(make.file_of(made), 1) - as_srgb(COLOURS)).max() <= 2


def test_a_profile_of_srgb_changes_nothing() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    shown = decode_frame(make.image(COLOURS, ICCProfile=srgb), 1)
    assert np.abs(shown.astype(int) - COLOURS).max() <= 1


def test_colours_that_are_said_to_be_srgb_stay_as_they_are() -> None:
    data = make.image(COLOURS, ICCProfile=profile(ADOBE, ADOBE_GAMMA), ColorSpace="SRGB")
    np.testing.assert_array_equal(decode_frame(data, 1), COLOURS)


def test_the_profile_of_a_real_colour_map_darkens_nothing(test_data: Path) -> None:
    """Siemens names sRGB and adds the tables of "sRGB v4 ICC preference"; DCMTK's pictures have the stored colours."""
    file = next((test_data / "07_enhanced" / "siemens_xa30").glob("*008676.dcm"))
    read = pydicom.dcmread(file)
    np.testing.assert_array_equal(decode_frame(file.read_bytes(), 20), read.pixel_array[19])
    del read.ColorSpace
    written = BytesIO()
    read.save_as(written)
    np.testing.assert_array_equal(decode_frame(written.getvalue(), 20), read.pixel_array[19])


@pytest.mark.parametrize(
    "held", [b"no profile" * 40, profile(ADOBE, ADOBE_GAMMA, space=b"GRAY"), profile(ADOBE, ADOBE_GAMMA)[:200]]
)
def test_a_profile_that_says_nothing_of_rgb_leaves_the_colours(held: bytes) -> None:
    np.testing.assert_array_equal(decode_frame(make.image(COLOURS, ICCProfile=held), 1), COLOURS)


def test_other_programs_get_the_bytes_that_the_profile_is_for() -> None:
    made = make.dataset(COLOURS, ICCProfile=profile(ADOBE, ADOBE_GAMMA))
    made.compress(RLELossless, generate_instance_uid=False)
    assert frames_of(make.file_of(made), [1], "uncompressed") == [COLOURS.tobytes()]
