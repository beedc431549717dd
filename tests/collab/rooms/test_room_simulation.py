"""Hundreds of meetings on a bad network hold every rule; and each planted fault is found, so the search is no alibi."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from msgspec.structs import replace

from collab.rooms import outbox as outbox_module
from collab.rooms import room as room_module
from collab.rooms.fold import Fold
from collab.rooms.frames import Frame
from collab.rooms.outbox import Outbox, Sample
from collab.rooms.protocol import (
    Ask,
    ControlTaken,
    Done,
    Hello,
    MovePointer,
    MoveView,
    PointerMoved,
    PointerSlid,
    RoomState,
    SlidePointer,
    UpdateText,
)
from collab.rooms.room import Connection, Message, Room
from tests.collab.rooms.simulation import Meeting, Violation

# pyright: reportPrivateUsage=false
# A fault is planted where it would be made: inside.

SEARCH = settings(
    max_examples=150,
    stateful_step_count=50,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate,),
    print_blob=False,
)


@pytest.fixture(autouse=True)
def _small_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounds that a short meeting reaches."""
    monkeypatch.setattr(outbox_module, "LINE_FRAMES", 8)
    monkeypatch.setattr(room_module, "TAIL_FACTS", 4)


def test_r20_a_meeting_on_a_bad_network_keeps_every_rule() -> None:
    run_state_machine_as_test(Meeting, settings=SEARCH)


class AppliesRepeatedAsks(Room):
    def _ask(self, connection: Connection, ask: Ask, at_ms: int) -> None:
        self._last_n[connection.client_id] = ask.n - 1
        super()._ask(connection, ask, at_ms)


class SkipsOverHoles(Room):
    def _ask(self, connection: Connection, ask: Ask, at_ms: int) -> None:
        if ask.n > self._last_n[connection.client_id]:
            self._last_n[connection.client_id] = ask.n - 1
        super()._ask(connection, ask, at_ms)


class AnnouncesBeforeDurable(Room):
    def _append(self, actor: str, done: Done, *, at_ms: int, client_id: str = "", n: int = 0) -> None:
        super()._append(actor, done, at_ms=at_ms, client_id=client_id, n=n)
        for one in self._audience:
            one.outbox.push(Frame(self._unsaved[-1]), at_ms=at_ms)

    def _announce(self, fact: object, at_ms: int) -> None:
        pass


class ShowsUndurableSnapshot(Room):
    def _snapshot(self) -> RoomState:
        ahead = Fold(self._told.snapshot())
        for fact in self._unsaved:
            ahead.add(fact)
        return ahead.snapshot()


class SubscribesLate(Room):
    late: Connection | None = None

    def _welcome(self, connection: Connection, at_ms: int) -> None:
        super()._welcome(connection, at_ms)
        self._audience.remove(connection)
        self.late = connection

    def saved(self, seq: int, *, at_ms: int) -> None:
        super().saved(seq, at_ms=at_ms)
        if self.late in self._connections and self.late not in self._audience:
            self._audience.append(self.late)


class KeepsGhosts(Room):
    def _make_room_for(self, client_id: str, actor: str) -> None:
        pass


class DropsOldest(Outbox):
    def push(self, frame: Frame, *, at_ms: int) -> None:
        if len(self._line) >= outbox_module.LINE_FRAMES:
            _, size = self._line.popleft()
            self._bytes -= size
        super().push(frame, at_ms=at_ms)


class LetsAnybodyMove(Room):
    def _move_view(self, connection: Connection, message: MoveView) -> None:
        holder, term = self._told.state.holder, self._told.state.term
        told, head = self._told._state, self._head
        self._told._state = replace(told, holder=connection.actor, term=message.term)
        self._head = replace(head, term=message.term)
        super()._move_view(connection, message)
        self._told._state = replace(self._told._state, holder=holder, term=term)
        self._head = head


class ForgetsOrder(Room):
    def receive(self, connection: Connection, message: Message, *, at_ms: int) -> None:
        if isinstance(message, MovePointer | MoveView):
            connection.view_n = connection.pointer_n = -1
        super().receive(connection, message, at_ms=at_ms)


class ForgetsRefusals(Room):
    def hello(self, connection: Connection, message: Hello, *, at_ms: int) -> None:
        super().hello(connection, replace(message, next_n=1), at_ms=at_ms)


class IgnoresCredit(Outbox):
    def take(self, *, at_ms: int) -> object:  # pyright: ignore[reportIncompatibleMethodOverride]
        self._unseen.clear()
        return super().take(at_ms=at_ms)


class TakesTheImageForKnown(Outbox):
    """Said of an image that this connection was told before the last one."""

    def offer(self, sample: Sample) -> None:
        moved = sample.frame.message
        if isinstance(moved, PointerMoved) and moved.pointer is not None and sample.slot in self._images:
            known = self._images[sample.slot]
            slid = Frame(PointerSlid(sample.number, moved.actor, known, moved.pointer.point_world_mm))
            sample = sample._replace(image_n=known, slid=slid)
        super().offer(sample)


class SlidesOnAnyImage(Room):
    def _slide_pointer(self, connection: Connection, message: SlidePointer) -> None:
        super()._slide_pointer(connection, replace(message, image_n=connection.image_n))


class WritesAfterSignature(Room):
    def _ask(self, connection: Connection, ask: Ask, at_ms: int) -> None:
        locked = self._head.conclusion_id
        if isinstance(ask.act, UpdateText):
            self._head = replace(self._head, conclusion_id=None)
        super()._ask(connection, ask, at_ms)
        self._head = replace(self._head, conclusion_id=locked)


class ReusesTerms(Room):
    def _free_baton(self, actor: str, at_ms: int) -> None:
        if self._head.holder == actor:
            self._append(actor, ControlTaken(None, self._head.term, "lost"), at_ms=at_ms)


class AcknowledgesTooEarly(Room):
    def _is_answered(self, connection: Connection) -> bool:
        return True


class ForgetsTextInSnapshot(Room):
    def _snapshot(self) -> RoomState:
        return self._told.state


class KeepsTheSilent(Room):
    def _listen(self, at_ms: int, listened_ms: int) -> None:
        pass


class LosesFromWhenItNoticed(Room):
    def _part(self, connection: Connection, *, at_ms: int, there_until_ms: int) -> None:
        super()._part(connection, at_ms=at_ms, there_until_ms=at_ms)


class HearsNobody(Room):
    def receive(self, connection: Connection, message: Message, *, at_ms: int) -> None:
        heard = connection.heard_ms, connection.is_asked
        super().receive(connection, message, at_ms=at_ms)
        connection.heard_ms, connection.is_asked = heard


class ClosesTheSilentUnnoticed(Room):
    def _part(self, connection: Connection, *, at_ms: int, there_until_ms: int) -> None:
        if there_until_ms == at_ms:
            super()._part(connection, at_ms=at_ms, there_until_ms=at_ms)
        else:
            self._remove(connection)


# What is planted, and the rule that must be found broken: found for another reason, the search proves nothing.
FAULTS: dict[str, tuple[type[Room], type[Outbox], str]] = {
    "a repeated ask is applied again": (AppliesRepeatedAsks, Outbox, "R10"),
    "an ask beyond a hole is applied": (SkipsOverHoles, Outbox, "(R10|R27)"),
    "facts are announced before they are durable": (AnnouncesBeforeDurable, Outbox, "R12"),
    "a snapshot shows what is not durable": (ShowsUndurableSnapshot, Outbox, "R12"),
    "a snapshot lacks the text": (ForgetsTextInSnapshot, Outbox, "R13"),
    "subscription comes after the snapshot": (SubscribesLate, Outbox, "R12"),
    "an older connection is kept": (KeepsGhosts, Outbox, "R6"),
    "a full line drops its oldest": (Room, DropsOldest, "R12"),
    "anybody moves the view": (LetsAnybodyMove, Outbox, "R16"),
    "an older sample overwrites a newer one": (ForgetsOrder, Outbox, "R15"),
    "a refusal is forgotten by the next owner": (ForgetsRefusals, Outbox, "R11"),
    "credit is ignored": (Room, IgnoresCredit, "R18"),
    "an image is taken for known that another connection was told": (Room, TakesTheImageForKnown, "R48"),
    "a pointer slides on whatever image was named last": (SlidesOnAnyImage, Outbox, "R48"),
    "the draft changes after the signature": (WritesAfterSignature, Outbox, "R28"),
    "a term has two holders": (ReusesTerms, Outbox, "R22"),
    "a silent connection is kept": (KeepsTheSilent, Outbox, "R36"),
    "a silent member is lost only since it was noticed": (LosesFromWhenItNoticed, Outbox, "R36"),
    "somebody who is heard is put out": (HearsNobody, Outbox, "R36"),
    "somebody silent is still shown as there": (ClosesTheSilentUnnoticed, Outbox, "R21"),
    "an ask is acknowledged before it is durable": (AcknowledgesTooEarly, Outbox, "R10"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_r20_a_planted_fault_is_found(fault: str) -> None:
    room_kind, outbox_kind, broken = FAULTS[fault]
    faulty = type("Faulty", (Meeting,), {"room_kind": room_kind, "outbox_kind": outbox_kind})
    with pytest.raises(Violation, match=f"^{broken}:"):
        run_state_machine_as_test(faulty, settings=settings(SEARCH, max_examples=1000))
