"""Overlay planes, against DCMTK's and the bit order of PS3.5 8.1.2."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.dataset import FileDataset
from pydicom.uid import ExplicitVRBigEndian, RLELossless

from dicom_render.decoding import FrameSource
from dicom_render.overlays import Overlay, overlays_of
from tests.dicom_render import make


def put(
    made: FileDataset, masks: NDArray[np.bool_], *, group: int = 0x6000, order: str = "little", **more: Any
) -> FileDataset:
    """Overlay Data of (rows, columns) or (frames, rows, columns)."""
    made.add_new((group, 0x0010), "US", masks.shape[-2])
    made.add_new((group, 0x0011), "US", masks.shape[-1])
    made.add_new((group, 0x0040), "CS", more.get("kind", "G"))
    made.add_new((group, 0x0050), "SS", more.get("origin", [1, 1]))
    if "frames" in more:
        made.add_new((group, 0x0015), "IS", more["frames"])
        made.add_new((group, 0x0051), "US", more["first"])
    made.add_new((group, 0x0100), "US", 1)
    made.add_new((group, 0x0102), "US", 0)
    packed = np.packbits(masks, bitorder="little").tobytes()
    made.add_new((group, 0x3000), "OW", packed + b"\0" * (len(packed) % 2))
    return made


def read(made: FileDataset, frame: int = 1) -> dict[int, Overlay]:
    opened = pydicom.dcmread(BytesIO(make.file_of(made)))
    return overlays_of(opened, FrameSource(opened), frame)


def some(*shape: int, seed: int = 5) -> NDArray[np.bool_]:
    return np.random.default_rng(seed).random(shape) < 0.3


def test_a_plane_comes_back_bit_for_bit_with_its_place() -> None:
    """21 columns: rows do not begin at a byte. Overlay Origin counts from 1 and may be negative (PS3.3 C.9.2)."""
    mask = some(13, 21)
    (overlay,) = read(put(make.dataset(make.noise()), mask, origin=[-3, 7])).values()
    np.testing.assert_array_equal(overlay.mask(), mask)
    assert (overlay.first_row, overlay.first_column, overlay.kind) == (-4, 6, "graphic")


def test_the_first_pixel_is_the_lowest_bit() -> None:
    """PS3.5 8.1.2: the first bit of an overlay is the least significant bit of the first byte."""
    made = put(make.dataset(make.noise()), np.zeros((1, 16), bool))
    made[0x6000, 0x3000].value = b"\x01\x80"
    (overlay,) = read(made).values()
    assert np.flatnonzero(overlay.mask()).tolist() == [0, 15]


def test_words_of_a_big_endian_file_are_turned_round() -> None:
    """PS3.5 8.1.2 with 7.3: bit 0 is the lowest of the first *word*, whose high byte comes first."""
    made = put(make.dataset(make.noise()), np.zeros((1, 16), bool))
    made[0x6000, 0x3000].value = b"\x80\x01"
    made.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    made.PixelData = make.noise().byteswap().tobytes()
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, made, implicit_vr=False, little_endian=False)
    opened = pydicom.dcmread(BytesIO(buffer.getvalue()))
    (overlay,) = overlays_of(opened, FrameSource(opened), 1).values()
    assert np.flatnonzero(overlay.mask()).tolist() == [0, 15]


@pytest.mark.parametrize(("frame", "place"), [(1, None), (2, 0), (3, 1), (4, None)])
def test_frames_of_an_overlay_lie_over_the_frames_they_name(frame: int, place: int | None) -> None:
    """PS3.3 C.9.3: two planes from image frame 2 on. 7x5: the second begins in the middle of a byte."""
    made = make.dataset(make.noise(8, 8), NumberOfFrames=4, PixelData=make.noise(32, 8).tobytes())
    masks = some(2, 7, 5)
    found = read(put(made, masks, frames=2, first=2), frame)
    assert len(found) == (0 if place is None else 1)
    for overlay in found.values():
        np.testing.assert_array_equal(overlay.mask(), masks[place])


def test_a_plane_that_says_nothing_of_frames_lies_over_all_of_them() -> None:
    made = make.dataset(make.noise(8, 8), NumberOfFrames=2, PixelData=make.noise(16, 8).tobytes())
    put(made, some(8, 8))
    assert read(made, 1) == read(made, 2) != {}


@pytest.mark.parametrize("transfer_syntax", [None, RLELossless])
def test_a_plane_in_the_high_bits_of_the_pixels_is_found(transfer_syntax: str | None) -> None:
    """Retired in 2004 (Overlay Bit Position): 12 bits of image, an overlay in bit 14."""
    values, mask = (make.noise() & 0xFFF).astype(np.uint16), some(64, 64)
    made = make.dataset(values | (mask.astype(np.uint16) << 14), BitsStored=12, HighBit=11)
    made.add_new((0x6002, 0x0040), "CS", "R")
    made.add_new((0x6002, 0x0100), "US", 16)
    made.add_new((0x6002, 0x0102), "US", 14)
    if transfer_syntax:
        made.compress(transfer_syntax, generate_instance_uid=False)
    found = read(made)
    assert (list(found), found[0x6002].kind) == ([0x6002], "roi")
    np.testing.assert_array_equal(found[0x6002].mask(), mask)


def test_a_bit_that_belongs_to_the_image_is_no_overlay() -> None:
    made = make.dataset(make.noise())
    made.add_new((0x6000, 0x0100), "US", 16)
    made.add_new((0x6000, 0x0102), "US", 3)
    assert read(made) == {}


@pytest.mark.parametrize("held", [b"", b"\xff\xff"])
def test_a_plane_with_too_few_bits_is_absent(held: bytes) -> None:
    made = put(make.dataset(make.noise()), some(64, 64))
    made[0x6000, 0x3000].value = held
    assert read(made) == {}


def test_a_plane_of_impossible_size_is_absent() -> None:
    made = put(make.dataset(make.noise()), some(64, 64))
    made[0x6000, 0x0010].value = made[0x6000, 0x0011].value = 65535
    assert read(made) == {}


def test_the_plane_of_a_scanner_is_read(test_data: Path) -> None:
    opened = pydicom.dcmread(test_data / "11_malformed" / "pydicom_data_odd" / "MR-SIEMENS-DICOM-WithOverlays.dcm")
    (overlay,) = overlays_of(opened, FrameSource(opened), 1).values()
    assert (overlay.rows, overlay.columns, overlay.first_row, overlay.first_column) == (484, 484, 0, 0)
    np.testing.assert_array_equal(overlay.mask(), opened.overlay_array(0x6000).astype(bool))
