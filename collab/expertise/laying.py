"""What lay over a key view on the screens, drawn over its printed picture: objects of the study, annotations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from collab.expertise.inking import is_shown, strokes_of
from collab.rooms.annotation import Annotation
from collab.rooms.protocol import Member
from collab.rooms.view import LaidObject, Pane, ViewportView
from collab.studies.objects import Layer
from dicom_render.laying import Picture, Sheet
from dicom_render.laying_state import Slice, has_state, lay_state
from dicom_render.presentation_state import PresentationState
from dicom_render.segmentation import Segmentation
from dicom_render.structure_set import StructureSet
from dicom_render.volume import PlaneView, PreparedStack, own_slice

ReadLayer = Callable[[Session, Sequence[str], str], Layer | None]
# Half a millimetre to either side: what a plane through a volume shows.
_THIN_HALF_MM = 0.5


def no_layer(_session: Session, _study_ids: Sequence[str], _sop_instance_uid: str) -> Layer | None:
    """Where no worker reads objects."""
    return None


@dataclass(frozen=True, slots=True)
class Laid:
    """A picture with what was drawn over it: titles of objects by SOP Instance UID, and whose annotations."""

    picture: Picture
    titles: Mapping[str, str] = field(default_factory=dict[str, str])
    authors: tuple[str, ...] = ()


class Laying:
    """Draws over the pictures of one conclusion; each object is read once."""

    def __init__(
        self,
        session: Session,
        read: ReadLayer,
        study_ids: Sequence[str],
        annotations: Sequence[Annotation],
        members: Sequence[Member],
    ) -> None:
        self._session = session
        self._read = read
        self._study_ids = study_ids
        self._annotations = annotations
        self._members = members
        self._contents: dict[str, Layer | None] = {}

    def lay(
        self, picture: Picture, source: PreparedStack, plane: PlaneView, *, pane: Pane, viewport: ViewportView
    ) -> Laid:
        """In the order of the screens: a state's grey scale, then objects, then annotations."""
        index = own_slice(source, plane)
        here = None if index is None else Slice(source, index)
        contents = [(each, content) for each in pane.layers.objects if (content := self._content(each)) is not None]
        half_mm = (source.header.spacing_mm or 2 * _THIN_HALF_MM) / 2
        shown = [each for each in self._annotations if is_shown(each.drawing, pane, viewport, half_mm=half_mm)]
        if not contents and not shown:
            return Laid(picture)
        sheet = Sheet(picture, plane)
        titles: dict[str, str] = {}
        # A state makes the picture anew: whatever else lies over it comes after.
        for laid, content in sorted(contents, key=lambda each: not isinstance(each[1], PresentationState)):
            if self._lay_object(sheet, laid, content, here=here, plane=plane, pane=pane, half_mm=half_mm):
                titles[laid.sop_instance_uid] = content.title
        for annotation in shown:
            sheet.stroke(strokes_of(annotation, self._members, source.header.modality))
        names = {each.actor: each.name for each in self._members}
        authors = dict.fromkeys(names.get(each.author, each.author) for each in shown)
        return Laid(sheet.picture, titles, tuple(authors))

    def _lay_object(
        self,
        sheet: Sheet,
        laid: LaidObject,
        content: Layer,
        *,
        here: Slice | None,
        plane: PlaneView,
        pane: Pane,
        half_mm: float,
    ) -> bool:
        """Whether the object is one that can lie over this picture; it may have nothing to show there."""
        space, thick = pane.frame_of_reference_uid, half_mm if here else None
        match content:
            case PresentationState():
                if here is None or not has_state(content, here) or content.unsupported or content.modality_table:
                    return False
                lay_state(sheet, content, here, plane)
            case Segmentation():
                if space is None or content.frame_of_reference_uid != space:
                    return False
                sheet.lay_segments(content, hidden=laid.hidden, opacity=laid.opacity, half_mm=thick)
            case StructureSet():
                if space is None:
                    return False
                sheet.lay_structures(content, frame_of_reference_uid=space, hidden=laid.hidden, half_mm=thick)
        return True

    def _content(self, laid: LaidObject) -> Layer | None:
        uid = laid.sop_instance_uid
        if uid not in self._contents:
            self._contents[uid] = self._read(self._session, self._study_ids, uid)
        return self._contents[uid]
