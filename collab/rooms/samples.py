"""What moves in a room now: the newest view, pointers and drawings, numbered; nothing of it is ever journaled."""

from __future__ import annotations

from collections.abc import Iterator

from collab.rooms.frames import Frame
from collab.rooms.outbox import Sample, Slot
from collab.rooms.protocol import (
    AnnotationMoved,
    MoveAnnotation,
    MoveView,
    PointerMoved,
    PointerSlid,
    ViewMoved,
)
from collab.rooms.view import Pointer, Vector

VIEW: Slot = ("", "view")
ANNOTATION = "annotation"


class Samples:
    """The newest sample of each kind and actor."""

    def __init__(self, *, epoch: int) -> None:
        # The epoch stands in the upper half: numbers keep growing when another owner takes over.
        self._number = epoch << 32
        self.stirrings = 0
        self._view: Sample | None = None
        self._pointers: dict[str, Sample] = {}
        # By actor the pointer that named the image on which theirs is.
        self._images: dict[str, Pointer] = {}
        self._drawings: dict[str, Sample] = {}
        self._rests: dict[int, int] = {}

    def move_view(self, actor: str, message: MoveView) -> Sample:
        number = self._next()
        frame = Frame(ViewMoved(number, actor, message.term, number, message.view))
        self._view = Sample(VIEW, frame, number)
        return self._view

    def move_pointer(self, actor: str, pointer: Pointer | None) -> Sample:
        """None: the actor points no more, and whoever comes later is not told that they did."""
        if pointer is None:
            self._pointers.pop(actor, None)
            self._images.pop(actor, None)
            number = self._next()
            return Sample((actor, "pointer"), Frame(PointerMoved(number, actor, number, None)), number)
        before = self._images.get(actor)
        self._images[actor] = pointer
        if before is not None and _are_on_one_image(before, pointer):
            # Named again, for the room's sake (R48): others know it.
            return self._slide(actor, pointer, pointer.point_world_mm)
        number = self._next()
        frame = Frame(PointerMoved(number, actor, number, pointer, number))
        sample = self._pointers[actor] = Sample((actor, "pointer"), frame, number, number)
        return sample

    def slide_pointer(self, actor: str, on: Pointer, point_world_mm: Vector) -> Sample:
        """On the image of the pointer `on`: named anew for all where the actor's last was on another."""
        if self._images.get(actor) is on:
            return self._slide(actor, on, point_world_mm)
        sample = self.move_pointer(actor, _at(on, point_world_mm))
        self._images[actor] = on
        return sample

    def _slide(self, actor: str, on: Pointer, point_world_mm: Vector) -> Sample:
        before = self._pointers[actor]
        number, image_n = self._next(), before.image_n

        def whole() -> PointerMoved:
            return PointerMoved(number, actor, number, _at(on, point_world_mm), image_n)

        slid = Frame(PointerSlid(number, actor, image_n, point_world_mm))
        sample = self._pointers[actor] = Sample(before.slot, Frame(whole), number, image_n, slid)
        return sample

    def move_annotation(self, actor: str, message: MoveAnnotation) -> Sample:
        """Without a drawing: the actor has let go."""
        number = self._next()
        moved = AnnotationMoved(number, actor, number, message.annotation_id, message.drawing)
        sample = Sample((actor, ANNOTATION), Frame(moved), number)
        if message.drawing is None:
            self._drawings.pop(actor, None)
        else:
            self._drawings[actor] = sample
        return sample

    def drop_annotation(self, actor: str) -> None:
        """What the actor was drawing stands in the room now."""
        self.stirrings += 1
        self._drawings.pop(actor, None)

    def drawn_by(self, actor: str) -> str | None:
        """The identifier of what the actor is drawing."""
        sample = self._drawings.get(actor)
        message = sample.frame.message if sample is not None else None
        return message.annotation_id if isinstance(message, AnnotationMoved) else None

    def has_pointer_of(self, actor: str) -> bool:
        return actor in self._pointers

    def view_rests(self, seq: int) -> None:
        """Fact `seq` has been accepted: the view at rest, newer than every sample so far."""
        self.stirrings += 1
        self._rests[seq] = self._number

    def is_view_outdated_by(self, seq: int) -> bool:
        """Whether the view at rest of fact `seq` is newer than the newest sample of the view."""
        self.stirrings += 1
        rests_at = self._rests.pop(seq)
        return self._view is not None and self._view.number <= rests_at

    def drop_view(self) -> None:
        self.stirrings += 1
        self._view = None

    def current(self, *, but: str) -> Iterator[Sample]:
        """What a newcomer has to be shown; `but` names the actor whose own hand is left out."""
        if self._view is not None:
            yield self._view
        for samples in (self._pointers, self._drawings):
            yield from (sample for actor, sample in samples.items() if actor != but)

    def moving(self) -> list[Sample]:
        """All that moves now; not a view older than the one at rest that is on its way to the journal."""
        is_at_rest = self._view is None or any(self._view.number <= rests_at for rests_at in self._rests.values())
        views = [] if self._view is None or is_at_rest else [self._view]
        return [*views, *self._pointers.values(), *self._drawings.values()]

    def _next(self) -> int:
        self._number += 1
        self.stirrings += 1
        return self._number


def _at(on: Pointer, point_world_mm: Vector) -> Pointer:
    """Elsewhere on the same image."""
    return Pointer(on.series_uid, on.frame_of_reference_uid, point_world_mm, on.sop_instance_uid, on.frame)


def _are_on_one_image(one: Pointer, other: Pointer) -> bool:
    return _at(one, other.point_world_mm) == other
