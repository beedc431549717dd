"""Stacks of real series against positions that a few lines compute here from the attributes alone."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

from dicom_render.geometry import Stack, arrange
from dicom_render.reading import read_header

Place = tuple[str, int]


def stacks_of(files: Iterable[Path]) -> tuple[Stack, ...]:
    return arrange([read_header(file.read_bytes()) for file in files])


def group(read: Dataset, frame: int, macro: str) -> Dataset:
    """PS3.3 C.7.6.16.1.1: in the frame's own group, else in the shared one."""
    for groups in (read.PerFrameFunctionalGroupsSequence[frame], read.SharedFunctionalGroupsSequence[0]):
        if macro in groups:
            return groups[macro].value[0]
    raise AssertionError(macro)


def expected_places(files: Iterable[Path]) -> dict[Place, tuple[np.ndarray, np.ndarray]]:
    """(position, normal) of each frame of classic and enhanced objects, by (SOP Instance, frame)."""
    found: dict[Place, tuple[np.ndarray, np.ndarray]] = {}
    for file in files:
        read = pydicom.dcmread(file, stop_before_pixels=True)
        count = int(read.get("NumberOfFrames", 1)) if "PerFrameFunctionalGroupsSequence" in read else 1
        for frame in range(count):
            if "PerFrameFunctionalGroupsSequence" in read:
                position = group(read, frame, "PlanePositionSequence").ImagePositionPatient
                turned = group(read, frame, "PlaneOrientationSequence").ImageOrientationPatient
            else:
                position, turned = read.ImagePositionPatient, read.ImageOrientationPatient
            axes = np.array(turned, float)
            found[read.SOPInstanceUID, frame + 1] = (np.array(position, float), np.cross(axes[:3], axes[3:]))
    return found


REAL = [
    "01_head_ct/ge_hispeed_tilt18_varspacing",
    "02_body_ct/philips_brilliance_chest_abdomen_1mm",
    "03_mr_brain/siemens_trio_T1_MEMPRAGE",
    "03_mr_brain/ge_signa_PD_oblique",
    "03_mr_brain/ge_pioneer_DWI",
    "03_mr_brain/icometrix_ge_dti_001",
    "03_mr_brain/icometrix_philips_dti_001",
    "04_pet/qin_headneck_pet",
    "07_enhanced/siemens_xa30",
    "07_enhanced/philips_achieva_enh",
]


@pytest.mark.parametrize("folder", REAL)
def test_every_frame_stands_at_its_own_place_and_after_the_one_below(test_data: Path, folder: str) -> None:
    for files in by_series(test_data / folder):
        places = expected_places(files)
        stacks = stacks_of(files)
        shown = [(frame.sop_instance_uid, frame.frame) for stack in stacks for frame in stack.frames]
        assert sorted(shown) == sorted(places)
        for stack in stacks:
            here = [places[frame.sop_instance_uid, frame.frame] for frame in stack.frames]
            np.testing.assert_allclose([frame.position_mm for frame in stack.frames], [each for each, _ in here])
            heights = [float(position @ here[0][1]) for position, _ in here]
            assert (np.diff(heights) > 0).all()
            if stack.spacing_mm is not None and stack.reason != "missing_slices":
                np.testing.assert_allclose(np.diff(heights), stack.spacing_mm, atol=0.11)


def by_series(folder: Path) -> list[list[Path]]:
    found: dict[str, list[Path]] = {}
    for file in sorted(folder.glob("*.dcm")):
        uid = pydicom.dcmread(file, stop_before_pixels=True, specific_tags=["SeriesInstanceUID"]).SeriesInstanceUID
        found.setdefault(str(uid), []).append(file)
    return list(found.values())


FOUR_DIMENSIONS = [
    ("03_mr_brain/ge_pioneer_DWI", 7, 2),
    ("03_mr_brain/icometrix_ge_dti_001", 2, 4),
    ("03_mr_brain/icometrix_philips_dti_001", 4, 2),
]


@pytest.mark.parametrize(("folder", "volumes", "slices"), FOUR_DIMENSIONS)
def test_each_weighting_has_every_place_once(test_data: Path, folder: str, volumes: int, slices: int) -> None:
    (files,) = by_series(test_data / folder)
    stacks = stacks_of(files)
    assert [len(stack.frames) for stack in stacks] == [slices] * volumes
    places = expected_places(files)
    all_places = {tuple(np.round(position, 2)) for position, _ in places.values()}
    for stack in stacks:
        here = {tuple(np.round(places[frame.sop_instance_uid, 1][0], 2)) for frame in stack.frames}
        assert here == all_places
        assert stack.siblings == tuple(range(volumes))


def test_a_real_series_with_a_slice_taken_out_says_between_which_heights(test_data: Path) -> None:
    folder = test_data / "02_body_ct" / "philips_brilliance_chest_abdomen_1mm"
    places = expected_places(folder.glob("*.dcm"))
    normal = next(iter(places.values()))[1]
    ordered = sorted(folder.glob("*.dcm"), key=lambda file: float(position_of(file) @ normal))
    (stack,) = stacks_of([*ordered[:4], *ordered[6:]])
    assert (stack.kind, stack.reason) == ("stack", "missing_slices")
    (gap,) = [one.facts for one in stack.warnings if one.code == "missing_slices"]
    assert (gap["after_frame"], gap["missing"]) == (4, 2)
    assert gap["from_mm"] == pytest.approx(position_of(ordered[3]) @ normal, abs=0.001)
    assert gap["to_mm"] == pytest.approx(position_of(ordered[6]) @ normal, abs=0.001)


def position_of(file: Path) -> np.ndarray:
    return np.array(pydicom.dcmread(file, stop_before_pixels=True).ImagePositionPatient, float)


def test_the_tilt_of_a_real_gantry_is_that_of_its_header(test_data: Path) -> None:
    """Gantry/Detector Tilt (0018,1120) is what the scanner was set to; the angle found is that of the positions."""
    files = list((test_data / "01_head_ct" / "ge_hispeed_tilt18_varspacing").glob("*.dcm"))
    tilt = float(pydicom.dcmread(files[0], stop_before_pixels=True).GantryDetectorTilt)
    (stack,) = stacks_of(files)
    assert stack.warnings[0].facts["degrees"] == pytest.approx(tilt, abs=0.05)
    assert stack.resampling is not None
    # The straight way from the first to the last slice, along the normal.
    first, last = (np.array(stack.frames[index].position_mm) for index in (0, -1))
    height = float((last - first) @ np.array(stack.normal))
    assert (len(stack.resampling.layers) - 1) * stack.resampling.spacing_mm == pytest.approx(height, abs=2)
