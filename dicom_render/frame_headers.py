"""The header of each frame of a dataset, classic or enhanced, read attribute by attribute."""

import math
from datetime import datetime

import msgspec
from pydicom.dataset import Dataset

from dicom_render.attributes import (
    integer_of,
    items_of,
    number_of,
    numbers_of,
    text_of,
    texts_of,
    value_of,
)
from dicom_render.diffusion import b_value_of, gradient_of
from dicom_render.enhanced_pet import is_enhanced_pet, unit_of_values
from dicom_render.functional_groups import FrameGroups
from dicom_render.headers import FrameHeader, SpacingKind, Window
from dicom_render.nuclear import changes_of_frames
from dicom_render.pet_times import acquired_at, moment_of

# Six cosines are written with few digits by some scanners: 1 % of length or of right angle is still that, not an error.
_UNIT_TOLERANCE = 0.01


def frame_headers_of(dataset: Dataset, number_of_frames: int) -> tuple[FrameHeader, ...]:
    """One header a frame; attributes that no frame can change are read once."""
    groups = FrameGroups(dataset)
    if not groups.is_enhanced:
        # A classic multi-frame object (US, XA) has one set of attributes for all its frames; NM has vectors beside it.
        shared = _frame_header(dataset, groups, 0)
        changes = changes_of_frames(dataset, number_of_frames) or ({},) * number_of_frames
        return tuple(msgspec.structs.replace(shared, **change) for change in changes)
    return tuple(_frame_header(dataset, groups, frame) for frame in range(number_of_frames))


def _frame_header(dataset: Dataset, groups: FrameGroups, frame: int) -> FrameHeader:
    measures = groups.of(frame, "PixelMeasuresSequence")
    values = groups.of(frame, "PixelValueTransformationSequence")
    content = groups.of(frame, "FrameContentSequence")
    voi = groups.of(frame, "FrameVOILUTSequence")
    diffusion = groups.of(frame, "MRDiffusionSequence")
    echo = groups.of(frame, "MREchoSequence")
    spacing, spacing_kind = _pixel_spacing(measures, dataset)
    slope = number_of(values, "RescaleSlope")
    acquisition = content if groups.is_enhanced else dataset
    acquisition_keyword = "FrameAcquisitionNumber" if groups.is_enhanced else "AcquisitionNumber"
    return FrameHeader(
        rows=integer_of(dataset, "Rows") or 0,
        columns=integer_of(dataset, "Columns") or 0,
        samples_per_pixel=integer_of(dataset, "SamplesPerPixel") or 1,
        bits_allocated=integer_of(dataset, "BitsAllocated") or 0,
        bits_stored=integer_of(dataset, "BitsStored") or integer_of(dataset, "BitsAllocated") or 0,
        pixel_representation=integer_of(dataset, "PixelRepresentation") or 0,
        photometric_interpretation=text_of(dataset, "PhotometricInterpretation").upper(),
        image_position_mm=_triple(groups.of(frame, "PlanePositionSequence"), "ImagePositionPatient"),
        image_orientation=_orientation(groups.of(frame, "PlaneOrientationSequence")),
        pixel_spacing_mm=spacing,
        pixel_aspect=_pixel_aspect(dataset) if spacing is None else None,
        spacing_kind=spacing_kind,
        slice_thickness_mm=number_of(measures, "SliceThickness"),
        frame_of_reference_uid=text_of(dataset, "FrameOfReferenceUID") or None,
        windows=windows_of(voi),
        # A slope of 0 would draw every pixel alike: a writer's mistake, met in the field, that means "not given".
        rescale_slope=slope if slope else 1.0,
        rescale_intercept=number_of(values, "RescaleIntercept") or 0.0,
        rescale_type=_rescale_type(dataset, groups, frame),
        has_modality_lut=bool(items_of(values, "ModalityLUTSequence")),
        has_voi_lut=bool(items_of(voi, "VOILUTSequence")),
        pixel_padding=stored_value_of(dataset, "PixelPaddingValue"),
        pixel_padding_limit=stored_value_of(dataset, "PixelPaddingRangeLimit"),
        image_type=_image_type(dataset, groups, frame),
        acquisition_number=integer_of(acquisition, acquisition_keyword),
        temporal_position=_temporal_position(dataset, content),
        trigger_time_ms=number_of(groups.of(frame, "CardiacSynchronizationSequence"), "NominalCardiacTriggerDelayTime")
        or number_of(dataset, "TriggerTime"),
        b_value=b_value_of(diffusion, dataset),
        gradient=gradient_of(diffusion, dataset),
        echo_number=integer_of(dataset, "EchoNumbers"),
        echo_time_ms=number_of(echo, "EffectiveEchoTime") or number_of(dataset, "EchoTime"),
        inversion_time_ms=number_of(dataset, "InversionTime"),
        cardiac_phase=_cardiac_phase(dataset, groups, frame),
        reference_time_ms=number_of(dataset, "FrameReferenceTime"),
        acquired_s=_acquired_s(dataset, content),
        dimensions=_dimensions(dataset, content),
        stack_id=text_of(content, "StackID"),
        frame_time_ms=_frame_time(dataset),
        is_inverted=is_inverted(dataset),
    )


def _rescale_type(dataset: Dataset, groups: FrameGroups, frame: int) -> str:
    if is_enhanced_pet(dataset):
        return unit_of_values(dataset, groups, frame)
    return text_of(groups.of(frame, "PixelValueTransformationSequence"), "RescaleType")


def is_inverted(dataset: Dataset) -> bool:
    """PS3.3 C.7.6.3.1.2 MONOCHROME1, unless Presentation LUT Shape (C.11.6) says which way up the P-Values are.

    Where present the two have to agree (C.8.11.3); where a writer made them differ, DCMTK follows the shape as well.
    """
    match text_of(dataset, "PresentationLUTShape").upper():
        case "INVERSE":
            return True
        case "IDENTITY":
            return False
        case _:
            return text_of(dataset, "PhotometricInterpretation").upper() == "MONOCHROME1"


def windows_of(dataset: Dataset) -> tuple[Window, ...]:
    """The windows in the file's order; pairs that are incomplete or of no width are left out."""
    function = text_of(dataset, "VOILUTFunction").upper() or "LINEAR"
    explanations = texts_of(dataset, "WindowCenterWidthExplanation")
    pairs = zip(numbers_of(dataset, "WindowCenter"), numbers_of(dataset, "WindowWidth"), strict=False)
    # PS3.3 C.11.2.1.2.1: the width of LINEAR is at least 1; the two others need only be above 0 (C.11.2.1.3).
    least = 1.0 if function == "LINEAR" else 0.0
    return tuple(
        Window(center=center, width=width, function=function, explanation=_nth(explanations, index))
        for index, (center, width) in enumerate(pairs)
        if width >= least and width > 0
    )


def stored_value_of(dataset: Dataset, keyword: str) -> int | None:
    """A value "US or SS": its sign is that of the pixels, whatever VR carried it (PS3.3 C.7.5.1.1.2)."""
    value, bits = integer_of(dataset, keyword), integer_of(dataset, "BitsAllocated") or 16
    if value is None or bits > 16:
        return value
    is_signed = integer_of(dataset, "PixelRepresentation") == 1
    held = value & 0xFFFF
    return held - 0x10000 if is_signed and held >= 0x8000 else held


def _nth(texts: tuple[str, ...], index: int) -> str:
    return texts[index] if index < len(texts) else ""


# Their pictures are shadows: a millimetre at the detector is less than one in the patient.
PROJECTIONS = {"CR", "DX", "MG", "XA", "RF", "RG", "IO", "PX"}
# PS3.3 10.7.1.3: equal to what the detector has, or not, decides; files write the two with different digits.
_SAME_SPACING = 1e-4
# Half fields of interlaced video are 2:1; beyond this no picture would be left to look at.
_MOST_ASPECT = 10.0


def _pixel_spacing(measures: Dataset, dataset: Dataset) -> tuple[tuple[float, float] | None, SpacingKind | None]:
    """PS3.3 10.7.1.3: Pixel Spacing is calibrated where it differs from Imager Pixel Spacing, or says how it was."""
    own, at_detector = _pair(measures, "PixelSpacing"), _pair(dataset, "ImagerPixelSpacing")
    if own is None:
        return (at_detector, "detector") if at_detector is not None else (None, None)
    if text_of(dataset, "Modality") not in PROJECTIONS:
        return own, "patient"
    differs = at_detector is not None and any(
        abs(one - other) > _SAME_SPACING * other for one, other in zip(own, at_detector, strict=True)
    )
    is_calibrated = differs or bool(text_of(dataset, "PixelSpacingCalibrationType"))
    return own, "calibrated" if is_calibrated else "detector"


def _pixel_aspect(dataset: Dataset) -> float | None:
    """PS3.3 C.7.6.3.1.7 Pixel Aspect Ratio: vertical size, horizontal size; None where pixels are square or say 0."""
    sides = _pair(dataset, "PixelAspectRatio")
    ratio = 1.0 if sides is None else sides[0] / sides[1]
    return ratio if ratio != 1 and 1 / _MOST_ASPECT <= ratio <= _MOST_ASPECT else None


def _pair(dataset: Dataset, keyword: str) -> tuple[float, float] | None:
    numbers = numbers_of(dataset, keyword)
    return (numbers[0], numbers[1]) if len(numbers) == 2 and min(numbers) > 0 else None


def _triple(dataset: Dataset, keyword: str) -> tuple[float, float, float] | None:
    numbers = numbers_of(dataset, keyword)
    return (numbers[0], numbers[1], numbers[2]) if len(numbers) == 3 else None


def _orientation(dataset: Dataset) -> tuple[float, float, float, float, float, float] | None:
    """PS3.3 C.7.6.2.1.1: two unit vectors at right angles; anything else is no geometry."""
    numbers = numbers_of(dataset, "ImageOrientationPatient")
    if len(numbers) != 6:
        return None
    along_row, along_column = numbers[:3], numbers[3:]
    lengths = (math.hypot(*along_row), math.hypot(*along_column))
    angle = sum(a * b for a, b in zip(along_row, along_column, strict=True))
    if any(abs(length - 1) > _UNIT_TOLERANCE for length in lengths) or abs(angle) > _UNIT_TOLERANCE:
        return None
    return (numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5])


def _cardiac_phase(dataset: Dataset, groups: FrameGroups, frame: int) -> float | None:
    heart = groups.of(frame, "CardiacSynchronizationSequence")
    phase = number_of(heart, "NominalPercentageOfCardiacPhase")
    return phase if phase is not None else number_of(dataset, "NominalPercentageOfCardiacPhase")


def _acquired_s(dataset: Dataset, content: Dataset) -> float | None:
    written = text_of(content, "FrameReferenceDateTime") or text_of(content, "FrameAcquisitionDateTime")
    moment = moment_of(written or text_of(dataset, "AcquisitionDateTime") or acquired_at(dataset))
    return None if moment is None else (moment.replace(tzinfo=None) - datetime(1900, 1, 1)).total_seconds()  # noqa: DTZ001 - only differences count


# ImagePositionPatient, PlanePositionSequence, InStackPositionNumber, StackID, SliceLocation: place, not contrast.
_SPATIAL = {0x00200032, 0x00209113, 0x00209057, 0x00209056, 0x00201041}


def _dimensions(dataset: Dataset, content: Dataset) -> tuple[int, ...]:
    """PS3.3 C.7.6.17: what the writer counted its frames by, where that is not their place."""
    values = numbers_of(content, "DimensionIndexValues")
    items = items_of(dataset, "DimensionIndexSequence")
    pointers = [value_of(item, "DimensionIndexPointer") for item in items]
    if len(values) != len(pointers):
        return ()
    return tuple(int(value) for value, pointer in zip(values, pointers, strict=True) if pointer not in _SPATIAL)


def _image_type(dataset: Dataset, groups: FrameGroups, frame: int) -> tuple[str, ...]:
    for macro in ("MRImageFrameTypeSequence", "CTImageFrameTypeSequence", "PETFrameTypeSequence"):
        if groups.is_enhanced and (types := texts_of(groups.of(frame, macro), "FrameType")):
            return types
    return texts_of(dataset, "ImageType")


def _temporal_position(dataset: Dataset, content: Dataset) -> int | None:
    index = integer_of(content, "TemporalPositionIndex")
    return index if index is not None else integer_of(dataset, "TemporalPositionIdentifier")


def _frame_time(dataset: Dataset) -> float | None:
    frame_time = number_of(dataset, "FrameTime")
    if frame_time:
        return frame_time
    # PS3.3 C.7.6.6: a vector's first is 0, and the rest may all be one time.
    steps = set(numbers_of(dataset, "FrameTimeVector")[1:])
    if len(steps) == 1 and (step := steps.pop()) > 0:
        return step
    rate = number_of(dataset, "RecommendedDisplayFrameRate") or number_of(dataset, "CineRate")
    return 1000 / rate if rate else None
