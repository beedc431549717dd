"""Shutters and overlays in the picture, against DCMTK where it draws them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import FileDataset

from dicom_render.headers import Window
from dicom_render.prepare import prepare_series
from dicom_render.prepared_stack import PreparedStack
from dicom_render.volume import PlaneView, render_view
from tests.dicom_render import make
from tests.dicom_render.drawing import as_it_is, prepared
from tests.dicom_render.reference import Tool, picture_by_dcmtk
from tests.dicom_render.test_overlays import put, some

SHUTTER = {"ShutterShape": "CIRCULAR", "CenterOfCircularShutter": [32, 32], "RadiusOfCircularShutter": 20}


def written(made: FileDataset, folder: Path) -> Path:
    file = folder / "one.dcm"
    file.write_bytes(make.file_of(made))
    return file


def windowed(**more: object) -> FileDataset:
    return make.dataset(make.noise(), WindowCenter=100, WindowWidth=120, **more)


def test_the_overlay_of_a_scanner_is_drawn_as_dcmtk_draws_it(test_data: Path, tool: Tool, tmp_path: Path) -> None:
    file = test_data / "11_malformed" / "pydicom_data_odd" / "MR-SIEMENS-DICOM-WithOverlays.dcm"
    theirs = picture_by_dcmtk(tool, file, tmp_path, "+Wi", "1", overlays=True)
    ours = as_it_is(prepared(file, tmp_path / "out"))
    assert np.abs(ours - theirs).max() <= 1
    assert np.abs(ours - as_it_is(prepared(file, tmp_path / "out"), markings=False)).max() > 100


@pytest.mark.parametrize("origin", [[1, 1], [11, 21], [-4, -9]])
def test_an_overlay_lies_where_dcmtk_lays_it(tool: Tool, tmp_path: Path, origin: list[int]) -> None:
    file = written(put(windowed(), some(30, 40), origin=origin), tmp_path)
    theirs = picture_by_dcmtk(tool, file, tmp_path, "+Wi", "1", overlays=True)
    assert np.abs(as_it_is(prepared(file, tmp_path / "out")) - theirs).max() <= 1


def test_an_overlay_in_the_bits_of_the_pixels_is_drawn_as_dcmtk_draws_it(tool: Tool, tmp_path: Path) -> None:
    values = (make.noise() & 0xFFF).astype(np.uint16) | (some(64, 64).astype(np.uint16) << 13)
    made = make.dataset(values, BitsStored=12, HighBit=11, WindowCenter=100, WindowWidth=120)
    for number, vr, value in ((0x10, "US", 64), (0x11, "US", 64), (0x40, "CS", "G"), (0x50, "SS", [1, 1])):
        made.add_new((0x6000, number), vr, value)
    made.add_new((0x6000, 0x0100), "US", 16)
    made.add_new((0x6000, 0x0102), "US", 13)
    file = written(made, tmp_path)
    theirs = picture_by_dcmtk(tool, file, tmp_path, "+Wi", "1", overlays=True)
    assert np.abs(as_it_is(prepared(file, tmp_path / "out")) - theirs).max() <= 1


def test_a_region_of_interest_is_carried_and_not_drawn(tmp_path: Path) -> None:
    stack = prepared(written(put(windowed(), some(64, 64), kind="R"), tmp_path), tmp_path / "out")
    assert [each.overlay.kind for each in stack.header.overlays] == ["roi"]
    np.testing.assert_array_equal(as_it_is(stack), as_it_is(stack, markings=False))


def test_what_a_shutter_hides_has_its_presentation_value(tmp_path: Path) -> None:
    """PS3.3 C.7.6.11: a P-Value of 16 bits, here a quarter of white; the image inside stays as it was."""
    made = windowed(**SHUTTER, ShutterPresentationValue=0x4000)
    stack = prepared(written(made, tmp_path), tmp_path / "out")
    row, column = np.mgrid[1:65, 1:65]
    inside = np.hypot(row - 32, column - 32) <= 20
    np.testing.assert_array_equal(as_it_is(stack), np.where(inside, as_it_is(stack, markings=False), 0x40))


def test_graphics_are_drawn_on_top_of_a_shutter(tmp_path: Path) -> None:
    """PS3.4 N.2: the shutter acts on the image, annotations come after it."""
    mask = np.zeros((64, 64), bool)
    mask[0, 0] = True
    stack = prepared(written(put(windowed(**SHUTTER), mask), tmp_path), tmp_path / "out")
    assert as_it_is(stack)[0, :2].tolist() == [255, 0]


def test_a_line_of_an_overlay_is_seen_in_a_small_picture(tmp_path: Path) -> None:
    mask = np.zeros((64, 64), bool)
    mask[21, :] = True
    stack = prepared(written(put(windowed(), mask), tmp_path), tmp_path / "out")
    assert (as_it_is(stack, scale=0.25) == 255).all(axis=1).tolist() == [row == 5 for row in range(16)]


def test_colour_is_marked_too(tmp_path: Path) -> None:
    mask = np.zeros((64, 64), bool)
    mask[3, 4] = True
    made = put(make.dataset(np.full((64, 64, 3), 90, np.uint8)), mask)
    shown = as_it_is(prepared(written(made, tmp_path), tmp_path / "out"))
    assert shown[3, 4].tolist() == [255, 255, 255]
    assert (shown == 255).sum() == 3


def test_a_cut_through_the_volume_has_no_markings(tmp_path: Path) -> None:
    files = [tmp_path / f"{z}.dcm" for z in range(4)]
    for z, file in enumerate(files):
        made = put(windowed(SOPInstanceUID=f"1.2.3.4.{z}", ImagePositionPatient=[0, 0, z]), np.ones((64, 64), bool))
        file.write_bytes(make.file_of(made))
    prepare_series(files, tmp_path / "out")
    stack = PreparedStack(tmp_path / "out", 0)
    (overlay,) = stack.header.overlays
    assert overlay.frames == (0, 1, 2, 3)
    view = PlaneView((16.0, 16.0, 1.5), (0.0, -1.0, 0.0), (0.0, 0.0, 1.0), (20.0, 2.0), Window(1e6, 10))
    assert not render_view(stack, view, 20, 2).any()


def test_a_shutter_with_a_colour_shows_it_in_place_of_its_value(tmp_path: Path) -> None:
    """PS3.3 C.7.6.11: Shutter Presentation Color CIELab Value, for displays in colour; 65535, 32896, 32896 is white."""
    colour = {"ShutterPresentationColorCIELabValue": [65535, 32896, 32896]}
    made = windowed(**SHUTTER, ShutterPresentationValue=0, **colour)
    shown = as_it_is(prepared(written(made, tmp_path), tmp_path / "out"))
    assert shown[0, 0].tolist() == [255, 255, 255]
    assert len(set(shown[31, 31].tolist())) == 1
