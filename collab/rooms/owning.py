"""Who owns a room: one process at a time, by a lease in the database that it has to renew, fenced by the room's epoch.

The lease keeps two processes from showing one room at the same time. What they can never do at the same time, whatever
their clocks say, is write: the journal takes facts of the last epoch only. Plain blocking functions, for a thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from collab.kit.clock import Clock
from collab.kit.database import Database, Instant
from collab.rooms import store
from collab.rooms.models import RoomRecord
from collab.rooms.protocol import Fact
from collab.rooms.room import TAIL_FACTS, Connection, Room
from collab.rooms.snapshots import Snapshot
from collab.rooms.store import Standing

LEASE_S = 10.0
RENEW_S = 3.0
# An owner that could not renew for so long stops by itself, well before another may take the room.
TRUST_S = 7.0


class RoomGone(Exception):
    """There is no such room, or it is closed."""


class RoomElsewhere(Exception):
    """Another process has just become the room's owner."""


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A room as its new owner finds it. `facts` go on from the snapshot, and begin before it."""

    facts: list[Fact]
    snapshot: Snapshot | None
    epoch: int
    head_hash: str
    study_uids: frozenset[str]
    standing: Standing


@dataclass(eq=False, kw_only=True)
class Live:
    """A room that this process owns, with what stands beside it in memory.

    `head_hash`: the journal's head. `logins`: which login each socket came with. `kept_*`: its last snapshot.
    """

    room_id: str
    room: Room
    head_hash: str
    kept_seq: int
    kept_ms: int
    logins: dict[Connection, str] = field(default_factory=dict[Connection, str])
    empty_since_ms: int | None = None


@dataclass(frozen=True, kw_only=True)
class Owner:
    """A process as an owner of rooms: the address at which others reach it, and its clock."""

    database: Database
    clock: Clock
    address: str

    def elsewhere(self, session: Session, room: RoomRecord) -> str | None:
        """The address of another process that owns the room now; None where this one may try."""
        if room.owner in (None, self.address) or room.owner_until is None:
            return None
        return room.owner if room.owner_until >= self._now(session) else None

    def take(self, room_id: str) -> Loaded:
        """Become the room's owner and read it. Raises `RoomGone`, `RoomElsewhere`."""
        with self.database.transaction() as session:
            record = store.find_room(session, room_id)
            if record is None or record.closed_at is not None:
                raise RoomGone(room_id)
            now = self._now(session)
            epoch = store.take_room(session, room_id, owner=self.address, now=now, until=now + _LEASE)
            if epoch is None:
                raise RoomElsewhere(room_id)
            snapshot = store.find_snapshot(session, room_id)
            return Loaded(
                facts=store.list_facts(session, room_id, after=max(0, snapshot.seq - TAIL_FACTS) if snapshot else 0),
                snapshot=snapshot,
                epoch=epoch,
                head_hash=store.head_hash(session, room_id),
                study_uids=store.list_study_uids(session, record.study_ids),
                standing=store.standings(session, [room_id], hold=False)[room_id],
            )

    def renew(self, held: Mapping[str, int]) -> set[str]:
        """Hold these rooms, at these epochs, for longer; those that are still this process's."""
        with self.database.transaction() as session:
            return store.renew(session, held, owner=self.address, until=self._now(session) + _LEASE)

    def release(self, held: Mapping[str, int]) -> None:
        """Give these rooms up, so that another may take them at once."""
        with self.database.transaction() as session:
            store.release(session, held, owner=self.address)

    def keep(self, snapshots: Mapping[str, Snapshot]) -> None:
        """Write snapshots down; one that the journal does not bear out is left."""
        with self.database.transaction() as session:
            for room_id, snapshot in snapshots.items():
                store.keep_snapshot(session, room_id, snapshot)

    def _now(self, session: Session) -> datetime:
        # Machines must not judge each other's leases by their own clocks; SQLite is on this machine.
        if self.database.is_sqlite:
            return self.clock()
        return session.scalars(select(func.clock_timestamp(type_=Instant()))).one()


_LEASE = timedelta(seconds=LEASE_S)
