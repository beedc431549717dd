"""How much of a series its equipment or an archive says there is; what came is counted elsewhere."""

from math import prod

from pydicom.dataset import Dataset

from dicom_render.attributes import integer_of, integer_string_of, texts_of

# PS3.3 C.8.9.1: what a PET series of each type is counted by; Image Index (C.8.9.4.1.9) runs over their product.
_PET_COUNTS = {
    "STATIC": ("NumberOfSlices",),
    "WHOLE BODY": ("NumberOfSlices",),
    "DYNAMIC": ("NumberOfSlices", "NumberOfTimeSlices"),
    "GATED": ("NumberOfSlices", "NumberOfRRIntervals", "NumberOfTimeSlots"),
}


def images_in_series(dataset: Dataset) -> int | None:
    """By PET's own numbers, and by Number of Series Related Instances (PS3.3 C.3.4), which some archives leave in."""
    counted = _PET_COUNTS.get(next(iter(texts_of(dataset, "SeriesType")), ""), ())
    numbers = [integer_of(dataset, keyword) or 0 for keyword in counted]
    most = max(prod(numbers) if numbers else 0, integer_string_of(dataset, "NumberOfSeriesRelatedInstances") or 0)
    return most if most > 0 else None
