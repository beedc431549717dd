"""A meeting on a bad network, as a Hypothesis state machine over the real room: tabs, lost connections, crashes.

What a tab does here is what `PROTOCOL.md` asks of a browser. `Meeting.room_kind` and `outbox_kind` are exchanged by the
test that plants faults.
"""

from __future__ import annotations

import base64
from collections import Counter, deque
from dataclasses import dataclass, field

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from pycrdt import Doc, Text

from collab.rooms.draft import TEXT_NAME
from collab.rooms.fold import Fold, fold
from collab.rooms.frames import Frame
from collab.rooms.outbox import MOST_CREDIT_FRAMES, Outbox
from collab.rooms.policy import SILENT_MS
from collab.rooms.protocol import (
    Act,
    AnnotationChanged,
    AnnotationDrawn,
    Ask,
    ChangeAnnotation,
    ControlTaken,
    DraftLocked,
    DrawAnnotation,
    Drawn,
    Fact,
    FromRoom,
    Hello,
    Moved,
    Movements,
    MovePointer,
    MoveView,
    PointerMoved,
    Pong,
    Presence,
    Refused,
    RemoveAnnotation,
    Said,
    Say,
    SettleView,
    SlidePointer,
    TakeControl,
    TextUpdated,
    UpdateText,
    ViewMoved,
    Welcome,
)
from collab.rooms.room import Connection, Message, Room
from tests.collab.rooms import make
from tests.collab.rooms.hearing import Hearing

TABS = ("a", "b", "c")
# b and c are two windows of one member.
ACTORS = {"a": "alice", "b": "bob", "c": "bob"}
ROLES = {"alice": "requester", "bob": "expert"}
# A browser says that it is there so often; a second is left to the room's tick.
PING_EVERY_MS = 5000
LOST_WITHIN_MS = 12_000
tabs = st.sampled_from(TABS)


class Violation(AssertionError):
    """A rule of the protocol was broken."""


def check(holds: bool, rule_text: str) -> None:
    if not holds:
        raise Violation(rule_text)


def moved_in(message: FromRoom) -> tuple[Moved, ...]:
    """What moves in a frame; nothing in any other."""
    if isinstance(message, Movements):
        return message.moved
    return (message,) if isinstance(message, Moved) else ()


@dataclass(eq=False)
class Wire:
    """One connection with what is under way to the room; what is under way to the tab waits in the outbox."""

    connection: Connection
    up: deque[Message] = field(default_factory=deque[Message])
    unseen: list[int] = field(default_factory=list[int])
    hearing: Hearing = field(default_factory=Hearing)
    # The number under which an image was named last, and the image.
    named: tuple[int, int] = (0, 0)

    def points(self, n: int) -> MovePointer | SlidePointer:
        """Where the hand of a page is at move `n`, said as a page says it; each three of them are on one image."""
        image = image_of(n)
        if self.named[1] == image:
            return SlidePointer(n, self.named[0], (float(n), 0.0, 0.0))
        self.named = (n, image)
        return MovePointer(n, make.pointer(float(n), image))


def image_of(place: float) -> int:
    return int(place) // 3 + 1


@dataclass
class Tab:
    """A browser tab. What `reload` keeps is what a browser keeps: its name, and its unanswered asks."""

    name: str
    state: Fold = field(default_factory=Fold)
    doc: Doc[Text] = field(default_factory=Doc)
    is_greeted: bool = False
    next_n: int = 1
    unanswered: deque[Ask] = field(default_factory=deque[Ask])
    refused: set[int] = field(default_factory=set[int])
    epoch: int = 0
    view: tuple[int, int, float] = (0, 0, -1.0)
    pointer_of: dict[str, tuple[int, float]] = field(default_factory=dict[str, tuple[int, float]])
    wire: Wire | None = None
    # Who is there and who is lost, as it shows it.
    shown: dict[str, bool] = field(default_factory=dict[str, bool])

    @property
    def seq(self) -> int:
        return self.state.state.seq if self.is_greeted else 0

    def number(self, act: Act) -> Ask:
        ask = Ask(self.next_n, act)
        self.next_n += 1
        self.unanswered.append(ask)
        return ask

    def write(self, text: str) -> str:
        """Type into the own document; the update."""
        before = self.doc.get_state()
        shared = self.doc.get(TEXT_NAME, type=Text)
        shared.insert(0, text)
        return base64.b64encode(self.doc.get_update(before)).decode()

    def reload(self) -> None:
        self.state, self.doc, self.is_greeted = Fold(), Doc(), False
        self.view, self.pointer_of, self.wire = (0, 0, -1.0), {}, None

    def answered(self, n: int) -> None:
        check(not self.unanswered or n >= self.unanswered[0].n or n not in {a.n for a in self.unanswered}, "order")
        self.unanswered = deque(ask for ask in self.unanswered if ask.n != n)

    # ---- what the room says

    def receive(self, message: FromRoom) -> None:
        match message:
            case Welcome():
                self._greeted(message)
            case Fact():
                self._fact(message)
            case Presence(actor, connected):
                self.shown[actor] = connected
            case Refused(n):
                self.refused.add(n)
                self.answered(n)
            case ViewMoved():
                self._view(message)
            case PointerMoved(frame, actor, n, pointer):
                place = pointer.point_world_mm[0] if pointer else None
                on_its_image = pointer is None or pointer.frame == image_of(pointer.point_world_mm[0])
                check(on_its_image, "R48: a pointer on another image than its sender's")
                self._pointer(actor, n, place)
                check(frame > 0, "a frame has a number")
            case _:
                pass

    def _greeted(self, welcome: Welcome) -> None:
        check(welcome.epoch >= self.epoch, "R9: an owner of an earlier epoch")
        check(welcome.state is not None or self.is_greeted, "R7: a new tab without a state")
        self.epoch = welcome.epoch
        self.shown = {one.actor: one.connected for one in welcome.presences}
        if welcome.state is not None:
            check(welcome.state.seq >= self.seq, "R12: the state went backwards")
            self.state = Fold(welcome.state)
            if welcome.state.text:
                self.doc.apply_update(base64.b64decode(welcome.state.text))
        self.is_greeted = True
        self.unanswered = deque(ask for ask in self.unanswered if ask.n > welcome.acked)
        self.next_n = max(self.next_n, welcome.acked + 1)
        if self.wire is not None:
            self.wire.up.extend(self.unanswered)

    def _fact(self, fact: Fact) -> None:
        check(self.is_greeted, "R5: a fact before the welcome")
        check(fact.seq == self.seq + 1, "R12: a tab saw a hole or a repetition")
        self.state.add(fact)
        if isinstance(fact.done, TextUpdated):
            self.doc.apply_update(base64.b64decode(fact.done.update))
        if isinstance(fact.done, ControlTaken):
            self.view = (fact.done.term, 0, -1.0)
        if fact.client_id == self.name:
            self.answered(fact.n)

    def _view(self, moved: ViewMoved) -> None:
        known = self.state.state
        check(moved.term <= known.term, "R16: a view under a baton that nobody was told of")
        if moved.term < known.term:
            return
        check(moved.actor == known.holder, "R16: a view from somebody who does not present")
        term, n, place = self.view
        shown = make.only_viewport(moved.view).point_world_mm[2]
        # After a reconnection what waits in a slot is sent again.
        check((moved.term, moved.n) >= (term, n), "R15: numbers went back")
        check(shown >= place, "R15: the view went back to an older place")
        self.view = (moved.term, moved.n, shown)

    def _pointer(self, actor: str, n: int, place: float | None) -> None:
        last_n, last_place = self.pointer_of.get(actor, (0, -1.0))
        check(n >= last_n, "R15: numbers went back")
        check(place is None or place >= last_place, "R15: a pointer went back to an older place")
        self.pointer_of[actor] = (n, last_place if place is None else place)


class Meeting(RuleBasedStateMachine):
    """Two people in three tabs."""

    room_kind: type[Room] = Room
    outbox_kind: type[Outbox] = Outbox

    @initialize()
    def open(self) -> None:
        self.journal: list[Fact] = []
        self.epoch = 1
        self.at_ms = make.START_MS
        self.moves = 0
        self.words = 0
        self.said: list[str] = []
        self.tabs = {name: Tab(name) for name in TABS}
        self.stale: list[Wire] = []
        self.heard: dict[Connection, int] = {}
        self.there_until: dict[str, int] = {}
        self.lost_ms: dict[str, int] = {}
        self.room = self._new_room()

    def _new_room(self) -> Room:
        return self.room_kind(self.journal, epoch=self.epoch, study_uids=frozenset({make.STUDY_UID}), at_ms=self.at_ms)

    # ---- connections

    @rule(name=tabs)
    def connect(self, name: str) -> None:
        """A new connection; an earlier one may still be there, half open."""
        tab, actor = self.tabs[name], ACTORS[name]
        if tab.wire is not None:
            self.stale.append(tab.wire)
        outbox = self.outbox_kind(is_json=False, wake=lambda: None)
        connection = Connection(member=make.member(actor, ROLES[actor]), outbox=outbox)  # pyright: ignore[reportArgumentType]
        tab.wire = Wire(connection)
        first = tab.unanswered[0].n if tab.unanswered else tab.next_n
        self.heard[connection] = self.at_ms
        self.room.hello(connection, Hello(tab.name, tab.seq, first), at_ms=self.at_ms)
        same = [one for one in self._open() if one.client_id == name]
        check(same == [connection], "R6: the ghost of an older connection")

    @rule(name=tabs)
    def drop(self, name: str) -> None:
        """The connection is lost with everything that was under way."""
        tab = self.tabs[name]
        if tab.wire is not None:
            connection, tab.wire = tab.wire.connection, None
            is_known = connection.outbox.is_closing
            self.room.leave(connection, at_ms=self.at_ms)
            del self.heard[connection]
            if not is_known:
                self._gone(connection, self.at_ms)

    @rule(name=tabs)
    def falls_silent(self, name: str) -> None:
        """The network is gone with everything that was under way, and nobody tells the room."""
        tab = self.tabs[name]
        tab.wire = None

    @rule(name=tabs, seconds=st.integers(8, 14))
    def falls_silent_and_is_missed(self, name: str, seconds: int) -> None:
        """Chance alone seldom lets all this happen in a row."""
        self.all_arrives()
        self.falls_silent(name)
        self.time_passes(seconds)
        self.all_arrives()

    @rule(name=tabs)
    def reload(self, name: str) -> None:
        self.drop(name)
        self.tabs[name].reload()
        self.connect(name)

    @rule()
    def stale_arrives(self) -> None:
        """What a half-open connection still had under way."""
        for wire in self.stale:
            while wire.up:
                self._say(wire.connection, wire.up.popleft())

    def _say(self, connection: Connection, message: Message) -> None:
        if connection in self.heard:
            self.heard[connection] = self.at_ms
        self.room.receive(connection, message, at_ms=self.at_ms)

    # ---- what people do

    @rule(name=tabs)
    def speak(self, name: str) -> None:
        self.words += 1
        self.said.append(f"{name}{self.words}")
        self._ask(name, Say(self.said[-1]))

    @rule(name=tabs)
    def take(self, name: str) -> None:
        self._ask(name, TakeControl(self.tabs[name].state.state.term))

    @rule(name=tabs)
    def write(self, name: str) -> None:
        if self.tabs[name].is_greeted:
            self.words += 1
            self._ask(name, UpdateText(self.tabs[name].write(f"{name}{self.words} ")))

    @rule(name=tabs)
    def draw_annotation(self, name: str) -> None:
        self.words += 1
        self._ask(name, DrawAnnotation(f"{name}{self.words}", make.length(float(self.words))))

    @rule(name=tabs, is_removed=st.booleans())
    def touch_annotation(self, name: str, is_removed: bool) -> None:
        """The last one that the tab knows of, whoever drew it, as the tab knows it."""
        known = self.tabs[name].state.state.annotations
        if known:
            last = known[-1]
            points = make.length(float(self.words)).points
            act: Act = RemoveAnnotation(last.annotation_id, last.version)
            self._ask(name, act if is_removed else ChangeAnnotation(last.annotation_id, last.version, points, ""))

    @rule(name=tabs)
    def settle_view(self, name: str) -> None:
        self._ask(name, SettleView(self.tabs[name].state.state.term, make.view(float(self.moves))))

    def _ask(self, name: str, act: Act) -> None:
        tab = self.tabs[name]
        ask = tab.number(act)
        if tab.wire is not None and tab.is_greeted:
            tab.wire.up.append(ask)

    @rule(name=tabs, count=st.integers(1, 8))
    def move(self, name: str, count: int) -> None:
        tab = self.tabs[name]
        # Two windows of a member are two hands: only one of them moves here, so that places can be compared.
        if tab.wire is None or name == "c":
            return
        for _ in range(count):
            self.moves += 1
            tab.wire.up.append(MoveView(tab.state.state.term, self.moves, make.view(float(self.moves))))

    @rule(name=tabs, count=st.integers(1, 8))
    def point(self, name: str, count: int) -> None:
        tab = self.tabs[name]
        if tab.wire is None or name == "c":
            return
        for _ in range(count):
            self.moves += 1
            tab.wire.up.append(tab.wire.points(self.moves))

    @rule(name=tabs)
    def present_and_move(self, name: str) -> None:
        """Chance alone seldom gets as far as a presenter who is known to all and moves."""
        if self.tabs[name].wire is None:
            self.connect(name)
        self.all_arrives()
        self.take(name)
        self.all_arrives()
        self.move(name, 3)

    @rule(name=tabs, is_swapped=st.booleans())
    def points_and_is_seen_pointing(self, name: str, is_swapped: bool) -> None:
        """Each sample is seen by the others before the next one comes, and drawn by none."""
        self.all_arrives()
        self.point(name, MOST_CREDIT_FRAMES + 2)
        if is_swapped:
            self.two_are_swapped(name)
        for _ in range(MOST_CREDIT_FRAMES + 2):
            self.arrives_up(name, 1)
            for other in TABS:
                self.arrives_down(other, 12)

    @rule(name=tabs)
    def reconnects_with_asks_under_way(self, name: str) -> None:
        self.speak(name)
        self.arrives_up(name, 6)
        self.connect(name)
        self.arrives_down(name, 12)

    @rule()
    def sign(self) -> None:
        self.room.lock_draft("EXC-1", actor="bob", at_ms=self.at_ms)

    # ---- the network

    @rule(name=tabs, count=st.integers(1, 6))
    def arrives_up(self, name: str, count: int) -> None:
        wire = self.tabs[name].wire
        for _ in range(count):
            if wire is not None and wire.up:
                self._say(wire.connection, wire.up.popleft())

    @rule(name=tabs)
    def one_is_lost(self, name: str) -> None:
        """A frame is swallowed on the way, by a limit or a fault: it must not be skipped over."""
        wire = self.tabs[name].wire
        if wire is not None and wire.up:
            wire.up.popleft()

    @rule(name=tabs)
    def two_are_swapped(self, name: str) -> None:
        """An unordered path may swap two samples."""
        wire = self.tabs[name].wire
        places = (
            [i for i, one in enumerate(wire.up) if isinstance(one, MovePointer | SlidePointer | MoveView)]
            if wire
            else []
        )
        if wire is not None and len(places) > 1:
            first, second = places[:2]
            wire.up[first], wire.up[second] = wire.up[second], wire.up[first]

    @rule(name=tabs, count=st.integers(1, 12))
    def arrives_down(self, name: str, count: int) -> None:
        tab = self.tabs[name]
        for _ in range(count):
            if tab.wire is None or not self._next(tab, tab.wire):
                return

    def _next(self, tab: Tab, wire: Wire) -> bool:
        item = self.room.next(wire.connection, at_ms=self.at_ms)
        if not isinstance(item, Frame):
            if item is not None:
                tab.wire = None
            return False
        moving = [one.frame for one in moved_in(item.message)]
        if moving:
            wire.unseen.append(max(moving))
            check(len(wire.unseen) <= MOST_CREDIT_FRAMES, "R18: more frames under way than there is credit for")
        for message in wire.hearing.whole(item.message):
            self._told(tab, message)
        return True

    def _told(self, tab: Tab, message: FromRoom) -> None:
        tab.receive(message)
        if isinstance(message, Presence) and not message.connected:
            since = "R36: lost since another instant than when they were last heard"
            check(message.lost_ms == self.lost_ms[message.actor], since)

    @rule(name=tabs)
    def draw(self, name: str) -> None:
        tab = self.tabs[name]
        if tab.wire is not None and tab.wire.unseen:
            tab.wire.up.append(Drawn(tab.wire.unseen[-1], tab.seq))
            tab.wire.unseen.clear()

    # ---- the journal, the owner and time

    @rule(at_most=st.integers(1, 4))
    def commit(self, at_most: int) -> None:
        facts = self.room.unsaved(at_most)
        if facts:
            self.journal += facts
            self.room.saved(facts[-1].seq, at_ms=self.at_ms)

    @rule(is_written=st.booleans())
    def crash(self, is_written: bool) -> None:
        """The owner dies, perhaps just after the journal had taken the facts; another one takes over."""
        if is_written:
            self.journal += self.room.unsaved(3)
        self.epoch += 1
        self.room = self._new_room()
        self.stale.clear()
        self.heard.clear()
        for tab in self.tabs.values():
            tab.wire = None

    @rule(seconds=st.integers(1, 50))
    def time_passes(self, seconds: int) -> None:
        for _ in range(seconds):
            self.at_ms += 1000
            for tab in self.tabs.values():
                if tab.wire is not None and self.at_ms - self.heard[tab.wire.connection] >= PING_EVERY_MS:
                    self._say(tab.wire.connection, Pong(0))
            self._tick()

    def _tick(self) -> None:
        before = self._open()
        owed = {one for one in before if one.outbox.owed_since_ms is not None}
        if self.room.due_ms <= self.at_ms:
            self.room.tick(self.at_ms, listened_ms=self.at_ms - 1000)
        for one in before:
            silent_ms = self.at_ms - self.heard[one]
            if one.outbox.is_closing:
                check(silent_ms >= SILENT_MS or one in owed, "R36: somebody who is heard was put out")
                self._gone(one, self.heard[one] if silent_ms >= SILENT_MS else self.at_ms)
            check(one.outbox.is_closing or silent_ms < LOST_WITHIN_MS, "R36: somebody who is not heard is still there")

    def _open(self) -> list[Connection]:
        return [one for one in self.heard if not one.outbox.is_closing]

    def _gone(self, connection: Connection, there_until_ms: int) -> None:
        """Note since when the member is lost, should this have been their last connection."""
        actor = connection.actor
        self.there_until[actor] = max(there_until_ms, self.there_until.get(actor, 0))
        self.lost_ms[actor] = self.at_ms - self.there_until[actor]

    @rule()
    def all_arrives(self) -> None:
        for _ in range(3):
            for tab in self.tabs.values():
                while tab.wire is not None and tab.wire.up:
                    self._say(tab.wire.connection, tab.wire.up.popleft())
            self.commit(10_000)
            for name, tab in self.tabs.items():
                while tab.wire is not None and self._next(tab, tab.wire):
                    pass
                self.draw(name)
        there = {one.actor for one in self._open()}
        for tab in self.tabs.values():
            wrong = {actor for actor, connected in tab.shown.items() if connected != (actor in there)}
            check(tab.wire is None or not wrong, "R21: somebody lost is shown as there, or somebody there as lost")

    # ---- what must hold

    @invariant()
    def journal_is_sound(self) -> None:
        if not hasattr(self, "journal"):
            return
        check([one.seq for one in self.journal] == list(range(1, len(self.journal) + 1)), "R12: numbers with holes")
        asks = Counter((one.client_id, one.n) for one in self.journal if one.client_id)
        check(all(count == 1 for count in asks.values()), "R10: an ask was applied twice")
        terms = [one.done.term for one in self.journal if isinstance(one.done, ControlTaken)]
        check(terms == list(range(1, len(terms) + 1)), "R22: a term with two holders")
        locked = [one.seq for one in self.journal if isinstance(one.done, DraftLocked)]
        late = [one for one in self.journal if locked and one.seq > locked[0] and isinstance(one.done, TextUpdated)]
        check(not late, "R28: text after the signature")
        self._annotations_are_sound()

    def _annotations_are_sound(self) -> None:
        standing: dict[str, tuple[str, int]] = {}
        for fact in self.journal:
            if isinstance(fact.done, AnnotationDrawn):
                standing[fact.done.annotation_id] = (fact.actor, fact.seq)
            if isinstance(fact.done, AnnotationChanged):
                author, version = standing[fact.done.annotation_id]
                check(fact.actor == author, "R38: somebody changed what another had drawn")
                check(fact.done.version == version + 1, "R39: a change of an older version")
                standing[fact.done.annotation_id] = (author, fact.done.version)

    @invariant()
    def nobody_is_ahead(self) -> None:
        for tab in self.tabs.values() if hasattr(self, "tabs") else ():
            check(tab.seq <= len(self.journal), "R12: a tab was told what a crash can take back")

    @invariant()
    def outboxes_are_bounded(self) -> None:
        if not hasattr(self, "tabs"):
            return
        for tab in self.tabs.values():
            if tab.wire is not None:
                frames, _, slots = tab.wire.connection.outbox.waiting
                check(frames <= 20, "R20: an unbounded line")
                check(slots <= 6, "R20: unbounded slots")

    def teardown(self) -> None:
        """Let everybody come back and everything arrive: then all must agree, and nothing be lost."""
        if not hasattr(self, "journal"):
            return
        for _ in range(4):
            for name in TABS:
                self.drop(name)
                self.connect(name)
            self.all_arrives()
        self.journal_is_sound()
        whole = fold(self.journal)
        for tab in self.tabs.values():
            check(not tab.unanswered, "R11: an ask was never answered")
            check(tab.state.snapshot() == whole.snapshot(), "R13: a tab's state differs from the journal's")
        said = [one.done.text for one in self.journal if isinstance(one.done, Said)]
        check(Counter(said) == Counter(self.said), "R10: something said was lost or doubled")
        if not any(isinstance(one.done, DraftLocked) for one in self.journal):
            texts = {str(tab.doc.get(TEXT_NAME, type=Text)) for tab in self.tabs.values()}
            check(texts == {whole.text()}, "R27: the texts differ")
