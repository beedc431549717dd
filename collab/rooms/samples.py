"""What moves in a room now: the newest view and pointers, numbered; nothing of it is ever journaled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from collab.rooms.frames import Frame
from collab.rooms.outbox import Slot
from collab.rooms.protocol import MoveView, PointerMoved, ViewMoved
from collab.rooms.view import Pointer

VIEW: Slot = ("", "view")


class Sample(NamedTuple):
    """A frame, the slot in which it replaces the one before, and the number that `drawn` gives back."""

    slot: Slot
    frame: Frame
    number: int


class Samples:
    """The newest sample of each kind and actor."""

    def __init__(self, *, epoch: int) -> None:
        # The epoch stands in the upper half: numbers keep growing when another owner takes over.
        self._number = epoch << 32
        self._view: Sample | None = None
        self._pointers: dict[str, Sample] = {}
        self._rests: dict[int, int] = {}

    def move_view(self, actor: str, message: MoveView) -> Sample:
        number = self._next()
        frame = Frame(ViewMoved(number, actor, message.term, number, message.view))
        self._view = Sample(VIEW, frame, number)
        return self._view

    def move_pointer(self, actor: str, pointer: Pointer | None) -> Sample:
        """None: the actor points no more, and whoever comes later is not told that they did."""
        number = self._next()
        sample = Sample((actor, "pointer"), Frame(PointerMoved(number, actor, number, pointer)), number)
        if pointer is None:
            self._pointers.pop(actor, None)
        else:
            self._pointers[actor] = sample
        return sample

    def has_pointer_of(self, actor: str) -> bool:
        return actor in self._pointers

    def view_rests(self, seq: int) -> None:
        """Fact `seq` has been accepted: the view at rest, newer than every sample so far."""
        self._rests[seq] = self._number

    def is_view_outdated_by(self, seq: int) -> bool:
        """Whether the view at rest of fact `seq` is newer than the newest sample of the view."""
        rests_at = self._rests.pop(seq)
        return self._view is not None and self._view.number <= rests_at

    def drop_view(self) -> None:
        self._view = None

    def current(self, *, but: str) -> Iterator[Sample]:
        """What a newcomer has to be shown; `but` names the actor whose own pointer is left out."""
        if self._view is not None:
            yield self._view
        yield from (sample for actor, sample in self._pointers.items() if actor != but)

    def _next(self) -> int:
        self._number += 1
        return self._number
