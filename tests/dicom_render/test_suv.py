"""Standardised uptake values, worked out here by hand from the attributes."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import EnhancedPETImageStorage, LegacyConvertedEnhancedPETImageStorage

from dicom_render.decoding import decode_frame
from dicom_render.suv import NoSuv, SuvType, lean_james_kg, lean_janmahasatian_kg, suv_scale_of


def pet(**changes: Any) -> Dataset:
    """70 kg, 1.75 m; 400 MBq of F-18 an hour before the scan."""
    injection = Dataset()
    injection.RadionuclideTotalDose, injection.RadionuclideHalfLife = 4e8, 6586.2
    injection.RadiopharmaceuticalStartTime = "090000"
    made = Dataset()
    made.Modality, made.Units, made.DecayCorrection = "PT", "BQML", "START"
    made.CorrectedImage = ["DECY", "ATTN", "SCAT"]
    made.SeriesDate = made.AcquisitionDate = "20260102"
    made.SeriesTime = made.AcquisitionTime = "100000"
    made.PatientWeight, made.PatientSize, made.PatientSex = 70, 1.75, "M"
    made.RadiopharmaceuticalInformationSequence = [injection]
    for keyword, value in changes.items():
        target = injection if keyword.startswith("Radio") and "Sequence" not in keyword else made
        if value is None:
            delattr(target, keyword)
        else:
            setattr(target, keyword, value)
    return made


def enhanced_pet(**changes: Any) -> Dataset:
    """The same scan as an enhanced object says it: its dose in MBq (PS3.3 C.8.22.4)."""
    made = pet(RadionuclideTotalDose=400, RadiopharmaceuticalStartDateTime="20260102090000", CorrectedImage=None)
    del made.DecayCorrection, made.SeriesTime, made.AcquisitionTime
    made.SOPClassUID = EnhancedPETImageStorage
    made.AttenuationCorrected = made.DecayCorrected = "YES"
    made.DecayCorrectionDateTime = "20260102100000"
    for keyword, value in changes.items():
        target = made.RadiopharmaceuticalInformationSequence[0] if keyword.startswith("Radio") else made
        setattr(target, keyword, value)
    return made


def code(made: Dataset, suv_type: SuvType = "BW") -> str:
    with pytest.raises(NoSuv) as refused:
        suv_scale_of(made, suv_type)
    return refused.value.code


def philips(**values: str | bytes) -> Dataset:
    made = pet(Units="CNTS", RadiopharmaceuticalInformationSequence=[])
    block = made.private_block(0x7053, "Philips PET Private Group", create=True)
    for name, value in values.items():
        block.add_new({"suv": 0x00, "bqml": 0x09}[name], "UN" if isinstance(value, bytes) else "DS", value)
    return made


AN_HOUR_LATER = 4e8 * math.exp(-math.log(2) * 3600 / 6586.2)


def test_a_scanner_s_image_has_the_uptake_worked_out_from_its_header(test_data: Path) -> None:
    """381.47 MBq at 11:39:00, scan at 13:02:44.678, 66.2 kg, T1/2 6586.2 s (dcmdump).

    The scanner's own Decay Factor (0054,1321) tells to which moment it corrected, without any look at Series Time.
    """
    file = test_data / "04_pet" / "qin_headneck_pet" / "0001.dcm"
    read = pydicom.dcmread(file)
    waited_s = (13 * 3600 + 2 * 60 + 44.678) - (11 * 3600 + 39 * 60)
    dose = 381470000 * math.exp(-math.log(2) / 6586.2 * waited_s)
    scale = suv_scale_of(read)
    assert scale.decayed_dose_bq == pytest.approx(dose, rel=1e-9)
    assert scale.factor == pytest.approx(66200 / dose, rel=1e-9)
    # PS3.3 C.8.9.4, Decay Factor: over a frame of 180 s the factor is l*T / (1 - exp(-l*T)) at its start.
    decay = math.log(2) / 6586.2
    frame = decay * 180 / (1 - math.exp(-decay * 180))
    h, m, s = int(read.AcquisitionTime[:2]), int(read.AcquisitionTime[2:4]), float(read.AcquisitionTime[4:])
    corrected_to = h * 3600 + m * 60 + s - math.log(float(read.DecayFactor) / frame) / decay
    assert corrected_to - (11 * 3600 + 39 * 60) == pytest.approx(waited_s, abs=0.1)
    stored = decode_frame(file.read_bytes(), 1).max()
    suv = float(stored) * float(read.RescaleSlope) * scale.factor
    assert suv == pytest.approx(float(stored) * 2.0222414 * 66.2 * 1000 / dose, rel=1e-6)
    assert 0.1 < suv < 50


def test_body_weight_divides_what_is_left_of_the_dose() -> None:
    assert suv_scale_of(pet()).factor == pytest.approx(70000 / AN_HOUR_LATER)


def test_an_enhanced_image_divides_what_is_left_at_the_time_that_it_is_corrected_to() -> None:
    assert suv_scale_of(enhanced_pet()).factor == pytest.approx(70000 / AN_HOUR_LATER)
    at_injection = enhanced_pet(DecayCorrectionDateTime="20260102090000")
    assert suv_scale_of(at_injection).factor == pytest.approx(70000 / 4e8)
    elsewhere = enhanced_pet(DecayCorrectionDateTime="20260102120000+0200", TimezoneOffsetFromUTC="+0000")
    assert suv_scale_of(elsewhere).factor == pytest.approx(70000 / AN_HOUR_LATER)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"AttenuationCorrected": "NO"}, "not_attenuation_corrected"),
        ({"DecayCorrected": "NO"}, "not_decay_corrected"),
        ({"RadionuclideTotalDose": 4e8}, "implausible_dose"),
        ({"DecayCorrectionDateTime": ""}, "no_scan_time"),
        ({"DecayCorrectionDateTime": "20260102080000"}, "injected_after_scan"),
        ({"RadiopharmaceuticalStartDateTime": ""}, "no_injection_time"),
        ({"SOPClassUID": LegacyConvertedEnhancedPETImageStorage}, "converted"),
        ({"Units": ""}, "unsupported_units"),
    ],
)
def test_an_enhanced_image_says_what_it_lacks(changes: dict[str, Any], expected: str) -> None:
    assert code(enhanced_pet(**changes)) == expected


def test_an_image_corrected_to_the_injection_is_not_corrected_twice() -> None:
    """PS3.3 C.8.9.1, Decay Correction: ADMIN."""
    assert suv_scale_of(pet(DecayCorrection="ADMIN")).factor == pytest.approx(70000 / 4e8)


@pytest.mark.parametrize(
    ("sex", "james", "janmahasatian"),
    [
        ("M", 1.10 * 70 - 128 * (70 / 175) ** 2, 9270 * 70 / (6680 + 216 * 70 / 1.75**2)),
        ("F", 1.07 * 70 - 148 * (70 / 175) ** 2, 9270 * 70 / (8780 + 244 * 70 / 1.75**2)),
    ],
)
def test_lean_body_mass_by_each_formula(sex: str, james: float, janmahasatian: float) -> None:
    """James: 56.52 and 51.22 kg; Janmahasatian: 55.86 and 45.20 kg."""
    assert suv_scale_of(pet(PatientSex=sex), "LBMJAMES128").factor == pytest.approx(1000 * james / AN_HOUR_LATER)
    assert suv_scale_of(pet(PatientSex=sex), "LBMJANMA").factor == pytest.approx(1000 * janmahasatian / AN_HOUR_LATER)


def test_the_formulas_give_the_weights_worked_out_by_hand() -> None:
    assert lean_james_kg(70, 1.75, sex="M") == pytest.approx(56.52)
    assert lean_james_kg(70, 1.75, sex="F") == pytest.approx(51.22)
    assert lean_janmahasatian_kg(70, 1.75, sex="M") == pytest.approx(55.86, abs=0.01)
    assert lean_janmahasatian_kg(70, 1.75, sex="F") == pytest.approx(45.20, abs=0.01)


def test_body_surface_is_that_of_du_bois() -> None:
    """0.007184 * 70^0.425 * 175^0.725 = 1.848 m2."""
    assert suv_scale_of(pet(), "BSA").factor == pytest.approx(18480 / AN_HOUR_LATER, rel=1e-3)


def test_values_that_are_uptakes_already_stay() -> None:
    """Units GML, SUV Type absent: BW (PS3.3 C.8.9.1). Neither dose nor times are needed."""
    made = pet(Units="GML", RadiopharmaceuticalInformationSequence=[], PatientWeight=None)
    assert suv_scale_of(made).factor == 1


def test_uptakes_of_one_type_are_turned_into_another() -> None:
    assert suv_scale_of(pet(Units="GML"), "LBMJAMES128").factor == pytest.approx(56.52 / 70)
    assert suv_scale_of(pet(Units="GML", SUVType="LBMJANMA")).factor == pytest.approx(70 / 55.86, rel=1e-3)


@pytest.mark.parametrize("value", ["0.000412", b"0.000412"])
def test_counts_of_philips_have_their_own_factor(value: str | bytes) -> None:
    assert suv_scale_of(philips(suv=value)).factor == pytest.approx(0.000412)


def test_counts_of_philips_without_that_factor_become_becquerels_first() -> None:
    """A factor of 0 stands for "not known"."""
    made = philips(suv="0", bqml="2.5")
    made.RadiopharmaceuticalInformationSequence = pet().RadiopharmaceuticalInformationSequence
    assert suv_scale_of(made).factor == pytest.approx(2.5 * 70000 / AN_HOUR_LATER)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"Modality": "NM"}, "not_pet"),
        ({"Units": "CNTS"}, "unsupported_units"),
        ({"Units": "PROPCPS"}, "unsupported_units"),
        ({"Units": "GML", "SUVType": "LBM"}, "unsupported_suv_type"),
        ({"CorrectedImage": ["DECY"]}, "not_attenuation_corrected"),
        ({"DecayCorrection": "NONE"}, "not_decay_corrected"),
        ({"CorrectedImage": ["ATTN"]}, "not_decay_corrected"),
        ({"RadiopharmaceuticalInformationSequence": []}, "no_dose"),
        ({"RadiopharmaceuticalInformationSequence": [Dataset(), Dataset()]}, "several_injections"),
        ({"RadionuclideTotalDose": 400}, "implausible_dose"),
        ({"RadionuclideHalfLife": None}, "no_half_life"),
        ({"RadiopharmaceuticalStartTime": None}, "no_injection_time"),
        ({"SeriesTime": None}, "no_scan_time"),
        ({"SeriesTime": "170000"}, "scan_start_unknown"),
        ({"RadiopharmaceuticalStartDateTime": "20260102103000"}, "injected_after_scan"),
        ({"RadiopharmaceuticalStartDateTime": "20250102090000"}, "implausible_decay"),
        ({"PatientWeight": 0}, "no_weight"),
    ],
)
def test_what_cannot_be_computed_says_why(changes: dict[str, Any], expected: str) -> None:
    assert code(pet(**changes)) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [({"PatientSize": None}, "no_size"), ({"PatientSize": 178}, "implausible_size"), ({"PatientSex": "O"}, "no_sex")],
)
def test_lean_mass_needs_size_and_sex(changes: dict[str, Any], expected: str) -> None:
    assert code(pet(**changes), "LBMJANMA") == expected
