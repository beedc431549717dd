"""What of a prepared stack is decoded, how it is kept, and what it means."""

from pathlib import Path

import numpy as np
import pydicom
import pytest

from dicom_render.prepare import prepare_series
from dicom_render.prepared_stack import MAX_KEPT_BYTES, PreparedStack
from dicom_render.refusal import NotAVolume
from tests.dicom_render import make


def stack_of(folder: Path, pixels: np.ndarray, slopes: list[float]) -> PreparedStack:
    paths = [folder / f"{n}.dcm" for n in range(len(pixels))]
    for n, path in enumerate(paths):
        position = [0.0, 0.0, 2.0 * n]
        numbers = {"RescaleSlope": slopes[n], "RescaleIntercept": -5, "ImagePositionPatient": position}
        path.write_bytes(make.image(pixels[n], SOPInstanceUID=f"1.2.3.4.{n}", **numbers))
    prepare_series(paths, folder / "out")
    return PreparedStack(folder / "out", 0)


PIXELS = np.random.default_rng(5).integers(-1000, 3000, (4, 24, 32)).astype(np.int16)


def test_a_volume_under_one_rescale_is_kept_as_it_is_stored(tmp_path: Path) -> None:
    stack = stack_of(tmp_path, PIXELS, [2.0] * 4)
    voxels = stack.voxels()
    np.testing.assert_array_equal(voxels.values, PIXELS)
    assert (voxels.values.dtype, voxels.rescale.slope, voxels.rescale.intercept) == (np.int16, 2.0, -5.0)
    assert stack.volume_bytes == voxels.values.nbytes == stack.kept_bytes


def test_a_volume_whose_slices_mean_different_numbers_is_kept_as_what_they_mean(tmp_path: Path) -> None:
    slopes = [1.0, 2.0, 0.5, 3.0]
    stack = stack_of(tmp_path, PIXELS, slopes)
    voxels = stack.voxels()
    np.testing.assert_allclose(voxels.values, PIXELS * np.array(slopes)[:, None, None] - 5)
    assert (voxels.values.dtype, voxels.rescale.slope, voxels.rescale.intercept) == (np.float32, 1.0, 0.0)


def test_frames_are_kept_up_to_a_bound(tmp_path: Path) -> None:
    stack = stack_of(tmp_path, PIXELS, [1.0] * 4)
    assert stack.values(2) is stack.values(2)
    assert stack.kept_bytes == PIXELS[2].nbytes < MAX_KEPT_BYTES


def test_pet_slices_have_slopes_of_their_own(test_data: Path, tmp_path: Path) -> None:
    files = sorted((test_data / "04_pet" / "qin_headneck_pet").glob("*.dcm"))[:8]
    prepare_series(files, tmp_path)
    stack = PreparedStack(tmp_path, 0)
    by_uid = {file.SOPInstanceUID: file for file in map(pydicom.dcmread, files)}
    for index, frame in enumerate(stack.header.frames):
        file = by_uid[frame.sop_instance_uid]
        expected = file.pixel_array * float(file.RescaleSlope) + float(file.RescaleIntercept)
        rescale = stack.rescale(index)
        np.testing.assert_allclose(stack.values(index) * rescale.slope + rescale.intercept, expected, rtol=1e-6)


def test_a_picture_without_grey_values_is_no_volume(test_data: Path, tmp_path: Path) -> None:
    prepare_series([test_data / "05_us" / "pydicom_examples" / "examples_ybr_color.dcm"], tmp_path)
    with pytest.raises(NotAVolume):
        PreparedStack(tmp_path, 0).voxels()
