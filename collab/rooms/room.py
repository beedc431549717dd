"""The room as an actor without I/O: messages and instants come in, outboxes fill, facts wait for the journal.

Nothing here reads a clock, a socket or a database. The shell (`hub`) journals what `unsaved` gives and says `saved`;
only then is a fact announced, so nobody ever sees what a crash could take back. Two states follow from that: `head`
holds every accepted fact and is what asks are judged by, `told` holds the durable ones and is what people are shown.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from collab.rooms.asks import No, judge
from collab.rooms.draft import Draft
from collab.rooms.fold import Fold, apply
from collab.rooms.frames import Frame
from collab.rooms.outbox import Close, Outbox, Sample
from collab.rooms.policy import (
    ASKED_AFTER_MS,
    BATON_GRACE_MS,
    LISTENED_MS,
    LOOK_AGAIN_MS,
    MEMBER_GRACE_MS,
    OWED_MS,
    SILENT_MS,
)
from collab.rooms.presences import Presences
from collab.rooms.protocol import (
    AnnotationChanged,
    AnnotationDrawn,
    AnnotationRemoved,
    Ask,
    ChangeAnnotation,
    ControlTaken,
    Done,
    DraftLocked,
    DrawAnnotation,
    Drawn,
    Fact,
    Hello,
    Member,
    MemberJoined,
    MemberLeft,
    MoveAnnotation,
    MovePointer,
    MoveView,
    Ping,
    Pong,
    Refused,
    RoomState,
    SlidePointer,
    Tell,
    ViewSettled,
    Welcome,
)
from collab.rooms.samples import ANNOTATION, VIEW, Samples
from collab.rooms.snapshots import FOLD_VERSION, Asked, Snapshot, note_client
from collab.rooms.view import Pointer

# A client that is further behind gets a snapshot; half an outbox, so that the tail itself never overflows one.
TAIL_FACTS = 256

# Close codes; PROTOCOL.md says what a browser does on each.
FAILED, REPLACED, LATE, REVOKED, TOO_SLOW, SILENT, TAKEN = 1011, 4001, 4002, 4403, 4008, 4009, 4400

# A member with more windows than this loses the oldest: nobody needs them, and each costs a writer.
WINDOWS = 8


class Connection:
    """One socket as the room sees it: whose it is, when it was last heard, and where its messages go."""

    __slots__ = (
        "actor",
        "annotation_n",
        "attempt",
        "client_id",
        "from_seq",
        "heard_ms",
        "image_n",
        "is_asked",
        "member",
        "outbox",
        "pointer",
        "pointer_n",
        "view_n",
    )

    def __init__(self, *, member: Member, outbox: Outbox) -> None:
        self.member = member
        self.actor = member.actor
        self.outbox = outbox
        self.client_id = ""
        self.attempt = 0
        self.from_seq = 0
        self.heard_ms = 0
        # Whether the room has asked, since then, if anybody is there.
        self.is_asked = False
        self.view_n = -1
        self.pointer_n = -1
        # The pointer that named an image last, and its number.
        self.pointer: Pointer | None = None
        self.image_n = -1
        self.annotation_n = -1


class Room:
    """One room in its one owner. `study_uids`: what may be shown here; a room never changes patient.

    `facts` go on from the snapshot, or begin before it: then they are also the tail for those who come back.
    """

    def __init__(
        self,
        facts: Iterable[Fact],
        *,
        epoch: int,
        study_uids: frozenset[str],
        at_ms: int,
        snapshot: Snapshot | None = None,
    ) -> None:
        self.epoch = epoch
        self._study_uids = study_uids
        self._told = Fold(snapshot.state) if snapshot else Fold()
        self._asked = dict(snapshot.clients) if snapshot else dict[str, Asked]()
        self._tail: deque[Fact] = deque(maxlen=TAIL_FACTS)
        for fact in facts:
            self._tail.append(fact)
            if fact.seq > self._told.state.seq:
                self._told.add(fact)
                note_client(self._asked, fact)
        self._head = self._told.state
        # Asks under way count too in these.
        self._last_n = {client_id: one.n for client_id, one in self._asked.items()}
        self._owners = {client_id: one.actor for client_id, one in self._asked.items()}
        self._at_ms = max(snapshot.at_ms if snapshot else 0, self._tail[-1].at_ms if self._tail else 0)
        self._draft = Draft(self._told.snapshot().text)
        self._unsaved: deque[Fact] = deque()
        # Refusals, each behind the fact that was accepted last before it.
        self._refusals: deque[tuple[int, Connection, Frame]] = deque()
        # Whoever has said hello, and of those the ones that have been welcomed and are told what happens.
        self._connections: list[Connection] = []
        self._audience: list[Connection] = []
        self._presences = Presences(self._head.present, at_ms=at_ms)
        self._samples = Samples(epoch=epoch)
        self._ticked_ms = at_ms
        # When time has to be let pass at the latest.
        self.due_ms = at_ms
        self.is_over = False

    # ---- connections

    def hello(self, connection: Connection, message: Hello, *, at_ms: int) -> None:
        """Take a connection in. It is welcomed at once, or as soon as what is under way for it is durable."""
        if self.is_over:
            return connection.outbox.close(FAILED, "room_failed")
        if self._owners.setdefault(message.client_id, connection.actor) != connection.actor:
            return connection.outbox.close(TAKEN, "client_id_taken")
        if any(one.client_id == message.client_id and one.attempt > message.attempt for one in self._connections):
            return connection.outbox.close(LATE, "late")
        self._make_room_for(message.client_id, connection.actor)
        connection.client_id = message.client_id
        connection.attempt = message.attempt
        connection.from_seq = message.seq
        connection.heard_ms = at_ms
        self._last_n[message.client_id] = max(self._last_n.get(message.client_id, 0), message.next_n - 1)
        self._connections.append(connection)
        self._presences.came(connection.actor)
        self._tell_presence(connection.actor, at_ms)
        if connection.actor not in self._head.present:
            self._append(connection.actor, MemberJoined(connection.member), at_ms=at_ms)
        self._welcome_waiting(at_ms)
        return None

    def leave(self, connection: Connection, *, at_ms: int) -> None:
        """The connection is gone; its member is lost when it was their last."""
        if connection in self._connections:
            self._part(connection, at_ms=at_ms, there_until_ms=at_ms)

    def _part(self, connection: Connection, *, at_ms: int, there_until_ms: int) -> None:
        self._remove(connection)
        self.due_ms = 0
        if self._last_n[connection.client_id] == 0:
            # It never asked anything: nothing of it need be remembered.
            del self._last_n[connection.client_id], self._owners[connection.client_id]
        if self._samples.has_pointer_of(connection.actor):
            self._offer(self._samples.move_pointer(connection.actor, None), connection)
        self._let_go(connection)
        if self._connections_of(connection.actor):
            self._presences.parted(connection.actor, at_ms=there_until_ms)
        else:
            self._presences.lost(connection.actor, at_ms=there_until_ms)
            self._tell_presence(connection.actor, at_ms)

    def evict(self, actor: str, *, at_ms: int) -> None:
        """The member may no longer be here: their connections close, their chair is empty at once."""
        for connection in self._connections_of(actor):
            connection.outbox.close(REVOKED, "revoked")
            self.leave(connection, at_ms=at_ms)
        if actor in self._head.present:
            self._free_baton(actor, at_ms)
            self._append(actor, MemberLeft(actor), at_ms=at_ms)

    def close_all(self, code: int, reason: str) -> None:
        """The room stops here: nothing more is accepted, nothing unsaved is ever announced."""
        self.is_over = True
        for connection in self._connections:
            connection.outbox.close(code, reason)
        self._connections.clear()
        self._audience.clear()
        self._unsaved.clear()

    def _make_room_for(self, client_id: str, actor: str) -> None:
        windows = self._connections_of(actor)
        for older in windows:
            if older.client_id == client_id or (len(windows) >= WINDOWS and older is windows[0]):
                older.outbox.close(REPLACED, "replaced")
                self._remove(older)

    def _remove(self, connection: Connection) -> None:
        self._connections.remove(connection)
        if connection in self._audience:
            self._audience.remove(connection)

    def _connections_of(self, actor: str) -> list[Connection]:
        return [one for one in self._connections if one.actor == actor]

    # ---- what a connection says

    def receive(self, connection: Connection, message: Message, *, at_ms: int) -> None:
        """One message of a connection that has said hello."""
        if connection not in self._connections:
            return None
        connection.heard_ms = at_ms
        connection.is_asked = False
        # First, being nearly all that comes: patterns are tried one after the other.
        if isinstance(message, Drawn):
            return connection.outbox.drawn(message.frame, at_ms=at_ms)
        if isinstance(message, SlidePointer):
            return self._slide_pointer(connection, message)
        match message:
            case MoveView():
                self._move_view(connection, message)
            case MovePointer(n):
                if n > connection.pointer_n:
                    connection.pointer_n = n
                    connection.image_n, connection.pointer = n, message.pointer
                    self._offer(self._samples.move_pointer(connection.actor, message.pointer), connection)
            case MoveAnnotation():
                self._move_annotation(connection, message)
            case Ask():
                self._ask(connection, message, at_ms)
            case Tell():
                if self._presences.tell(connection.actor, message):
                    self._tell_presence(connection.actor, at_ms)
            case Ping(n):
                connection.outbox.push(Frame(Pong(n)), at_ms=at_ms)
            case Pong():
                pass
        return None

    def hear(self, connection: Connection, *, at_ms: int) -> None:
        """Something has come from a connection, whatever it was."""
        connection.heard_ms = at_ms
        connection.is_asked = False

    def _move_view(self, connection: Connection, message: MoveView) -> None:
        told = self._told.state
        # Fenced twice: by what people know, and by a change of the baton that is on its way to the journal.
        is_presenter = told.holder == connection.actor and message.term == told.term == self._head.term
        if not is_presenter or message.n <= connection.view_n or not self._are_ours(message.view.study_uids):
            return
        connection.view_n = message.n
        self._offer(self._samples.move_view(connection.actor, message), connection)

    def _slide_pointer(self, connection: Connection, message: SlidePointer) -> None:
        # On the image that was named last, or nowhere: what was lost on the way must not put a pointer on another.
        on = connection.pointer
        if on is None or message.image_n != connection.image_n or message.n <= connection.pointer_n:
            return
        connection.pointer_n = message.n
        self._offer(self._samples.slide_pointer(connection.actor, on, message.point_world_mm), connection)

    def _move_annotation(self, connection: Connection, message: MoveAnnotation) -> None:
        drawing = message.drawing
        if message.n <= connection.annotation_n or (drawing is not None and drawing.study_uid not in self._study_uids):
            return
        connection.annotation_n = message.n
        self._offer(self._samples.move_annotation(connection.actor, message), connection)

    def _let_go(self, connection: Connection) -> None:
        """Nobody draws here any more: what was being drawn disappears."""
        annotation_id = self._samples.drawn_by(connection.actor)
        if annotation_id is not None:
            self._offer(
                self._samples.move_annotation(connection.actor, MoveAnnotation(0, annotation_id, None)), connection
            )

    def _offer(self, sample: Sample, mover: Connection) -> None:
        for other in self._audience:
            if other is not mover:
                other.outbox.offer(sample)

    def _tell_presence(self, actor: str, at_ms: int) -> None:
        frame = Frame(self._presences.of(actor, at_ms=at_ms))
        for one in self._audience:
            one.outbox.tell(actor, frame)

    # ---- asks

    def _ask(self, connection: Connection, ask: Ask, at_ms: int) -> None:
        # A repeated ask was answered, or will be; one beyond a hole waits until the hole is sent again.
        if ask.n != self._last_n[connection.client_id] + 1:
            return
        self._last_n[connection.client_id] = ask.n
        member = connection.member
        done = judge(self._head, ask.act, by=member, draft=self._draft, study_uids=self._study_uids)
        if isinstance(done, No):
            self._refusals.append((self._head.seq, connection, Frame(Refused(ask.n, done.code))))
            self._refuse(at_ms)
            if isinstance(ask.act, DrawAnnotation | ChangeAnnotation):
                self._let_go(connection)
            return
        self._append(member.actor, done, at_ms=at_ms, client_id=connection.client_id, n=ask.n)
        if isinstance(done, ViewSettled):
            self._samples.view_rests(self._head.seq)
        if isinstance(done, AnnotationDrawn | AnnotationChanged | AnnotationRemoved):
            self._annotation_rests(member.actor)

    def _refuse(self, at_ms: int) -> None:
        """Answer in the order of the asks: nothing may be known as answered after one that a crash takes back."""
        while self._refusals and self._refusals[0][0] <= self._told.state.seq:
            _, connection, refused = self._refusals.popleft()
            if connection in self._connections:
                connection.outbox.push(refused, at_ms=at_ms)

    def _annotation_rests(self, actor: str) -> None:
        # A sample that went out after the fact would draw beside it what the fact has brought to its end.
        self._samples.drop_annotation(actor)
        for one in self._audience:
            one.outbox.withdraw((actor, ANNOTATION))

    def _are_ours(self, study_uids: frozenset[str]) -> bool:
        return study_uids <= self._study_uids

    # ---- facts: accepted, then durable, then announced

    def lock_draft(self, conclusion_id: str, *, actor: str, at_ms: int) -> None:
        """The conclusion is signed; harmless when that is known."""
        if self._head.conclusion_id is None:
            self._append(actor, DraftLocked(conclusion_id), at_ms=at_ms)

    def unsaved(self, at_most: int) -> tuple[Fact, ...]:
        """The first facts that the journal does not hold yet."""
        return tuple(fact for fact, _ in zip(self._unsaved, range(at_most), strict=False))

    @property
    def has_unsaved(self) -> bool:
        return bool(self._unsaved)

    def saved(self, seq: int, *, at_ms: int) -> None:
        """The journal holds every fact up to `seq` for good: announce them."""
        while self._unsaved and self._unsaved[0].seq <= seq:
            fact = self._unsaved.popleft()
            self._told.add(fact)
            note_client(self._asked, fact)
            self._tail.append(fact)
            self._announce(fact, at_ms)
            self._refuse(at_ms)
        self._welcome_waiting(at_ms)

    def _append(self, actor: str, done: Done, *, at_ms: int, client_id: str = "", n: int = 0) -> None:
        # A clock that steps back must not make the journal do so.
        self._at_ms = max(self._at_ms, at_ms)
        fact = Fact(self._head.seq + 1, self._at_ms, actor, client_id, n, done)
        self._head = apply(self._head, fact)
        self._unsaved.append(fact)
        self.due_ms = 0

    def _announce(self, fact: Fact, at_ms: int) -> None:
        # What moved before it came to rest would, sent after it, lead a slow reader back.
        is_at_rest = isinstance(fact.done, ViewSettled) and self._samples.is_view_outdated_by(fact.seq)
        if is_at_rest or isinstance(fact.done, ControlTaken):
            self._drop_view()
        # Until then whoever comes is told of them, and that they are lost.
        if isinstance(fact.done, MemberLeft) and fact.done.actor not in self._head.present:
            self._presences.left(fact.done.actor)
        frame = Frame(fact)
        for one in self._audience:
            one.outbox.push(frame, at_ms=at_ms)

    def _drop_view(self) -> None:
        self._samples.drop_view()
        for one in self._audience:
            one.outbox.withdraw(VIEW)

    # ---- welcome

    def _welcome_waiting(self, at_ms: int) -> None:
        for one in self._connections:
            if one not in self._audience and self._is_answered(one):
                self._welcome(one, at_ms)

    def _is_answered(self, connection: Connection) -> bool:
        """The member is known to be here, and each ask that its client has sent is durable or refused."""
        if connection.actor not in self._told.state.present:
            return False
        return all(fact.client_id != connection.client_id for fact in self._unsaved)

    def _welcome(self, connection: Connection, at_ms: int) -> None:
        """Greeting, tail or snapshot, and subscription in one step: nothing can happen in between."""
        self._audience.append(connection)
        tail = self._tail_after(connection.from_seq)
        connection.outbox.push(
            self._greeting(connection, at_ms, self._snapshot() if tail is None else None), at_ms=at_ms
        )
        for fact in tail or ():
            connection.outbox.push(Frame(fact), at_ms=at_ms)
        for sample in self._samples.current(but=connection.actor):
            connection.outbox.offer(sample)

    def _tail_after(self, seq: int) -> list[Fact] | None:
        """The facts after `seq`; None where only a snapshot serves: a new client, one far behind, one of no journal."""
        missing = self._told.state.seq - seq
        if seq == 0 or not 0 <= missing <= len(self._tail):
            return None
        return [fact for fact in self._tail if fact.seq > seq]

    def _snapshot(self) -> RoomState:
        return self._told.snapshot()

    def keepable(self, head_hash: str) -> Snapshot:
        """All that is durable, for the database; `head_hash` is the journal's."""
        at_ms = self._tail[-1].at_ms if self._tail else self._at_ms
        clients = dict(self._asked)
        return Snapshot(
            fold_version=FOLD_VERSION, head_hash=head_hash, at_ms=at_ms, state=self._snapshot(), clients=clients
        )

    def _greeting(self, connection: Connection, at_ms: int, state: RoomState | None) -> Frame:
        presences = tuple(self._presences.of(actor, at_ms=at_ms) for actor in self._told.state.present)
        acked = self._last_n[connection.client_id]
        return Frame(Welcome(connection.actor, self.epoch, acked, state, presences))

    # ---- what the shell calls

    def next(self, connection: Connection, *, at_ms: int) -> Frame | Close | None:
        """What to send now on a connection that can take more."""
        outbox = connection.outbox
        if outbox.owed_since_ms is not None and self._is_answered(connection):
            outbox.pay(self._greeting(connection, at_ms, self._snapshot()), at_ms=at_ms)
        return outbox.take(at_ms=at_ms)

    def tick(self, at_ms: int, *, listened_ms: int = 0) -> None:
        """Let time pass: who is heard no more, grace times of the lost, readers owed a snapshot for too long.

        `listened_ms`: until then the shell has listened, should that have been after the last tick.
        """
        self.due_ms = at_ms + LOOK_AGAIN_MS
        self._listen(at_ms, max(self._ticked_ms, listened_ms))
        for actor, lost_ms in self._presences.lost_for(at_ms):
            if lost_ms >= BATON_GRACE_MS:
                self._free_baton(actor, at_ms)
            if lost_ms >= MEMBER_GRACE_MS and actor in self._head.present:
                self._append(actor, MemberLeft(actor), at_ms=at_ms)
            self._is_due_in(BATON_GRACE_MS - lost_ms, at_ms)
            self._is_due_in(MEMBER_GRACE_MS - lost_ms, at_ms)
        for connection in list(self._connections):
            owed_since = connection.outbox.owed_since_ms
            if owed_since is not None and at_ms - owed_since >= OWED_MS:
                connection.outbox.close(TOO_SLOW, "too_slow")
                self.leave(connection, at_ms=at_ms)

    def _is_due_in(self, ms: int, at_ms: int) -> None:
        if ms > 0:
            self.due_ms = min(self.due_ms, at_ms + ms)

    def _listen(self, at_ms: int, listened_ms: int) -> None:
        """Ask those who have been silent for a while, and part from those who have been for too long."""
        unheard_ms = at_ms - listened_ms
        # Neither a clock that was set nor a server that stood still makes anybody silent.
        missed_ms = unheard_ms - min(max(unheard_ms, 0), LISTENED_MS)
        self._ticked_ms = at_ms
        for connection in list(self._connections):
            connection.heard_ms += missed_ms
            silent_ms = at_ms - connection.heard_ms
            if silent_ms >= SILENT_MS:
                connection.outbox.close(SILENT, "silent")
                self._part(connection, at_ms=at_ms, there_until_ms=connection.heard_ms)
            elif silent_ms >= ASKED_AFTER_MS and not connection.is_asked and connection in self._audience:
                connection.is_asked = True
                connection.outbox.push(Frame(Ping(0)), at_ms=at_ms)
            self._is_due_in(ASKED_AFTER_MS - silent_ms, at_ms)
            self._is_due_in(SILENT_MS - silent_ms, at_ms)

    def _free_baton(self, actor: str, at_ms: int) -> None:
        # Laid down, never handed on by itself: nobody presents without wanting to.
        if self._head.holder == actor:
            self._append(actor, ControlTaken(None, self._head.term + 1, "lost"), at_ms=at_ms)

    @property
    def state(self) -> RoomState:
        """What people have been told, without the text."""
        return self._told.state

    @property
    def is_empty(self) -> bool:
        """Nobody is here, nobody is waited for, and nothing is under way."""
        return not self._connections and not self._presences.waits and not self._unsaved

    @property
    def stirrings(self) -> int:
        """Grows whenever what moves here may be another than before."""
        return self._samples.stirrings

    def moving(self) -> list[Sample]:
        """What moves here now, for the trail."""
        return self._samples.moving()

    def outboxes_of(self, actor: str) -> list[Outbox]:
        """Where messages for a member go: one for each of their connections."""
        return [one.outbox for one in self._audience if one.actor == actor]


# What a connection may say after its hello; call signals are the shell's.
Message = Ask | MoveView | MovePointer | SlidePointer | MoveAnnotation | Tell | Drawn | Ping | Pong
