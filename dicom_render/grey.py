"""Stored values to grey levels, each step by its section of PS3.3; no file access, no geometry.

stored -> modality (C.11.1) -> VOI (C.11.2) -> presentation (C.7.6.3.1.2) -> 8 bits.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from dicom_render.attributes import first_item_of, number_of
from dicom_render.frame_headers import is_inverted, windows_of
from dicom_render.functional_groups import FrameGroups
from dicom_render.headers import Window
from dicom_render.lut import Lut, lut_of

Values = NDArray[np.generic]
Real = NDArray[np.float32]
Grey8 = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Rescale:
    """modality value = slope * stored value + intercept (PS3.3 C.11.1.1.2)."""

    slope: float = 1.0
    intercept: float = 0.0


@dataclass(frozen=True, slots=True)
class GreySteps:
    """The three transformations of one frame; `voi` None: the whole range of the values is shown."""

    modality: Rescale | Lut
    voi: Window | Lut | None
    invert: bool


def grey_steps_of(dataset: Dataset, frame: int = 1) -> GreySteps:
    """The steps that the file itself asks for, for a frame counted from 1.

    A VOI LUT comes before a window if both are there, as an application may choose either (PS3.3 C.11.2.1.1).
    """
    groups = FrameGroups(dataset)
    transformation = groups.of(frame - 1, "PixelValueTransformationSequence")
    voi_group = groups.of(frame - 1, "FrameVOILUTSequence")
    signed = number_of(dataset, "PixelRepresentation") == 1
    modality = _modality_of(transformation, signed=signed)
    voi_lut = first_item_of(voi_group, "VOILUTSequence")
    windows = windows_of(voi_group)
    voi: Window | Lut | None = windows[0] if windows else None
    if voi_lut is not None:
        # C.11.2.1.1: its input has a sign where the modality values have one; those of a modality table have none.
        negative = isinstance(modality, Rescale) and (signed or modality.intercept < 0)
        voi = lut_of(voi_lut, signed_input=negative)
    return GreySteps(modality=modality, voi=voi, invert=is_inverted(dataset))


def _modality_of(transformation: Dataset, *, signed: bool) -> Rescale | Lut:
    item = first_item_of(transformation, "ModalityLUTSequence")
    if item is not None:
        return lut_of(item, signed_input=signed)
    slope, intercept = number_of(transformation, "RescaleSlope"), number_of(transformation, "RescaleIntercept")
    return Rescale(slope=slope or 1.0, intercept=intercept or 0.0)


def to_grey(stored: Values, steps: GreySteps) -> Grey8:
    """All steps at once, (rows, columns) of any integer type to uint8."""
    modality = to_modality(stored, steps.modality)
    match steps.voi:
        case Lut():
            shown = through_table(modality, steps.voi)
        case Window():
            shown = through_window(modality, steps.voi)
        case None:
            shown = through_window(modality, whole_range(modality))
    return to_8_bits(shown, invert=steps.invert)


def to_modality(stored: Values, modality: Rescale | Lut) -> Real:
    """PS3.3 C.11.1.1.1 (table) and C.11.1.1.2 (slope and intercept)."""
    if isinstance(modality, Lut):
        return modality.apply(stored).astype(np.float32)
    real = stored.astype(np.float32)
    if modality.slope != 1.0:
        real *= np.float32(modality.slope)
    if modality.intercept != 0.0:
        real += np.float32(modality.intercept)
    return real


def through_table(values: Real, voi: Lut) -> Real:
    """PS3.3 C.11.2.1.1 VOI LUT; result in 0..255, not rounded."""
    return voi.apply(np.rint(values)).astype(np.float32) * np.float32(255 / (2**voi.bits - 1))


def through_window(values: Real, window: Window) -> Real:
    """PS3.3 C.11.2.1.2.1 LINEAR, C.11.2.1.3.2 LINEAR_EXACT, C.11.2.1.3.1 SIGMOID; result in 0..255, not rounded."""
    center, width = np.float32(window.center), np.float32(window.width)
    match window.function:
        case "SIGMOID":
            # exp overflows to infinity far below the window, and 255 / (1 + inf) is the 0 that the formula means.
            with np.errstate(over="ignore"):
                return np.float32(255) / (np.float32(1) + np.exp(np.float32(-4) * (values - center) / width))
        case "LINEAR_EXACT":
            shown = (values - center) * (np.float32(255) / width) + np.float32(127.5)
        case _:
            if window.width <= 1:
                # C.11.2.1.2.1: at width 1 only the two outer cases are left; do not divide by (width - 1).
                return np.where(values <= center - np.float32(0.5), np.float32(0), np.float32(255))
            shown = (values - (center - np.float32(0.5))) * (np.float32(255) / (width - 1)) + np.float32(127.5)
    return np.clip(shown, 0, 255, out=shown)


def to_8_bits(shown: Real, *, invert: bool) -> Grey8:
    """Rounds to the nearest level; MONOCHROME1 shows its lowest values as white (PS3.3 C.7.6.3.1.2)."""
    return ((np.float32(255.5) - shown) if invert else (shown + np.float32(0.5))).astype(np.uint8)


def whole_range(values: Real) -> Window:
    """A window from the lowest to the highest value."""
    low, high = float(values.min()), float(values.max())
    return Window(center=(low + high) / 2, width=max(high - low, 1e-3), function="LINEAR_EXACT")


def robust_window(values: Real, *, padding: tuple[float, float] | None = None) -> Window:
    """From the 1st to the 99th percentile; values inside `padding` (both ends included) do not count.

    The padding of a CT lies outside the scale of Hounsfield (-1500 has been met): it would rule the window.
    """
    counted = values if padding is None else values[(values < padding[0]) | (values > padding[1])]
    if counted.size == 0:
        return whole_range(values)
    low, high = (float(level) for level in np.percentile(counted, (1, 99)))
    return Window(center=(low + high) / 2, width=max(high - low, 1.0), function="LINEAR_EXACT")
