"""An RT structure set (PS3.3 C.8.8.5, C.8.8.6) as named contours in patient millimetres; draws nothing."""

import msgspec
from pydicom.dataset import Dataset

from dicom_render.attributes import first_item_of, integer_of, items_of, numbers_of, text_of
from dicom_render.cielab import Rgb


class Contour(msgspec.Struct, frozen=True):
    """Points as x, y, z, x, y, z...; `sop_instance_uid` names the image it was drawn on, where that is said."""

    kind: str
    sop_instance_uid: str | None
    points_mm: tuple[float, ...]


class Structure(msgspec.Struct, frozen=True):
    """One region of interest."""

    number: int
    label: str
    rgb: Rgb | None
    frame_of_reference_uid: str | None
    contours: tuple[Contour, ...]


class StructureSet(msgspec.Struct, frozen=True, tag="structures"):
    """All regions, those without contours too: a name without a shape is worth knowing."""

    title: str
    structures: tuple[Structure, ...]


def structure_set_of(dataset: Dataset) -> StructureSet:
    """The regions in the order of the file; contours whose numbers are no points are left out."""
    drawn = {integer_of(item, "ReferencedROINumber"): item for item in items_of(dataset, "ROIContourSequence")}
    regions = items_of(dataset, "StructureSetROISequence")
    return StructureSet(
        title=text_of(dataset, "StructureSetLabel") or text_of(dataset, "SeriesDescription"),
        structures=tuple(_structure(item, drawn.get(integer_of(item, "ROINumber"))) for item in regions),
    )


def _structure(region: Dataset, drawn: Dataset | None) -> Structure:
    return Structure(
        number=integer_of(region, "ROINumber") or 0,
        label=text_of(region, "ROIName"),
        rgb=None if drawn is None else _rgb(numbers_of(drawn, "ROIDisplayColor")),
        frame_of_reference_uid=text_of(region, "ReferencedFrameOfReferenceUID") or None,
        contours=() if drawn is None else tuple(filter(None, map(_contour, items_of(drawn, "ContourSequence")))),
    )


def _rgb(numbers: tuple[float, ...]) -> Rgb | None:
    if len(numbers) != 3:
        return None
    red, green, blue = (min(max(int(each), 0), 255) for each in numbers)
    return red, green, blue


def _contour(item: Dataset) -> Contour | None:
    points = numbers_of(item, "ContourData")
    if not points or len(points) % 3:
        return None
    image = first_item_of(item, "ContourImageSequence")
    uid = "" if image is None else text_of(image, "ReferencedSOPInstanceUID")
    return Contour(text_of(item, "ContourGeometricType"), uid or None, points)
