"""Queries on rooms, their members and their journal; private to the rooms."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, insert, or_, select, tuple_, update
from sqlalchemy.orm import Session

from collab.accounts.models import Login, Person, Token
from collab.kit.listing import listed
from collab.rooms.journal import GENESIS, Entry, read_fact
from collab.rooms.models import RoomFact, RoomMember, RoomRecord, RoomSnapshot
from collab.rooms.protocol import Fact
from collab.rooms.snapshots import Snapshot, pack, unpack
from collab.studies.models import Study

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What the journal has to know of a room before it writes: its owner's epoch, and the signature if there is one."""

    epoch: int
    is_closed: bool
    signed_conclusion_id: str | None
    signed_by_id: str | None


def find_room(session: Session, room_id: str) -> RoomRecord | None:
    return session.get(RoomRecord, room_id)


def list_rooms_of_subject(session: Session, kind: str, subject_id: str) -> Sequence[RoomRecord]:
    of_subject = (RoomRecord.subject_kind == kind, RoomRecord.subject_id == subject_id)
    return session.scalars(select(RoomRecord).where(*of_subject).order_by(RoomRecord.opened_at)).all()


def list_room_ids(session: Session) -> Sequence[str]:
    return session.scalars(select(RoomRecord.id).order_by(RoomRecord.id)).all()


def find_member(session: Session, room_id: str, person_id: str) -> RoomMember | None:
    return session.get(RoomMember, (room_id, person_id))


def list_members(session: Session, room_id: str) -> Sequence[RoomMember]:
    return session.scalars(select(RoomMember).where(RoomMember.room_id == room_id).order_by(RoomMember.color)).all()


def list_member_hospitals(session: Session, room_id: str) -> set[str]:
    query = select(Person.hospital_id).join(RoomMember, RoomMember.person_id == Person.id)
    return set(session.scalars(query.where(RoomMember.room_id == room_id, RoomMember.role != "participant")))


def count_members(session: Session, room_id: str) -> int:
    return session.scalar(select(func.count()).where(RoomMember.room_id == room_id)) or 0


def list_former_members(session: Session, room_ids: Collection[str], at: datetime) -> set[tuple[str, str]]:
    """(room, person) of those members who may not be in these rooms now."""
    is_former = or_(
        RoomMember.since > at,
        RoomMember.until <= at,
        RoomMember.revoked_at.is_not(None),
        Person.disabled_at.is_not(None),
    )
    query = select(RoomMember.room_id, RoomMember.person_id).join(Person, Person.id == RoomMember.person_id)
    query = query.where(RoomMember.room_id.in_(listed(session, room_ids)), is_former)
    return {(room_id, person_id) for room_id, person_id in session.execute(query)}


def list_ended_logins(session: Session, login_ids: Collection[str], at: datetime) -> set[str]:
    """Those of these logins and tokens that no longer let anybody in."""
    these = listed(session, login_ids)
    ended = select(Login.id).where(Login.id.in_(these), Login.ended_at.is_not(None))
    over = or_(Token.revoked_at.is_not(None), Token.expires_at <= at)
    return {*session.scalars(ended), *session.scalars(select(Token.id).where(Token.id.in_(these), over))}


def list_study_uids(session: Session, study_ids: Collection[str]) -> frozenset[str]:
    return frozenset(session.scalars(select(Study.study_uid).where(Study.id.in_(study_ids))))


def take_room(session: Session, room_id: str, *, owner: str, now: datetime, until: datetime) -> int | None:
    """The epoch of a new owner: whoever was it before can no longer write. None while another's lease runs."""
    is_free = or_(RoomRecord.owner.is_(None), RoomRecord.owner == owner, RoomRecord.owner_until < now)
    taken = update(RoomRecord).where(RoomRecord.id == room_id, is_free)
    values = {"epoch": RoomRecord.epoch + 1, "owner": owner, "owner_until": until}
    return session.scalars(taken.values(**values).returning(RoomRecord.epoch)).one_or_none()


def renew(session: Session, held: Mapping[str, int], *, owner: str, until: datetime) -> set[str]:
    """Those of these rooms (and epochs) that are still the owner's; held until then."""
    mine = (RoomRecord.owner == owner, RoomRecord.id.in_(listed(session, held)))
    renewed = update(RoomRecord).where(*mine).values(owner_until=until).returning(RoomRecord.id, RoomRecord.epoch)
    found = session.execute(renewed.execution_options(synchronize_session=False))
    return {room_id for room_id, epoch in found if held[room_id] == epoch}


def release(session: Session, held: Mapping[str, int], *, owner: str) -> None:
    session.execute(update(RoomRecord).where(_held(held, owner)).values(owner=None, owner_until=None))


def _held(held: Mapping[str, int], owner: str) -> ColumnElement[bool]:
    of_epoch = tuple_(RoomRecord.id, RoomRecord.epoch).in_(list(held.items()))
    return and_(RoomRecord.owner == owner, of_epoch)


def list_changed(session: Session, room_ids: Collection[str]) -> set[str]:
    """Those of these rooms that are signed, closed, or gone; the others stand as they were opened."""
    these = listed(session, room_ids)
    is_open = (RoomRecord.closed_at.is_(None), RoomRecord.signed_conclusion_id.is_(None))
    as_opened = select(RoomRecord.id).where(RoomRecord.id.in_(these), *is_open)
    return set(session.scalars(these.where(~these.selected_columns.value.in_(as_opened))))


def standings(session: Session, room_ids: Collection[str], *, hold: bool) -> dict[str, Standing]:
    """How these rooms stand; `hold` keeps it so until the transaction ends."""
    columns = (
        RoomRecord.id,
        RoomRecord.epoch,
        RoomRecord.closed_at,
        RoomRecord.signed_conclusion_id,
        RoomRecord.signed_by_id,
    )
    query = select(*columns).where(RoomRecord.id.in_(room_ids))
    if hold:
        query = query.with_for_update(read=True)
    return {
        room_id: Standing(
            epoch=epoch, is_closed=closed_at is not None, signed_conclusion_id=conclusion_id, signed_by_id=signer_id
        )
        for room_id, epoch, closed_at, conclusion_id, signer_id in session.execute(query)
    }


def append(session: Session, entries: Sequence[Entry]) -> None:
    """Add sealed entries. A number that the journal has already is an `IntegrityError`."""
    rows = [
        {
            "room_id": entry.room_id,
            "seq": entry.seq,
            "epoch": entry.epoch,
            "at": _EPOCH + timedelta(milliseconds=entry.at_ms),
            "actor": entry.actor,
            "client_id": entry.client_id,
            "n": entry.n,
            "body": entry.body,
            "previous_hash": entry.previous_hash,
            "hash": entry.hash,
        }
        for entry in entries
    ]
    session.execute(insert(RoomFact), rows)


def iterate_entries(session: Session, room_id: str, *, after: int = 0) -> Iterator[Entry]:
    """The journal of a room in order, read in batches."""
    query = select(RoomFact).where(RoomFact.room_id == room_id, RoomFact.seq > after).order_by(RoomFact.seq)
    # Closed by whoever stops at a break: PostgreSQL keeps a cursor open on its side.
    with session.scalars(query.execution_options(yield_per=1000)) as rows:
        for row in rows:
            yield _entry(row)


def _entry(row: RoomFact) -> Entry:
    return Entry(
        room_id=row.room_id,
        seq=row.seq,
        epoch=row.epoch,
        at_ms=(row.at - _EPOCH) // timedelta(milliseconds=1),
        actor=row.actor,
        client_id=row.client_id,
        n=row.n,
        body=row.body,
        previous_hash=row.previous_hash,
        hash=row.hash,
    )


def list_facts(session: Session, room_id: str, *, after: int = 0) -> list[Fact]:
    return [read_fact(entry) for entry in iterate_entries(session, room_id, after=after)]


def find_fact(session: Session, room_id: str, seq: int) -> Fact | None:
    row = session.scalars(select(RoomFact).where(RoomFact.room_id == room_id, RoomFact.seq == seq)).one_or_none()
    return None if row is None else read_fact(_entry(row))


def find_snapshot(session: Session, room_id: str) -> Snapshot | None:
    """The room's snapshot, if it is whole and stands on this very journal."""
    kept = session.get(RoomSnapshot, room_id)
    snapshot = unpack(kept.body, kept.sha256) if kept is not None else None
    if snapshot is None or session.scalar(_hash_at(room_id, snapshot.seq)) != snapshot.head_hash:
        return None
    return snapshot


def keep_snapshot(session: Session, room_id: str, snapshot: Snapshot) -> None:
    """In the place of an older one. Of one that the journal does not hold, or an older one, nothing is kept."""
    if session.scalar(_hash_at(room_id, snapshot.seq)) != snapshot.head_hash:
        return
    kept = session.get(RoomSnapshot, room_id)
    body, sha256 = pack(snapshot)
    if kept is None:
        session.add(RoomSnapshot(room_id=room_id, seq=snapshot.seq, body=body, sha256=sha256))
    elif kept.seq < snapshot.seq or unpack(kept.body, kept.sha256) is None:
        kept.seq, kept.body, kept.sha256 = snapshot.seq, body, sha256


def _hash_at(room_id: str, seq: int) -> Select[str]:
    return select(RoomFact.hash).where(RoomFact.room_id == room_id, RoomFact.seq == seq)


def head_hash(session: Session, room_id: str) -> str:
    query = select(RoomFact.hash).where(RoomFact.room_id == room_id).order_by(RoomFact.seq.desc()).limit(1)
    return session.scalars(query).first() or GENESIS
