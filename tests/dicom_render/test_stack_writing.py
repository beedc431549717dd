"""A stack on disk: whole or not there, and a header that says what the bytes mean."""

from __future__ import annotations

import hashlib
from io import BytesIO
from pathlib import Path
from typing import Any

import imagecodecs
import msgspec
import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.dataset import FileDataset

from dicom_render.decoding import FrameSource
from dicom_render.encoded import EncodedFrame, EncodedFrames
from dicom_render.geometry import Stack, arrange
from dicom_render.headers import InstanceHeader, Window
from dicom_render.reading import header_of
from dicom_render.stack_header import StackHeader
from dicom_render.stack_writing import Readied, write_stack
from tests.dicom_render import make
from tests.dicom_render.test_overlays import put, some


def slice_at(z_mm: float, pixels: NDArray[Any] | None = None, **attributes: Any) -> FileDataset:
    uid = f"1.2.3.4.{int(z_mm) + 1}"
    shown = make.noise(seed=int(z_mm)) if pixels is None else pixels
    return make.dataset(shown, SOPInstanceUID=uid, ImagePositionPatient=[0, 0, z_mm], **attributes)


def write(
    folder: Path, *made: FileDataset, number: int = 0, forget: str | None = None
) -> tuple[StackHeader, Path, Stack]:
    """The one stack of these objects, written; `forget` leaves out the frames of an instance."""
    out = folder / "out"
    out.mkdir()
    instances: dict[str, InstanceHeader] = {}
    frames: dict[tuple[str, int], EncodedFrame] = {}
    with EncodedFrames(folder / "scratch") as encoded:
        for one in made:
            read = pydicom.dcmread(BytesIO(make.file_of(one)))
            header = header_of(read)
            instances[header.sop_instance_uid] = header
            if header.sop_instance_uid != forget:
                kept = encoded.add(FrameSource(read), read, header.frames[0], 1)
                frames[header.sop_instance_uid, 1] = kept
        (stack,) = arrange(list(instances.values()))
        written = write_stack(stack, number, readied=Readied(instances, frames, encoded), out=out)
    header = msgspec.json.decode((out / f"stack-{number}.json").read_bytes(), type=StackHeader)
    assert written == (out / f"stack-{number}.frames").stat().st_size
    return header, out, stack


def thumbnail_of(out: Path) -> NDArray[np.uint8]:
    return imagecodecs.jpeg8_decode((out / "stack-0.jpg").read_bytes())


def test_the_codestreams_lie_one_after_the_other_in_geometric_order(tmp_path: Path) -> None:
    header, out, _ = write(tmp_path, slice_at(4), slice_at(0), slice_at(2))
    held = (out / "stack-0.frames").read_bytes()
    assert [frame.position_mm for frame in header.frames] == [(0, 0, 0), (0, 0, 2), (0, 0, 4)]
    at = 0
    for span, seed in zip(header.spans, (0, 2, 4), strict=True):
        assert span.offset == at
        stream = held[at : at + span.length]
        np.testing.assert_array_equal(imagecodecs.htj2k_decode(stream), make.noise(seed=seed))
        at += span.length
    assert at == len(held)


def test_the_header_carries_the_hash_of_the_frames(tmp_path: Path) -> None:
    header, out, _ = write(tmp_path, slice_at(0), slice_at(2))
    assert header.sha256 == hashlib.sha256((out / "stack-0.frames").read_bytes()).hexdigest()


def test_the_three_files_are_all_that_is_left(tmp_path: Path) -> None:
    _, out, _ = write(tmp_path, slice_at(0), number=3)
    assert sorted(path.name for path in out.iterdir()) == ["stack-3.frames", "stack-3.jpg", "stack-3.json"]


def test_a_stack_that_could_not_be_written_has_no_header(tmp_path: Path) -> None:
    """Whoever finds a header may trust what it names."""
    with pytest.raises(KeyError):
        write(tmp_path, slice_at(0), slice_at(2), forget="1.2.3.4.3")
    assert not (tmp_path / "out" / "stack-0.json").exists()


def test_what_was_judged_of_the_geometry_is_written_down(tmp_path: Path) -> None:
    header, _, stack = write(tmp_path, *(slice_at(z) for z in (0, 2, 4, 6)))
    assert (header.kind, header.reason, header.spacing_mm) == ("volume", None, pytest.approx(2))
    assert (header.rows, header.columns, header.pixel_spacing_mm) == (64, 64, (0.5, 0.5))
    assert (header.orientation, header.frame_of_reference_uid) == (make.AXIAL, make.SPACE)
    assert header.warnings == stack.warnings


@pytest.mark.parametrize(
    ("modality", "rescale_type", "units", "unit"),
    [
        ("CT", None, None, "HU"),
        ("CT", "US", None, ""),
        ("CT", "HU", None, "HU"),
        ("MR", None, None, ""),
        ("PT", None, "BQML", "BQML"),
        ("PT", "US", "GML", "GML"),
    ],
)
def test_the_unit_is_what_the_standard_makes_of_the_file(
    tmp_path: Path, modality: str, rescale_type: str | None, units: str | None, unit: str
) -> None:
    """PS3.3 C.8.2.1.1.7 for CT, C.8.9.1.1.3 for PET; US is "unspecified" (C.11.1.1.2)."""
    said = {"RescaleType": rescale_type, "Units": units}
    made = slice_at(0, Modality=modality)
    for keyword, value in said.items():
        if value is not None:
            setattr(made, keyword, value)
    header, _, _ = write(tmp_path, made)
    assert header.unit == unit


def test_each_frame_keeps_its_own_scale(tmp_path: Path) -> None:
    """PET rescales each slice for itself."""
    header, _, _ = write(
        tmp_path, slice_at(0, RescaleSlope=0.5, RescaleIntercept=0), slice_at(2, RescaleSlope=2, RescaleIntercept=-10)
    )
    assert [(frame.slope, frame.intercept) for frame in header.frames] == [(0.5, 0), (2, -10)]


def test_the_windows_of_the_middle_frame_go_before_one_of_our_making(tmp_path: Path) -> None:
    header, _, _ = write(
        tmp_path,
        slice_at(0, WindowCenter=1, WindowWidth=2),
        slice_at(2, WindowCenter=[40, 600], WindowWidth=[80, 3000], WindowCenterWidthExplanation=["BRAIN", "BONE"]),
        slice_at(4, WindowCenter=1, WindowWidth=2),
    )
    assert header.windows == (Window(40, 80, "LINEAR", "BRAIN"), Window(600, 3000, "LINEAR", "BONE"))


def test_without_a_window_one_is_made_of_the_values_and_the_padding_does_not_count(tmp_path: Path) -> None:
    """0 to 1000 in even steps around a corner of -2000: the percentiles of what is inside the field of view."""
    values = np.linspace(0, 1000, 64 * 64).round().astype(np.int16).reshape(64, 64)
    values[:20, :20] = -2000
    header, _, _ = write(tmp_path, slice_at(0, values, PixelPaddingValue=-2000, RescaleSlope=2, RescaleIntercept=-1000))
    low, high = np.percentile(values[values != -2000] * 2.0 - 1000, (1, 99))
    (window,) = header.windows
    assert (window.center, window.width) == (pytest.approx((low + high) / 2), pytest.approx(high - low))
    assert header.pixel_padding == -2000


def test_padding_passes_through_the_modality_table_that_the_pixels_pass_through(tmp_path: Path) -> None:
    """PS3.3 C.7.5.1.1.2: Pixel Padding Value is a stored value; the table (C.11.1.1.1) takes 0..100 to 5000..6000."""
    values = np.linspace(1, 100, 64 * 64).round().astype(np.uint16).reshape(64, 64)
    values[:20, :20] = 0
    table = pydicom.Dataset()
    table.LUTDescriptor, table.ModalityLUTType = [101, 0, 16], "US"
    table.add_new("LUTData", "US", [10 * value + 5000 for value in range(101)])
    made = slice_at(0, values, PixelPaddingValue=0, ModalityLUTSequence=[table], RescaleSlope=None)
    header, _, _ = write(tmp_path, made)
    low, high = np.percentile(values[values != 0] * 10.0 + 5000, (1, 99))
    (window,) = header.windows
    assert (window.center, window.width) == (pytest.approx((low + high) / 2), pytest.approx(high - low))
    assert header.pixel_padding == 5000


def test_one_lossy_slice_makes_the_stack_lossy(tmp_path: Path) -> None:
    """Who reads it must be told before the slice is reached."""
    header, _, _ = write(tmp_path, slice_at(0), slice_at(2, LossyImageCompression="01"))
    assert header.lossy


def test_monochrome1_is_shown_inverted_and_stored_as_it_is(tmp_path: Path) -> None:
    """PS3.3 C.7.6.3.1.2: its lowest value is white."""
    values = np.repeat(np.linspace(0, 1000, 64).astype(np.int16)[None], 64, axis=0)
    header, out, _ = write(tmp_path, slice_at(0, values, PhotometricInterpretation="MONOCHROME1"))
    assert header.invert
    np.testing.assert_array_equal(imagecodecs.htj2k_decode((out / "stack-0.frames").read_bytes()), values)
    small = thumbnail_of(out)
    assert small[:, 0].mean() > 240
    assert small[:, -1].mean() < 15


def test_colour_has_no_window_and_its_small_picture_has_its_colours(tmp_path: Path) -> None:
    rgb = np.full((64, 64, 3), (200, 30, 40), np.uint8)
    header, out, _ = write(tmp_path, slice_at(0, rgb))
    assert (header.values, header.windows, header.kind) == ("rgb8", (), "stack")
    assert np.abs(thumbnail_of(out).astype(int) - (200, 30, 40)).max() <= 4


@pytest.mark.parametrize(
    ("spacing", "shape"), [([0.5, 0.5], (128, 128)), ([1, 0.5], (128, 64)), ([0.25, 1], (32, 128))]
)
def test_the_small_picture_is_true_to_the_shape_of_the_pixels(
    tmp_path: Path, spacing: list[float], shape: tuple[int, int]
) -> None:
    _, out, _ = write(tmp_path, slice_at(0, PixelSpacing=spacing))
    assert thumbnail_of(out).shape == shape


def test_the_beginning_of_each_codestream_is_the_coarse_picture_that_the_header_promises(tmp_path: Path) -> None:
    header, out, _ = write(tmp_path, slice_at(0, make.noise(512, 512)))
    (span,) = header.spans
    assert (header.levels, header.coarse_level) == (5, 3)
    whole = (out / "stack-0.frames").read_bytes()
    assert span.coarse < span.length / 10
    coarse = imagecodecs.htj2k_decode(whole[: span.coarse], skipres=3, resilient=True)
    assert coarse.shape == (64, 64)
    np.testing.assert_array_equal(coarse, imagecodecs.htj2k_decode(whole, skipres=3))


def test_an_overlay_over_several_frames_is_written_once(tmp_path: Path) -> None:
    same, other = some(64, 64), some(64, 64, seed=9)
    header, _, _ = write(tmp_path, put(slice_at(0), same), put(slice_at(2), other), put(slice_at(4), same))
    assert [each.frames for each in header.overlays] == [(0, 2), (1,)]
    np.testing.assert_array_equal(header.overlays[1].overlay.mask(), other)


def test_overlays_that_would_hold_up_the_first_picture_are_left_out_and_that_is_said(tmp_path: Path) -> None:
    """Two planes of noise of half a megabyte each."""
    header, _, _ = write(tmp_path, *(put(slice_at(z), some(2048, 2048, seed=z)) for z in (0, 2)))
    assert header.overlays == ()
    assert [caution.code for caution in header.warnings] == ["overlays_left_out"]


def test_a_shutter_is_written_with_the_frames_behind_it(tmp_path: Path) -> None:
    circle = {"ShutterShape": "CIRCULAR", "CenterOfCircularShutter": [32, 30], "RadiusOfCircularShutter": 20}
    header, _, _ = write(tmp_path, slice_at(0, **circle), slice_at(2), slice_at(4, **circle))
    (each,) = header.shutters
    assert (each.frames, each.shutter.circle) == ((0, 2), (32, 30, 20))
