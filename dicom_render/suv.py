"""Standardised uptake values of PET: by what to multiply modality values, or the reason why not; reads no pixel.

Follows the vendor-neutral procedure of QIBA (SUV_vendorneutral_pseudocode) over PS3.3 C.8.9.1 (PET Series), C.8.9.2
(PET Isotope) and C.7.2.2 (Patient Study). A value that has to be guessed at is refused: a wrong SUV looks like a right
one (times alone have made errors of up to 32 %: arXiv 2410.13348).
"""

from dataclasses import dataclass
from typing import Literal

from pydicom.dataset import Dataset

from dicom_render.attributes import items_of, number_of, text_of, texts_of
from dicom_render.enhanced_pet import is_converted, is_enhanced_pet, waited_seconds
from dicom_render.pet_times import elapsed_seconds
from dicom_render.refusal import Refusal

# The terms of SUV Type (0054,1006), PS3.3 C.8.9.1.
SuvType = Literal["BW", "LBMJAMES128", "LBMJANMA", "BSA"]
Sex = Literal["M", "F"]

_PHILIPS = "Philips PET Private Group"
# Doses lie between some MBq and some GBq; 381 in place of 381,000,000 is a dose in MBq, which PS3.3 C.8.9.2 forbids,
# and 381,000,000 MBq one in Bq, which C.8.22.4 forbids.
_LEAST_DOSE_BQ, _MOST_DOSE_BQ = 1e5, 1e11
# Patient's Size is in metres (PS3.3 C.7.2.2); 178 is in centimetres.
_MOST_METRES = 3.0
# After ten half-lives a thousandth is left: the dates are wrong (de-identified one by one), not the patience.
_MOST_HALF_LIVES = 10.0


class NoSuv(Refusal):
    """SUV cannot be computed of this image: the code says what is missing or contradicts itself."""


@dataclass(frozen=True, slots=True)
class SuvScale:
    """SUV = `factor` * modality value (rescaled with the slope of each slice), in g/ml, for BSA in cm2/ml."""

    suv_type: SuvType
    factor: float
    decayed_dose_bq: float | None
    """at the moment to which the image is corrected; None where the scanner made the SUV itself"""


def suv_scale_of(dataset: Dataset, suv_type: SuvType = "BW", *, earliest_acquisition: str | None = None) -> SuvScale:
    """The scale of one PET image, classic or enhanced; of the latter Units is `enhanced_pet.unit_of_image`.

    `earliest_acquisition` is the least `pet_times.acquired_at` of the whole series; only needed where Series Time was
    changed after the scan. Raises `NoSuv`: not_pet, unsupported_units, unsupported_suv_type, not_attenuation_corrected,
    not_decay_corrected, several_injections, no_dose, implausible_dose, no_half_life, no_injection_time, no_scan_time,
    scan_start_unknown, injected_after_scan, implausible_decay, no_weight, no_size, implausible_size, no_sex,
    converted.
    """
    if text_of(dataset, "Modality") != "PT":
        raise NoSuv("not_pet", {"modality": text_of(dataset, "Modality")})
    if is_converted(dataset):
        raise NoSuv("converted")
    units = text_of(dataset, "Units")
    if units == "GML":
        own = _own_type(dataset)
        return SuvScale(
            suv_type, 1.0 if own == suv_type else _size_of(dataset, suv_type) / _size_of(dataset, own), None
        )
    _check_corrections(dataset)
    to_bqml = 1.0
    if units == "CNTS":
        to_suv, to_bqml = (_philips(dataset, element) for element in (0x00, 0x09))
        if to_suv:
            other = 1.0 if suv_type == "BW" else _size_of(dataset, suv_type) / _size_of(dataset, "BW")
            return SuvScale(suv_type, to_suv * other, None)
    if units not in {"BQML", "CNTS"} or not to_bqml:
        raise NoSuv("unsupported_units", {"units": units})
    dose_bq = _decayed_dose(dataset, earliest_acquisition)
    return SuvScale(suv_type, to_bqml * _size_of(dataset, suv_type) / dose_bq, dose_bq)


def _own_type(dataset: Dataset) -> SuvType:
    """PS3.3 C.8.9.1: where Units are GML and no SUV Type is given, it is BW. LBM alone does not name its formula."""
    match text_of(dataset, "SUVType"):
        case "" | "BW":
            return "BW"
        case "LBMJAMES128":
            return "LBMJAMES128"
        case "LBMJANMA":
            return "LBMJANMA"
        case other:
            raise NoSuv("unsupported_suv_type", {"suv_type": other})


def _check_corrections(dataset: Dataset) -> None:
    if is_enhanced_pet(dataset):
        # PS3.3 C.8.22.6.
        if text_of(dataset, "AttenuationCorrected") != "YES":
            raise NoSuv("not_attenuation_corrected", {"corrected_image": text_of(dataset, "AttenuationCorrected")})
        if text_of(dataset, "DecayCorrected") != "YES":
            raise NoSuv("not_decay_corrected", {"decay_correction": text_of(dataset, "DecayCorrected")})
        return
    corrected = texts_of(dataset, "CorrectedImage")
    if "ATTN" not in corrected:
        raise NoSuv("not_attenuation_corrected", {"corrected_image": "\\".join(corrected)})
    decay = text_of(dataset, "DecayCorrection")
    if decay not in {"START", "ADMIN"} or "DECY" not in corrected:
        raise NoSuv("not_decay_corrected", {"decay_correction": decay})


def _philips(dataset: Dataset, element: int) -> float:
    """(7053,xx00) takes counts to SUVbw, (7053,xx09) to Bq/ml; 0 stands for "not known"."""
    try:
        held = dataset.private_block(0x7053, _PHILIPS)[element].value
        # Sent as Implicit VR, a private value arrives as the bytes of its DS.
        return float(held.decode("ascii").strip(" \0") if isinstance(held, bytes) else held)
    except (KeyError, TypeError, ValueError):
        return 0.0


def _decayed_dose(dataset: Dataset, earliest_acquisition: str | None) -> float:
    injections = items_of(dataset, "RadiopharmaceuticalInformationSequence")
    if len(injections) > 1:
        raise NoSuv("several_injections", {"injections": len(injections)})
    injection = injections[0] if injections else Dataset()
    is_enhanced = is_enhanced_pet(dataset)
    # PS3.3 C.8.9.2 has it in Bq, C.8.22.4 in MBq.
    dose_bq = (number_of(injection, "RadionuclideTotalDose") or 0.0) * (1e6 if is_enhanced else 1.0)
    if dose_bq <= 0:
        raise NoSuv("no_dose")
    if not _LEAST_DOSE_BQ <= dose_bq <= _MOST_DOSE_BQ:
        raise NoSuv("implausible_dose", {"dose_bq": dose_bq})
    if not is_enhanced and text_of(dataset, "DecayCorrection") == "ADMIN":
        # The image is corrected to the moment at which all of the dose was there: correcting again would double SUVs.
        return dose_bq
    half_life_s = number_of(injection, "RadionuclideHalfLife") or 0.0
    if half_life_s <= 0:
        raise NoSuv("no_half_life")
    waited_s = (
        waited_seconds(dataset, injection) if is_enhanced else elapsed_seconds(dataset, injection, earliest_acquisition)
    )
    if isinstance(waited_s, str):
        raise NoSuv(waited_s)
    if waited_s > _MOST_HALF_LIVES * half_life_s:
        raise NoSuv("implausible_decay", {"seconds": waited_s, "half_life_seconds": half_life_s})
    return dose_bq * 2 ** (-waited_s / half_life_s)


def _size_of(dataset: Dataset, suv_type: SuvType) -> float:
    """By what a dose is divided: grams of body or lean body, or square centimetres of skin."""
    weight_kg = number_of(dataset, "PatientWeight") or 0.0
    if weight_kg <= 0:
        raise NoSuv("no_weight")
    if suv_type == "BW":
        return 1000 * weight_kg
    size_m = number_of(dataset, "PatientSize") or 0.0
    if size_m <= 0:
        raise NoSuv("no_size")
    if size_m > _MOST_METRES:
        raise NoSuv("implausible_size", {"patient_size": size_m})
    if suv_type == "BSA":
        # Du Bois 1916, m2 of kg and cm.
        return 1e4 * 0.007184 * weight_kg**0.425 * (100 * size_m) ** 0.725
    sex = text_of(dataset, "PatientSex")
    if sex != "M" and sex != "F":
        raise NoSuv("no_sex", {"patient_sex": sex})
    lean = lean_james_kg if suv_type == "LBMJAMES128" else lean_janmahasatian_kg
    return 1000 * lean(weight_kg, size_m, sex=sex)


def lean_james_kg(weight_kg: float, size_m: float, *, sex: Sex) -> float:
    """James 1976, with 128 for men (120 is in use too); falls again in the very heavy."""
    ratio = weight_kg / (100 * size_m)
    return 1.10 * weight_kg - 128 * ratio**2 if sex == "M" else 1.07 * weight_kg - 148 * ratio**2


def lean_janmahasatian_kg(weight_kg: float, size_m: float, *, sex: Sex) -> float:
    """Janmahasatian et al. 2005: of weight and body mass index."""
    index = weight_kg / size_m**2
    return 9270 * weight_kg / (6680 + 216 * index if sex == "M" else 8780 + 244 * index)
