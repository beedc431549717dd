"""Which SUV a stack can show: held against `suv_scale_of` single images, whose numbers are worked out in test_suv."""

from __future__ import annotations

from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset

from dicom_render.pack import open_header
from dicom_render.prepare import prepare_series
from dicom_render.uptake import SUV_TYPES, StackUptake, pet_facts_of, uptake_of
from tests.dicom_render.test_suv import AN_HOUR_LATER, pet


def told(*images: Dataset, series: tuple[Dataset, ...] = ()) -> dict[str, StackUptake]:
    facts = [each for each in map(pet_facts_of, images) if each is not None]
    return {each.suv_type: each for each in uptake_of(facts, series or facts)}


def test_a_ct_has_none() -> None:
    assert pet_facts_of(pet(Modality="CT")) is None
    assert told() == {}


def test_every_type_is_told_with_its_factor_or_its_reason() -> None:
    found = told(pet(PatientSize=None))
    assert tuple(found) == SUV_TYPES
    assert found["BW"].factor == pytest.approx(70_000 / AN_HOUR_LATER)
    assert (found["BSA"].factor, found["BSA"].reason) == (None, "no_size")


def test_images_of_two_injections_have_no_common_factor() -> None:
    found = told(pet(), pet(RadionuclideTotalDose=3e8))
    assert (found["BW"].factor, found["BW"].reason) == (None, "differs")


def test_the_scan_began_with_the_first_image_of_the_series_not_of_the_stack() -> None:
    # Series Time was rewritten after the scan; the earliest acquisition of all stands for it (QIBA).
    late = pet(SeriesTime="120000", AcquisitionTime="103000")
    early = pet(SeriesTime="120000", AcquisitionTime="100000")
    assert told(late, series=(late, early))["BW"].factor == pytest.approx(70_000 / AN_HOUR_LATER)


def test_pixels_are_not_kept() -> None:
    image = pet()
    image.PixelData = b"\0\0"
    facts = pet_facts_of(image)
    assert facts is not None
    assert "PixelData" not in facts


def test_a_prepared_pet_says_its_suv(test_data: Path, tmp_path: Path) -> None:
    files = sorted((test_data / "04_pet" / "qin_headneck_pet").glob("*.dcm"))[:4]
    prepare_series(files, tmp_path)
    body_weight = open_header(tmp_path, 0).suv[0]
    # 381.47 MBq decayed over 5024.678 s, 66.2 kg (test_suv).
    injection = pydicom.dcmread(files[0]).RadiopharmaceuticalInformationSequence[0]
    dose = float(injection.RadionuclideTotalDose) * 2 ** (-5024.678 / float(injection.RadionuclideHalfLife))
    assert body_weight.factor == pytest.approx(66_200 / dose, rel=1e-6)
