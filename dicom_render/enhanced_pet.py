"""Enhanced PET (PS3.3 C.8.22): what its values are in, and its own words for what classic PET says; no physics."""

from datetime import timedelta

from pydicom.dataset import Dataset
from pydicom.uid import EnhancedPETImageStorage, LegacyConvertedEnhancedPETImageStorage

from dicom_render.attributes import items_of, number_of, text_of
from dicom_render.functional_groups import FrameGroups
from dicom_render.pet_times import moment_of, offset_of

# PS3.16 CID 84 and 85, in UCUM, as the terms of Units (PS3.3 C.8.9.1.1.3); others keep their own name.
_UNITS = {
    "Bq/ml": "BQML",
    "{counts}": "CNTS",
    "{counts}/s": "CPS",
    "g/ml{SUVbw}": "GML",
    "{SUVbw}g/ml": "GML",
}
_SAME = 1e-6
_UNTIL, _SINCE = "DecayCorrectionDateTime", "RadiopharmaceuticalStartDateTime"


def is_enhanced_pet(dataset: Dataset) -> bool:
    return text_of(dataset, "SOPClassUID") in {EnhancedPETImageStorage, LegacyConvertedEnhancedPETImageStorage}


def is_converted(dataset: Dataset) -> bool:
    """Of classic images, whose attributes lie where the converter put them."""
    return text_of(dataset, "SOPClassUID") == LegacyConvertedEnhancedPETImageStorage


def unit_of_values(dataset: Dataset, groups: FrameGroups, frame: int) -> str:
    """Rescale Type, or the unit of the Real World Value Mapping that is the same line; empty where neither says."""
    values = groups.of(frame, "PixelValueTransformationSequence")
    told = text_of(values, "RescaleType")
    if told not in {"", "US"}:
        return told
    mapping = groups.of(frame, "RealWorldValueMappingSequence")
    slope, intercept = number_of(values, "RescaleSlope"), number_of(values, "RescaleIntercept")
    mapped = number_of(mapping, "RealWorldValueSlope"), number_of(mapping, "RealWorldValueIntercept")
    if slope is None or intercept is None or mapped[0] is None or mapped[1] is None:
        return ""
    if abs(mapped[0] - slope) > _SAME * abs(slope) or abs(mapped[1] - intercept) > _SAME * abs(slope):
        return ""
    units = items_of(mapping, "MeasurementUnitsCodeSequence")
    code = text_of(units[0], "CodeValue") if units else ""
    return _UNITS.get(code, code)


def unit_of_image(dataset: Dataset, number_of_frames: int) -> str:
    """That of all its frames; empty where they have several."""
    groups = FrameGroups(dataset)
    units = {unit_of_values(dataset, groups, frame) for frame in range(number_of_frames)}
    return units.pop() if len(units) == 1 else ""


def waited_seconds(dataset: Dataset, injection: Dataset) -> float | str:
    """From the injection to Decay Correction DateTime (0018,9701), or the code of the reason why that is not known."""
    until, since = moment_of(text_of(dataset, _UNTIL)), moment_of(text_of(injection, _SINCE))
    if until is None:
        return "no_scan_time"
    if since is None:
        return "no_injection_time"
    # A DT may carry its own offset from UTC; one that does not is in that of the object.
    ahead, behind = _offset(dataset, _UNTIL, dataset), _offset(injection, _SINCE, dataset)
    if ahead is not None and behind is not None:
        until, since = until - ahead, since - behind
    waited = until - since
    return "injected_after_scan" if waited < timedelta(0) else waited.total_seconds()


def _offset(owner: Dataset, keyword: str, dataset: Dataset) -> timedelta | None:
    own = offset_of(text_of(owner, keyword)[-5:])
    return offset_of(text_of(dataset, "TimezoneOffsetFromUTC")) if own is None else own
