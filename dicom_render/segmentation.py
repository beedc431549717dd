"""A segmentation (PS3.3 C.8.20) as masks in patient space, one a segment and plane; draws nothing."""

import msgspec
import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset

from dicom_render.attributes import first_item_of, integer_of, items_of, number_of, numbers_of, text_of
from dicom_render.cielab import Rgb, rgb_of
from dicom_render.decoding import FrameSource
from dicom_render.functional_groups import FrameGroups
from dicom_render.overlays import Mask, packed_bits, unpacked_bits
from dicom_render.refusal import Unreadable
from dicom_render.space import Orientation, Vector

# A fractional value of at least this share of the maximum counts as inside; the screen says that it was cut there.
FRACTION_SHOWN = 0.5
MAX_FRAMES = 20_000
MAX_PIXELS = 1 << 26


class Segment(msgspec.Struct, frozen=True):
    """What one number stands for."""

    number: int
    label: str
    rgb: Rgb | None
    algorithm: str


class SegmentPlane(msgspec.Struct, frozen=True):
    """One segment in one plane; `bits` as in `overlays.Overlay`; the image it was drawn on, where that is said."""

    segment: int
    position_mm: Vector | None
    orientation: Orientation | None
    sop_instance_uid: str | None
    frame: int | None
    bits: str

    def mask(self, rows: int, columns: int) -> Mask:
        """(rows, columns), True where the segment is."""
        return unpacked_bits(self.bits, rows, columns)


class Segmentation(msgspec.Struct, frozen=True, tag="segmentation"):
    """Planes that are empty are left out: that they were there changes nothing on a screen."""

    title: str
    fractional: bool
    frame_of_reference_uid: str | None
    rows: int
    columns: int
    pixel_spacing_mm: tuple[float, float] | None
    segments: tuple[Segment, ...]
    planes: tuple[SegmentPlane, ...]


def segmentation_of(dataset: FileDataset) -> Segmentation:
    """Binary, fractional and label map segmentations. Raises `Unreadable`."""
    groups, count = FrameGroups(dataset), integer_of(dataset, "NumberOfFrames") or 1
    if count > MAX_FRAMES or int(dataset.Rows) * int(dataset.Columns) > MAX_PIXELS:
        raise Unreadable("too_large", {"frames": count})
    spacing = numbers_of(groups.of(0, "PixelMeasuresSequence"), "PixelSpacing")
    reader = _Planes(dataset, groups)
    return Segmentation(
        title=text_of(dataset, "SeriesDescription") or text_of(dataset, "ContentLabel"),
        fractional=text_of(dataset, "SegmentationType") == "FRACTIONAL",
        frame_of_reference_uid=text_of(dataset, "FrameOfReferenceUID") or None,
        rows=int(dataset.Rows),
        columns=int(dataset.Columns),
        pixel_spacing_mm=(spacing[0], spacing[1]) if len(spacing) == 2 else None,
        segments=tuple(_segment(item) for item in items_of(dataset, "SegmentSequence")),
        planes=tuple(plane for frame in range(1, count + 1) for plane in reader.of(frame)),
    )


def _segment(item: Dataset) -> Segment:
    return Segment(
        number=integer_of(item, "SegmentNumber") or 0,
        label=text_of(item, "SegmentLabel"),
        rgb=rgb_of(item, "RecommendedDisplayCIELabValue"),
        algorithm=text_of(item, "SegmentAlgorithmType"),
    )


class _Planes:
    """Decodes one frame after the other."""

    def __init__(self, dataset: FileDataset, groups: FrameGroups) -> None:
        self._source = FrameSource(dataset)
        self._groups = groups
        self._type = text_of(dataset, "SegmentationType")
        self._most = number_of(dataset, "MaximumFractionalValue") or 255.0

    def of(self, frame: int) -> list[SegmentPlane]:
        """The planes of a frame counted from 1: one, or one a label."""
        values = self._source.decode(frame)
        return [self._plane(frame, segment, mask) for segment, mask in self._masks(values, frame) if mask.any()]

    def _masks(self, values: NDArray[np.generic], frame: int) -> list[tuple[int, Mask]]:
        if self._type == "LABELMAP":
            # PS3.3 C.8.20.2: a pixel's value is the number of its segment, 0 is background.
            return [(int(label), values == label) for label in np.unique(values) if label]
        identified = self._groups.of(frame - 1, "SegmentIdentificationSequence")
        segment = integer_of(identified, "ReferencedSegmentNumber") or 0
        if self._type == "FRACTIONAL":
            return [(segment, values.astype(np.float64) >= FRACTION_SHOWN * self._most)]
        return [(segment, values.astype(bool))]

    def _plane(self, frame: int, segment: int, mask: Mask) -> SegmentPlane:
        position = numbers_of(self._groups.of(frame - 1, "PlanePositionSequence"), "ImagePositionPatient")
        turned = numbers_of(self._groups.of(frame - 1, "PlaneOrientationSequence"), "ImageOrientationPatient")
        uid, number = self._source_image(frame)
        return SegmentPlane(
            segment=segment,
            position_mm=(position[0], position[1], position[2]) if len(position) == 3 else None,
            orientation=turned if len(turned) == 6 else None,  # pyright: ignore[reportArgumentType] - six numbers
            sop_instance_uid=uid,
            frame=number,
            bits=packed_bits(mask),
        )

    def _source_image(self, frame: int) -> tuple[str | None, int | None]:
        derived = self._groups.of(frame - 1, "DerivationImageSequence")
        image = first_item_of(derived, "SourceImageSequence")
        if image is None:
            return None, None
        return text_of(image, "ReferencedSOPInstanceUID") or None, integer_of(image, "ReferencedFrameNumber")
