"""Which images an object refers to; reads attributes only."""

from collections.abc import Iterator

import msgspec
from pydicom.dataset import Dataset

from dicom_render.attributes import items_of, numbers_of, text_of


class ImageReference(msgspec.Struct, frozen=True):
    """One image; `frames` count from 1, none means all of them."""

    sop_instance_uid: str
    frames: tuple[int, ...] = ()


def image_references(dataset: Dataset, keyword: str = "ReferencedImageSequence") -> tuple[ImageReference, ...]:
    """The images of a sequence of references (PS3.3 Table 10-3)."""
    found = (_reference(item) for item in items_of(dataset, keyword))
    return tuple(each for each in found if each.sop_instance_uid)


def _reference(item: Dataset) -> ImageReference:
    frames = tuple(int(number) for number in numbers_of(item, "ReferencedFrameNumber"))
    return ImageReference(text_of(item, "ReferencedSOPInstanceUID"), frames)


def evidence(dataset: Dataset) -> Iterator[ImageReference]:
    """All images of a presentation state's series (PS3.3 C.11.11)."""
    for series in items_of(dataset, "ReferencedSeriesSequence"):
        yield from image_references(series)
