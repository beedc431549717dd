"""What lay over a key view on the screens: which objects of its studies, and the annotations as strokes; no drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from collab.expertise.inking import is_shown, strokes_of
from collab.rooms.protocol import RoomState
from collab.rooms.view import LaidObject, Pane, ViewportView
from collab.studies.objects import find_layer
from dicom_render.laying import Stroke
from dicom_render.printing import half_slice_mm
from dicom_render.stack_header import StackHeader


@dataclass(frozen=True, slots=True)
class KeptObject:
    """An object that lay over a key view, and the hash of its file; None where no study has it."""

    laid: LaidObject
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Inked:
    """Annotations as they are printed, and who made them."""

    strokes: tuple[Stroke, ...]
    authors: tuple[str, ...]


def objects_over(session: Session, study_ids: Sequence[str], pane: Pane) -> tuple[KeptObject, ...]:
    """The objects over a pane, the last one on top. The caller has passed the gate of each study."""
    objects = pane.layers.objects
    return tuple(KeptObject(each, find_layer(session, study_ids, each.sop_instance_uid)) for each in objects)


def inked(room: RoomState, header: StackHeader, *, pane: Pane, viewport: ViewportView) -> Inked:
    """The annotations that the screens showed there."""
    half_mm = half_slice_mm(header.spacing_mm)
    shown = [each for each in room.annotations if is_shown(each.drawing, pane, viewport, half_mm=half_mm)]
    names = {each.actor: each.name for each in room.members}
    strokes = (stroke for each in shown for stroke in strokes_of(each, room.members, header.modality))
    authors = dict.fromkeys(names.get(each.author, each.author) for each in shown)
    return Inked(tuple(strokes), tuple(authors))
