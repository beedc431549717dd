"""What is known of a prepared stack: on disk beside its codestreams, and in the header sent to browsers."""

from typing import Literal

import msgspec

from dicom_render.geometry import Reason
from dicom_render.headers import SpacingKind, Window
from dicom_render.labelling import LabelPart
from dicom_render.lut import PackedLut
from dicom_render.overlays import Overlay
from dicom_render.refusal import Fact
from dicom_render.regions import UsRegion
from dicom_render.resampling import Resampling
from dicom_render.shutters import Shutter
from dicom_render.space import Orientation, Vector
from dicom_render.spacing import Caution
from dicom_render.uptake import StackUptake

Values = Literal["int16", "uint16", "uint8", "rgb8"]
Kind = Literal["volume", "stack"]

COARSE: Literal[0] = 0
FULL: Literal[1] = 1


class PackFrame(msgspec.Struct, frozen=True, omit_defaults=True):
    """One frame, in geometric order; modality value = slope * stored value + intercept (PS3.3 C.11.1.1.2).

    The last three are of projections, and left out elsewhere.
    """

    sop_instance_uid: str
    frame: int
    instance_number: int | None
    position_mm: Vector | None
    orientation: Orientation | None
    slope: float
    intercept: float
    laterality: str = ""
    view_position: str = ""
    patient_orientation: tuple[str, str] | None = None
    """where a row and a column go, in letters (PS3.3 C.7.6.1.1.1); only for frames without an orientation"""


class PackRegion(msgspec.Struct, frozen=True):
    """A calibrated rectangle in those frames of the stack (0-based, in geometric order)."""

    frames: tuple[int, ...]
    region: UsRegion


class Gap(msgspec.Struct, frozen=True):
    """Slices that are not there: so many after that frame (counted from 1), between those heights along the normal."""

    after_frame: int
    missing: int
    from_mm: float
    to_mm: float


class PackOverlay(msgspec.Struct, frozen=True):
    """A plane of bits over those frames of the stack (0-based, in geometric order)."""

    frames: tuple[int, ...]
    overlay: Overlay


class PackShutter(msgspec.Struct, frozen=True):
    """A display shutter before those frames of the stack (0-based, in geometric order)."""

    frames: tuple[int, ...]
    shutter: Shutter


class VoiTable(msgspec.Struct, frozen=True):
    """A VOI LUT of the file (PS3.3 C.11.2.1.1) for those frames of the stack (0-based, in geometric order)."""

    frames: tuple[int, ...]
    table: PackedLut


class StackFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The facts that the file on disk and the header on the wire have in common."""

    version: int = 1
    study_uid: str
    series_uid: str
    stack: int
    modality: str
    kind: Kind
    reason: Reason | None
    frame_of_reference_uid: str | None
    rows: int
    columns: int
    pixel_spacing_mm: tuple[float, float] | None
    spacing_mm: float | None
    orientation: Orientation | None
    values: Values
    unit: str
    invert: bool
    lossy: bool
    pixel_padding: int | None
    """among the values of the codestreams: before slope and intercept, after a modality table if there was one"""
    pixel_padding_limit: int | None = None
    """the other end, included, where a range of values is padding (PS3.3 C.7.5.1.1.2)"""
    frame_time_ms: float | None
    windows: tuple[Window, ...]
    frames: tuple[PackFrame, ...]
    levels: int
    coarse_level: int
    distinction: dict[str, Fact]
    warnings: tuple[Caution, ...]
    overlays: tuple[PackOverlay, ...] = ()
    shutters: tuple[PackShutter, ...] = ()
    label: tuple[LabelPart, ...] = ()
    siblings: tuple[int, ...] = ()
    """stacks of this series, itself among them, at the same places, in the order of b-value, echo or time"""
    spacing_kind: SpacingKind | None = None
    lossy_ratio: float | None = None
    lossy_method: str = ""
    missing: tuple[Gap, ...] = ()
    frame_times_ms: tuple[float, ...] = ()
    """how long after the frame before it each is shown, where that varies"""
    regions: tuple[PackRegion, ...] = ()
    suv: tuple[StackUptake, ...] = ()
    """of PET: what takes its values to SUV, by type, or why not; empty for others"""
    resampling: Resampling | None = None
    """of a stack that makes no volume: the grid that planes through it are cut from, which then say so"""
    pixel_aspect: float | None = None
    """height of a pixel over its width, where there is no spacing: of lengths it says nothing"""
    voi_tables: tuple[VoiTable, ...] = ()
    """drawn through as long as the window is the first of the stack, which then is what the table's ends span"""


def pixel_sides_of(facts: StackFacts) -> tuple[float, float]:
    """Height and width of a pixel: in millimetres, or, where they are not known, in widths of one."""
    return facts.pixel_spacing_mm or (facts.pixel_aspect or 1.0, 1.0)


class FrameSpan(msgspec.Struct, frozen=True, array_like=True):
    """Where a codestream lies in the .frames file; its first `coarse` bytes decode at the coarse level."""

    offset: int
    length: int
    coarse: int


class StackHeader(StackFacts, frozen=True, kw_only=True):
    """`stack-<n>.json`."""

    sha256: str
    """of the whole .frames file"""
    spans: tuple[FrameSpan, ...]


class Chunk(msgspec.Struct, frozen=True, array_like=True):
    """One piece of the body: bytes of one frame; quality 0 completes the coarse picture, 1 the full one."""

    frame_index: int
    quality: Literal[0, 1]
    byte_length: int


class PackHeader(StackFacts, frozen=True, kw_only=True):
    """The JSON header of a pack: `chunks` tell what follows, in order."""

    chunks: tuple[Chunk, ...]


def frames_name(stack: int) -> str:
    return f"stack-{stack}.frames"


def header_name(stack: int) -> str:
    return f"stack-{stack}.json"


def thumbnail_name(stack: int) -> str:
    return f"stack-{stack}.jpg"
