"""Consilium with a fault made in it: what a test of faults must find, or it proves nothing.

`python -m tests.collab.faults.planted FAULT ...` runs `consilium ...` with it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from collab.app import cli
from collab.kit import database
from collab.rooms import store
from collab.rooms.hub import RoomHub
from collab.rooms.models import RoomRecord
from collab.rooms.owning import Owner

# pyright: reportPrivateUsage=false


def _lease_binds_nobody() -> None:
    def take(session: Session, room_id: str, *, owner: str, now: datetime, until: datetime) -> int | None:
        values = {"epoch": RoomRecord.epoch + 1, "owner": owner, "owner_until": until}
        taken = update(RoomRecord).where(RoomRecord.id == room_id).values(**values)
        return session.scalars(taken.returning(RoomRecord.epoch)).one_or_none()

    async def renew(hub: RoomHub) -> None:
        hub._renewed_s = hub._now_s()

    store.take_room = take
    Owner.elsewhere = lambda self, session, room: None
    RoomHub._renew = renew


def _database_syncs_seldom() -> None:
    """What is often advised for SQLite."""
    database.PRAGMAS = (*(one for one in database.PRAGMAS if "synchronous" not in one), "synchronous=NORMAL")


def _files_are_not_synced() -> None:
    os.fsync = lambda fd: None


PLANTS: dict[str, Callable[[], None]] = {
    "lease": _lease_binds_nobody,
    "database": _database_syncs_seldom,
    "files": _files_are_not_synced,
}

if __name__ == "__main__":
    PLANTS[sys.argv[1]]()
    sys.argv[1:] = sys.argv[2:]
    cli.main()
