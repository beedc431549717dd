"""The calibrated regions of an ultrasound picture (PS3.3 C.8.5.5): where, in which units, how much a pixel."""

from typing import Literal

import msgspec
from pydicom.dataset import Dataset

from dicom_render.attributes import integer_of, items_of, number_of

RegionUnit = Literal[
    "none", "percent", "dB", "cm", "s", "Hz", "dB/s", "cm/s", "cm2", "cm2/s", "cm3", "cm3/s", "degree", "unknown"
]
# PS3.3 C.8.5.5.1.15, in the order of their codes from 0.
_UNITS: tuple[RegionUnit, ...] = (
    "none",
    "percent",
    "dB",
    "cm",
    "s",
    "Hz",
    "dB/s",
    "cm/s",
    "cm2",
    "cm2/s",
    "cm3",
    "cm3/s",
    "degree",
)

RegionShape = Literal["none", "2d", "m_mode", "spectral", "wave", "graphics", "unknown"]
# PS3.3 C.8.5.5.1.1 Region Spatial Format, in the order of their codes from 0.
_SHAPES: tuple[RegionShape, ...] = ("none", "2d", "m_mode", "spectral", "wave", "graphics")


class UsRegion(msgspec.Struct, frozen=True):
    """A rectangle of pixels (both ends belong to it) in which a step of one pixel is `delta_x` of `x_unit`."""

    min_x_image_px: int
    min_y_image_px: int
    max_x_image_px: int
    max_y_image_px: int
    shape: RegionShape
    data_type: int
    """Region Data Type (PS3.3 C.8.5.5.1.2): 1 tissue, 2 colour flow, 3 and 4 Doppler, ..."""
    x_unit: RegionUnit
    y_unit: RegionUnit
    delta_x: float
    delta_y: float


def regions_of(dataset: Dataset) -> tuple[UsRegion, ...]:
    """In the file's order; one without bounds or size of its pixels cannot be measured in and is left out."""
    found = (_region(item) for item in items_of(dataset, "SequenceOfUltrasoundRegions"))
    return tuple(region for region in found if region is not None)


def _region(item: Dataset) -> UsRegion | None:
    names = ("RegionLocationMinX0", "RegionLocationMinY0", "RegionLocationMaxX1", "RegionLocationMaxY1")
    min_x, min_y, max_x, max_y = (integer_of(item, name) for name in names)
    delta_x, delta_y = number_of(item, "PhysicalDeltaX"), number_of(item, "PhysicalDeltaY")
    if min_x is None or min_y is None or max_x is None or max_y is None or not delta_x or not delta_y:
        return None
    shape = integer_of(item, "RegionSpatialFormat")
    return UsRegion(
        min_x_image_px=min_x,
        min_y_image_px=min_y,
        max_x_image_px=max_x,
        max_y_image_px=max_y,
        shape=_SHAPES[shape] if shape is not None and 0 <= shape < len(_SHAPES) else "unknown",
        data_type=integer_of(item, "RegionDataType") or 0,
        x_unit=_unit(integer_of(item, "PhysicalUnitsXDirection")),
        y_unit=_unit(integer_of(item, "PhysicalUnitsYDirection")),
        delta_x=delta_x,
        delta_y=delta_y,
    )


def _unit(code: int | None) -> RegionUnit:
    return _UNITS[code] if code is not None and 0 <= code < len(_UNITS) else "unknown"
