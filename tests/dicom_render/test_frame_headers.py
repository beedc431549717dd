"""The header of each frame, in classic and enhanced objects; expected values by dcmdump of the files."""

from pathlib import Path

import pytest

from dicom_render.headers import FrameHeader
from dicom_render.reading import read_header
from tests.dicom_render import make


def frames_of(path: Path) -> tuple[FrameHeader, ...]:
    return read_header(path.read_bytes()).frames


def test_shared_and_per_frame_groups_of_an_enhanced_mr_are_joined(test_data: Path) -> None:
    frames = frames_of(test_data / "07_enhanced" / "philips_achieva_enh" / "IM-0001-3835-0001.dcm")
    assert len(frames) == 32
    assert [frame.b_value for frame in frames].count(0.0) == 8
    assert {frame.b_value for frame in frames} == {0.0, 1300.0}
    assert len({frame.image_position_mm for frame in frames}) == 8
    assert {frame.pixel_spacing_mm for frame in frames} == {(2.734375, 2.734375)}
    assert frames[0].rescale_slope == pytest.approx(2.38510378510378)


def test_each_frame_of_a_siemens_volume_has_its_own_place(test_data: Path) -> None:
    files = sorted((test_data / "07_enhanced" / "siemens_xa30").glob("*.dcm"))
    frames = next(found for file in files if len(found := frames_of(file)) == 96)
    assert len({frame.image_position_mm for frame in frames}) == 96
    assert {frame.image_type for frame in frames} == {("ORIGINAL", "PRIMARY", "M", "NONE")}


def test_orientations_that_are_no_unit_vectors_are_no_geometry() -> None:
    skewed = [1, 0, 0, 0.5, 0.866, 0]
    header = read_header(make.image(make.noise(), ImageOrientationPatient=skewed))
    assert header.frames[0].image_orientation is None


def test_spacing_at_the_detector_is_said_to_be_that() -> None:
    made = make.dataset(make.noise(), PixelSpacing=None, ImagerPixelSpacing=[0.15, 0.15])
    frame = read_header(make.file_of(made)).frames[0]
    assert (frame.pixel_spacing_mm, frame.spacing_kind) == ((0.15, 0.15), "detector")


def test_a_window_of_no_width_is_left_out() -> None:
    frame = read_header(make.image(make.noise(), WindowCenter=[40, 50], WindowWidth=[0, 80])).frames[0]
    assert [(window.center, window.width) for window in frame.windows] == [(50, 80)]


def test_the_cine_rate_becomes_a_frame_time() -> None:
    assert read_header(make.image(make.noise(), CineRate=25)).frames[0].frame_time_ms == 40.0


def test_padding_has_the_sign_of_the_pixels_whatever_vr_carried_it() -> None:
    """PS3.3 C.7.5.1.1.2: -1500 written as US is 64036."""
    made = make.dataset(make.noise())
    made.add_new("PixelPaddingValue", "US", 64036)
    assert read_header(make.file_of(made)).frames[0].pixel_padding == -1500
