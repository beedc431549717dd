"""What is done with rooms: open one, let people in and out, read its journal, fix its draft when it is signed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, cast

import msgspec
from sqlalchemy import event
from sqlalchemy.orm import Session

from collab.audit.service import record
from collab.kit import ids
from collab.kit.caller import Caller
from collab.kit.refusals import NotFound
from collab.rooms import store
from collab.rooms.fold import Fold, fold, held_by
from collab.rooms.journal import GENESIS, Break, Entry, find_break
from collab.rooms.models import RoomMember, RoomRecord
from collab.rooms.page import RoomLinks, RoomPatient
from collab.rooms.protocol import Fact, KeyViewAdded, MemberRole, RoomState
from collab.rooms.rules import AlreadySigned, is_member
from collab.rooms.snapshots import is_true_to
from collab.rooms.view import View


class LiveRooms(Protocol):
    """What the service asks of the running hub, from any thread."""

    def revoke(self, person_id: str, room_id: str) -> None: ...
    def look_again(self, room_id: str) -> None: ...


@dataclass(frozen=True, kw_only=True)
class NewMember:
    """Somebody to let in; `until` None for as long as the room is open."""

    person_id: str
    role: MemberRole
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Seat:
    """A caller's place in a room that they may enter."""

    room: RoomRecord
    role: MemberRole
    color: int


def open_room(
    session: Session,
    *,
    patient: RoomPatient,
    study_ids: Sequence[str],
    members: Sequence[NewMember],
    subject: tuple[str, str],
    links: RoomLinks,
    at: datetime,
    by: Caller | str,
) -> RoomRecord:
    """Open a room about one patient's studies, for a subject such as ("expertise_request", its id)."""
    kind, subject_id = subject
    room = RoomRecord(
        id=ids.new_id(ids.ROOM),
        patient=msgspec.to_builtins(patient),
        study_ids=list(study_ids),
        subject_kind=kind,
        subject_id=subject_id,
        links=msgspec.to_builtins(links),
        opened_at=at,
        closed_at=None,
        epoch=0,
        owner=None,
        owner_until=None,
        signed_conclusion_id=None,
        signed_by_id=None,
    )
    session.add(room)
    session.flush()
    record(session, "room.opened", by=by, at=at, kind="room", object_id=room.id, subject=subject_id)
    for member in members:
        add_member(session, room.id, member, at=at, by=by)
    return room


def add_member(session: Session, room_id: str, member: NewMember, *, at: datetime, by: Caller | str) -> None:
    """Let somebody in, again, or in another role."""
    get_room(session, room_id)
    found = store.find_member(session, room_id, member.person_id)
    if found is None:
        color = store.count_members(session, room_id)
        found = RoomMember(room_id=room_id, person_id=member.person_id, color=color, since=at)
        session.add(found)
    found.role, found.until, found.revoked_at = member.role, member.until, None
    session.flush()
    facts = {"person": member.person_id, "role": member.role}
    record(session, "room.member_added", by=by, at=at, kind="room", object_id=room_id, **facts)


def revoke_member(
    session: Session, live: LiveRooms | None, *, room_id: str, person_id: str, at: datetime, by: Caller | str
) -> None:
    """Somebody may no longer be in the room; `live` closes their sockets once this is durable."""
    found = store.find_member(session, room_id, person_id)
    if found is None or found.revoked_at is not None:
        return
    found.revoked_at = at
    session.flush()
    record(session, "room.member_revoked", by=by, at=at, kind="room", object_id=room_id, person=person_id)
    if live is not None:
        _after_commit(session, lambda: live.revoke(person_id, room_id))


def close_room(session: Session, live: LiveRooms | None, *, room_id: str, at: datetime, by: Caller | str) -> None:
    """The meeting is over: nobody enters any more, the journal stays."""
    room = get_room(session, room_id)
    if room.closed_at is not None:
        return
    room.closed_at = at
    session.flush()
    record(session, "room.closed", by=by, at=at, kind="room", object_id=room_id)
    _look_again(session, live, room_id)


def get_room(session: Session, room_id: str) -> RoomRecord:
    """A room, whoever asks: for features that have their own gate. Raises `NotFound`."""
    room = store.find_room(session, room_id)
    if room is None:
        raise NotFound
    return room


def access_room(session: Session, room_id: str, caller: Caller, *, at: datetime) -> Seat:
    """The gate: the caller's place in a room. Raises `NotFound` for no such room as for no leave to be there."""
    room, found = store.find_room(session, room_id), store.find_member(session, room_id, caller.person_id)
    if room is None or found is None:
        raise NotFound
    if not is_member(since=found.since, until=found.until, revoked_at=found.revoked_at, at=at):
        raise NotFound
    return Seat(room=room, role=cast(MemberRole, found.role), color=found.color)


def has_met(session: Session, room_id: str | None, caller: Caller, *, at: datetime) -> bool:
    """Whether there is a meeting that the caller may see again."""
    if room_id is None or store.head_hash(session, room_id) == GENESIS:
        return False
    found = store.find_member(session, room_id, caller.person_id)
    return found is not None and is_member(since=found.since, until=found.until, revoked_at=found.revoked_at, at=at)


def list_rooms_of_subject(session: Session, kind: str, subject_id: str) -> Sequence[RoomRecord]:
    """Every room that was opened for a subject, in order of opening."""
    return store.list_rooms_of_subject(session, kind, subject_id)


def list_members(session: Session, room_id: str) -> Sequence[RoomMember]:
    """Everybody who was ever let in."""
    return store.list_members(session, room_id)


def facts_of(session: Session, room_id: str, *, after: int = 0) -> list[Fact]:
    """The durable facts after a number."""
    return store.list_facts(session, room_id, after=after)


def view_of(session: Session, room_id: str, seq: int) -> View:
    """The view that fact `seq` holds: at rest, kept, marked, or spoken of. Raises `NotFound` where it holds none."""
    fact = store.find_fact(session, room_id, seq)
    view = None if fact is None else held_by(fact)
    if view is None:
        raise NotFound
    return view


def entries_of(session: Session, room_id: str) -> Iterator[Entry]:
    """The journal as it is sealed, read in batches."""
    return store.iterate_entries(session, room_id)


def hospitals_of(session: Session, room_id: str) -> set[str]:
    """Of those who ask and those who answer; a guest brings no one with them."""
    return store.list_member_hospitals(session, room_id)


def state_of(session: Session, room_id: str) -> RoomState:
    """What the journal has built so far."""
    return _folded(session, room_id).snapshot()


def state_at(session: Session, room_id: str, seq: int) -> RoomState:
    """What the journal had built when it had come to fact `seq`."""
    return fold(fact for fact in facts_of(session, room_id) if fact.seq <= seq).snapshot()


def draft_text_of(session: Session, room_id: str) -> str:
    """The conclusion's draft as people read it, from what is durable."""
    return _folded(session, room_id).text()


def key_views_of(session: Session, room_id: str) -> tuple[KeyViewAdded, ...]:
    """The views kept for the conclusion."""
    return _folded(session, room_id).state.key_views


def find_journal_break(session: Session, room_id: str) -> Break | None:
    """Where the room's chain does not hold; None for a whole one."""
    return find_break(store.iterate_entries(session, room_id), room_id) or _find_snapshot_break(session, room_id)


def _find_snapshot_break(session: Session, room_id: str) -> Break | None:
    """A snapshot that a room would be loaded from although its facts build something else."""
    snapshot = store.find_snapshot(session, room_id)
    if snapshot is None:
        return None
    facts = (fact for fact in facts_of(session, room_id) if fact.seq <= snapshot.seq)
    return None if is_true_to(snapshot, facts) else Break(room_id=room_id, seq=snapshot.seq, why="another snapshot")


def find_any_break(session: Session) -> Break | None:
    """The first room whose chain does not hold, and where; None when all are whole."""
    breaks = (find_journal_break(session, room_id) for room_id in store.list_room_ids(session))
    return next((found for found in breaks if found is not None), None)


def lock_draft(
    session: Session, live: LiveRooms | None, *, room_id: str, conclusion_id: str, by: Caller, at: datetime
) -> None:
    """Fix the draft, in the transaction that signs the conclusion made from it.

    From its commit on the journal takes nothing more of the draft, whatever is under way in the room. The room itself
    learns of it afterwards and says `draft.locked` as its own next fact, so that the numbering stays its own; a crash
    in between loses nothing, since the room looks when it is loaded. Raises `AlreadySigned`.
    """
    room = get_room(session, room_id)
    if room.signed_conclusion_id == conclusion_id:
        return
    if room.signed_conclusion_id is not None:
        raise AlreadySigned
    room.signed_conclusion_id, room.signed_by_id = conclusion_id, by.person_id
    session.flush()
    record(session, "room.draft_locked", by=by, at=at, kind="room", object_id=room_id, conclusion=conclusion_id)
    _look_again(session, live, room_id)


def _look_again(session: Session, live: LiveRooms | None, room_id: str) -> None:
    if live is not None:
        _after_commit(session, lambda: live.look_again(room_id))


def _after_commit(session: Session, act: Callable[[], None]) -> None:
    """Running rooms are told what is durable, never what a rollback may undo."""

    def told(_: Session) -> None:
        act()

    event.listen(session, "after_commit", told, once=True)


def _folded(session: Session, room_id: str) -> Fold:
    return fold(facts_of(session, room_id))
