"""The keeper of trails: deletes what is older than its days, says so in the audit, and looks once an hour."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from collab.audit.models import AuditEntry
from collab.kit.database import Database
from collab.rooms.protocol import PointerMoved
from collab.rooms.trail import Step, Stretch
from collab.rooms.trail_files import TrailFiles
from collab.rooms.trail_keeping import TrailKeeper
from tests import make
from tests.collab.rooms import make as rooms

ROOM = "ROO-0000000000000001"


def _write(trails: TrailFiles, folder: Path, at: datetime) -> None:
    trails.append(ROOM, 1, Stretch((Step(1, PointerMoved(1, "a", 1, rooms.pointer())),), 0))
    os.utime(folder / ROOM / "0000000001", (at.timestamp(), at.timestamp()))


def test_a_trail_is_deleted_when_its_days_have_passed_and_the_audit_has_it(database: Database, tmp_path: Path) -> None:
    trails, clock = TrailFiles(tmp_path), make.TestClock()
    keeper = TrailKeeper(trails, database=database, clock=clock, days=30)
    _write(trails, tmp_path, clock())
    for days in (0, 29):
        clock.pass_by(days=days)
        keeper.look()
        assert trails.read(ROOM) is not None
    clock.pass_by(days=1, seconds=1)
    keeper.look()
    assert trails.read(ROOM) is None
    with database.transaction() as session:
        acts = session.scalars(select(AuditEntry).where(AuditEntry.act == "room.trail_deleted")).all()
        assert [(entry.object_id, entry.actor_name) for entry in acts] == [(ROOM, "trail keeper")]


def test_it_looks_once_an_hour(database: Database, tmp_path: Path) -> None:
    trails, clock = TrailFiles(tmp_path), make.TestClock()
    keeper = TrailKeeper(trails, database=database, clock=clock, days=0)
    keeper.look()
    _write(trails, tmp_path, clock())
    clock.pass_by(minutes=59)
    keeper.look()
    assert trails.read(ROOM) is not None
    clock.pass_by(minutes=1)
    keeper.look()
    assert trails.read(ROOM) is None
