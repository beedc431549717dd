"""Stacks of real series: order, kind and reason, with positions computed here from the files."""

import random
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pydicom
import pytest

from dicom_render.geometry import Stack, arrange
from dicom_render.headers import Window
from dicom_render.reading import read_header
from tests.dicom_render import make


def stacks_of(files: Iterable[Path]) -> tuple[Stack, ...]:
    return arrange([read_header(file.read_bytes()) for file in files])


def expected_order(folder: Path) -> list[str]:
    """SOP instances by their own Image Position along the normal (PS3.3 C.7.6.2.1.1)."""
    placed: list[tuple[float, str]] = []
    for file in folder.glob("*.dcm"):
        read = pydicom.dcmread(file, stop_before_pixels=True)
        orientation = np.array(read.ImageOrientationPatient, float)
        normal = np.cross(orientation[:3], orientation[3:])
        placed.append((float(np.array(read.ImagePositionPatient, float) @ normal), read.SOPInstanceUID))
    return [uid for _, uid in sorted(placed)]


SERIES = [
    ("01_head_ct/ge_hispeed_tilt18_varspacing", "gantry_tilt", 28, None),
    ("01_head_ct/philips_ingenuity_phantom_5mm", None, 6, 5.0),
    ("02_body_ct/philips_brilliance_chest_abdomen_1mm", None, 12, 1.0),
    ("02_body_ct/ge_liver_3slices", None, 3, 1.0),
    ("03_mr_brain/siemens_trio_T2_FSE", None, 8, 2.5),
    ("03_mr_brain/siemens_trio_T1_MEMPRAGE", None, 16, 1.0),
    ("03_mr_brain/ge_signa_PD_oblique", None, 10, 6.997),
    ("04_pet/qin_headneck_pet", None, 100, 3.375),
]


@pytest.mark.parametrize(("folder", "reason", "count", "spacing_mm"), SERIES)
def test_real_series_are_ordered_in_space(
    test_data: Path, folder: str, reason: str | None, count: int, spacing_mm: float | None
) -> None:
    files = sorted((test_data / folder).glob("*.dcm"))
    random.Random(4).shuffle(files)
    (stack,) = stacks_of(files)
    assert (stack.kind, stack.reason) == ("stack" if reason else "volume", reason)
    assert [frame.sop_instance_uid for frame in stack.frames] == expected_order(test_data / folder)
    assert len(stack.frames) == count
    if spacing_mm is not None:
        assert stack.spacing_mm == pytest.approx(spacing_mm, abs=1e-3)


def test_a_tilted_head_with_two_thicknesses_says_both(test_data: Path) -> None:
    (stack,) = stacks_of((test_data / "01_head_ct" / "ge_hispeed_tilt18_varspacing").glob("*.dcm"))
    tilt, uneven, resampled = stack.warnings
    # GantryDetectorTilt (0018,1120) of these files is 18.5.
    assert (tilt.code, tilt.facts["degrees"]) == ("gantry_tilt", 18.5)
    assert (uneven.code, uneven.facts["smallest_mm"], uneven.facts["largest_mm"]) == ("uneven_spacing", 1.081, 6.999)
    assert stack.spacing_mm is None
    assert resampled.code == "resampled"


def test_a_scout_is_kept_apart(test_data: Path) -> None:
    folder = test_data / "01_head_ct"
    files = [*(folder / "philips_ingenuity_phantom_5mm").glob("*.dcm")]
    scout = next((folder / "philips_ingenuity_phantom_scout").glob("*.dcm"))
    slices, localizer = stacks_of([scout, *files])
    assert (len(slices.frames), slices.kind) == (6, "volume")
    assert (len(localizer.frames), localizer.reason) == (1, "localizer")


def test_diffusion_is_split_by_b_value(test_data: Path) -> None:
    stacks = stacks_of([test_data / "07_enhanced" / "philips_achieva_enh" / "IM-0001-3835-0001.dcm"])
    assert [(stack.kind, len(stack.frames)) for stack in stacks] == [("volume", 8)] * 4
    assert sorted(str(stack.distinction["b_value"]) for stack in stacks) == ["0.0", "1300.0", "1300.0", "1300.0"]


def test_colour_with_geometry_is_no_volume(test_data: Path) -> None:
    reasons = {
        stack.reason
        for file in (test_data / "07_enhanced" / "siemens_xa30").glob("*.dcm")
        for stack in stacks_of([file])
    }
    assert reasons == {None, "colour"}


def test_a_mosaic_is_no_slice(test_data: Path) -> None:
    file = sorted((test_data / "03_mr_brain" / "siemens_trio_perfusion").glob("*.dcm"))[0]
    (stack,) = stacks_of([file])
    assert (stack.kind, stack.reason, stack.resampling) == ("stack", "mosaic", None)


def test_the_place_that_a_mosaic_gives_is_told_to_nobody(test_data: Path) -> None:
    """Nothing may be pointed at, linked or cut by it: the tiles lie elsewhere."""
    file = sorted((test_data / "03_mr_brain" / "siemens_trio_perfusion").glob("*.dcm"))[0]
    assert read_header(file.read_bytes()).frames[0].image_position_mm is not None
    (stack,) = stacks_of([file])
    assert (stack.orientation, stack.normal, stack.frame_of_reference_uid) == (None, None, None)
    assert [(frame.position_mm, frame.orientation) for frame in stack.frames] == [(None, None)]


def test_the_mosaics_of_a_time_series_are_one_stack_in_the_order_of_their_numbers() -> None:
    mosaic = {"image_type": ("ORIGINAL", "PRIMARY", "M", "ND", "MOSAIC")}
    headers = [make.instance(make.frame_header(**mosaic), number=number, modality="MR") for number in (3, 1, 2)]
    (stack,) = arrange(headers)
    assert (stack.reason, [frame.instance_number for frame in stack.frames]) == ("mosaic", [1, 2, 3])


def test_instance_numbers_do_not_order_slices() -> None:
    headers = make.slices([30.0, 10.0, 20.0])
    (stack,) = arrange(headers)
    assert [frame.instance_number for frame in stack.frames] == [2, 3, 1]


def test_without_geometry_the_instance_number_is_all_there_is() -> None:
    flat = {"image_position_mm": None, "image_orientation": None, "windows": (Window(800.0, 300.0),)}
    headers = [make.instance(make.frame_header(**flat), number=number, modality="CR") for number in (3, 1, 2)]
    (stack,) = arrange(headers)
    assert stack.reason == "no_geometry"
    assert [frame.instance_number for frame in stack.frames] == [1, 2, 3]


def test_a_missing_slice_is_a_stack_and_says_where() -> None:
    (stack,) = arrange(make.slices([0, 1, 2, 4, 5]))
    assert (stack.kind, stack.reason, stack.spacing_mm) == ("stack", "missing_slices", 1)
    assert stack.warnings[0].facts["after_frame"] == 3


def test_planes_that_turn_are_mixed() -> None:
    turned = [(1.0, 0.0, 0.0, 0.0, 1 - n / 100, (1 - (1 - n / 100) ** 2) ** 0.5) for n in range(12)]
    (stack,) = arrange([make.instance(make.frame_header(image_orientation=o), number=n) for n, o in enumerate(turned)])
    assert (stack.reason, stack.orientation, stack.normal) == ("mixed_orientation", None, None)


def test_nothing_makes_no_stack() -> None:
    assert arrange([]) == ()
