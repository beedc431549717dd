"""Which standardised uptake values a prepared PET stack can show, over all images of its series; reads no pixel."""

from collections.abc import Iterable

import msgspec
from pydicom.dataset import Dataset

from dicom_render.attributes import integer_of, items_of, text_of
from dicom_render.enhanced_pet import is_enhanced_pet, unit_of_image
from dicom_render.pet_times import acquired_at
from dicom_render.suv import NoSuv, SuvType, suv_scale_of

SUV_TYPES: tuple[SuvType, ...] = ("BW", "LBMJAMES128", "LBMJANMA", "BSA")

_KEPT = (
    *("Modality", "Units", "SUVType", "CorrectedImage", "DecayCorrection", "TimezoneOffsetFromUTC"),
    *("SeriesDate", "SeriesTime", "AcquisitionDate", "AcquisitionTime"),
    *("PatientWeight", "PatientSize", "PatientSex", "RadiopharmaceuticalInformationSequence"),
    *("SOPClassUID", "AttenuationCorrected", "DecayCorrected", "DecayCorrectionDateTime"),
)
_PRIVATE_GROUPS = (0x0009, 0x7053)
# Factors of one series are computed from the same attributes: beyond rounding they are different injections or people.
_SAME = 1e-6


class StackUptake(msgspec.Struct, frozen=True):
    """SUV of that type = `factor` * modality value; else `reason` is the code of `suv.NoSuv`, or `differs`."""

    suv_type: SuvType
    factor: float | None
    reason: str | None


def pet_facts_of(dataset: Dataset) -> Dataset | None:
    """The attributes of a PET image that SUV is computed from, without its pixels; None for what is no PET image."""
    if text_of(dataset, "Modality") != "PT":
        return None
    facts = Dataset()
    for keyword in _KEPT:
        if keyword in dataset:
            facts[keyword] = dataset[keyword]
    for group in _PRIVATE_GROUPS:
        facts.update({element.tag: element for element in dataset.group_dataset(group)})
    if is_enhanced_pet(dataset):
        facts.Units = unit_of_image(dataset, integer_of(dataset, "NumberOfFrames") or 1)
    # Parsed here, where a broken sequence is one file's fault, and not when the whole series is summed up.
    items_of(facts, "RadiopharmaceuticalInformationSequence")
    return facts


def uptake_of(images: Iterable[Dataset], series: Iterable[Dataset]) -> tuple[StackUptake, ...]:
    """One entry a type, of `pet_facts_of` the images of a stack and of its whole series; none without any."""
    facts = list(images)
    if not facts:
        return ()
    earliest = min(filter(None, map(acquired_at, series)), default=None)
    return tuple(_of_type(suv_type, facts, earliest) for suv_type in SUV_TYPES)


def _of_type(suv_type: SuvType, facts: list[Dataset], earliest: str | None) -> StackUptake:
    try:
        factors = [suv_scale_of(each, suv_type, earliest_acquisition=earliest).factor for each in facts]
    except NoSuv as refusal:
        return StackUptake(suv_type, None, refusal.code)
    if max(factors) - min(factors) > _SAME * max(factors):
        return StackUptake(suv_type, None, "differs")
    return StackUptake(suv_type, factors[0], None)
