"""A view of a prepared stack as JPEG for paper, with what lay over it on the screens; no HTTP, no queue."""

from dataclasses import dataclass

import msgspec

from dicom_render.drawing import kept_stack
from dicom_render.laying import Sheet, Stroke
from dicom_render.laying_state import Slice, has_state, lay_state
from dicom_render.picture import to_jpeg
from dicom_render.presentation_state import PresentationState
from dicom_render.segmentation import Segmentation
from dicom_render.structure_set import StructureSet
from dicom_render.volume import PlaneView, PreparedStack, own_slice, render_view

Content = PresentationState | Segmentation | StructureSet
# Half a millimetre to either side: what a plane through a volume shows.
_THIN_HALF_MM = 0.5


@dataclass(frozen=True, slots=True)
class Laid:
    """An object over a view; `hidden` are the segments or structures of it that are not drawn."""

    content: Content
    hidden: tuple[int, ...] = ()
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Over:
    """All that lies over a view; the frame of reference is that of its pane."""

    frame_of_reference_uid: str | None = None
    objects: tuple[Laid, ...] = ()
    strokes: tuple[Stroke, ...] = ()


class Printed(msgspec.Struct, frozen=True, kw_only=True):
    """JPEG bytes, which of the objects could lie over them, and whether they are no acquired plane."""

    jpeg: bytes
    is_laid: tuple[bool, ...]
    is_resampled: bool


def half_slice_mm(spacing_mm: float | None) -> float:
    """How thick a slice is to either side."""
    return (spacing_mm or 2 * _THIN_HALF_MM) / 2


def print_stack(folder: str, stack: int, view: PlaneView, over: Over, size: tuple[int, int], quality: int) -> Printed:
    """A picture of (width, height) pixels. Raises `NoSuchPack`, `NotAVolume`."""
    return kept_stack(folder, stack, lambda source: print_view(source, view, over, size, quality))


def print_view(source: PreparedStack, view: PlaneView, over: Over, size: tuple[int, int], quality: int) -> Printed:
    """In the order of the screens: a state's grey scale, then objects, then annotations."""
    picture, index = render_view(source, view, *size), own_slice(source, view)
    is_laid = [False] * len(over.objects)
    if over.objects or over.strokes:
        sheet = Sheet(picture, view)
        here = None if index is None else Slice(source, index)
        # A state makes the picture anew: whatever else lies over it comes after.
        in_order = sorted(enumerate(over.objects), key=lambda each: not isinstance(each[1].content, PresentationState))
        for number, laid in in_order:
            is_laid[number] = _lay(sheet, laid, here, view, over.frame_of_reference_uid)
        sheet.stroke(over.strokes)
        picture = sheet.picture
    is_resampled = index is None and source.header.resampling is not None
    return Printed(jpeg=to_jpeg(picture, quality), is_laid=tuple(is_laid), is_resampled=is_resampled)


def _lay(sheet: Sheet, laid: Laid, here: Slice | None, view: PlaneView, space: str | None) -> bool:
    """Whether the object is one that can lie over this picture; it may have nothing to show there."""
    thick_mm = None if here is None else half_slice_mm(here.source.header.spacing_mm)
    match laid.content:
        case PresentationState() as state:
            if here is None or not has_state(state, here) or state.unsupported or state.modality_table:
                return False
            lay_state(sheet, state, here, view)
        case Segmentation() as segments:
            if space is None or segments.frame_of_reference_uid != space:
                return False
            sheet.lay_segments(segments, hidden=laid.hidden, opacity=laid.opacity, half_mm=thick_mm)
        case StructureSet() as structures:
            if space is None:
                return False
            sheet.lay_structures(structures, frame_of_reference_uid=space, hidden=laid.hidden, half_mm=thick_mm)
    return True
