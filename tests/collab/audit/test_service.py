"""Recording acts in the act's own transaction, and proving the chain."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from collab.accounts.models import Hospital
from collab.audit import store
from collab.audit.models import AuditEntry
from collab.audit.service import record, verify
from collab.kit.database import Database

AT = datetime(2026, 11, 24, 2, 10, tzinfo=UTC)


def fill(database: Database, rows: int) -> None:
    for number in range(rows):
        with database.transaction() as session:
            record(session, "study.opened", by="test", at=AT, kind="study", object_id=f"STU-{number}", purpose="é")


def test_what_was_recorded_verifies(database: Database) -> None:
    fill(database, 20)
    with database.transaction() as session:
        verdict = verify(session)
    assert (verdict.rows, verdict.broken) == (20, None)


def test_an_act_that_is_rolled_back_leaves_no_row(database: Database) -> None:
    def act_and_fail() -> None:
        with database.transaction() as session:
            record(session, "study.opened", by="test", at=AT, kind="study", object_id="STU-1")
            raise LookupError

    with pytest.raises(LookupError):
        act_and_fail()
    with database.transaction() as session:
        assert verify(session).rows == 0


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit_entry SET actor_name = 'Dr Nobody' WHERE seq = 7",
        "UPDATE audit_entry SET facts = replace(facts, 'purpose', 'purposf') WHERE seq = 7",
        "UPDATE audit_entry SET at = '2026-11-24 02:10:00.000001' WHERE seq = 7",
        "DELETE FROM audit_entry WHERE seq = 7",
    ],
)
def test_one_byte_changed_in_the_database_is_found(database: Database, tampering: str) -> None:
    fill(database, 10)
    with database.transaction() as session:
        # Who can write the database's file can also take the triggers away that refuse this.
        for act in ("update", "delete"):
            session.execute(text(f"DROP TRIGGER audit_entry_no_{act}"))
        session.execute(text(tampering))
    with database.transaction() as session:
        broken = verify(session).broken
    assert broken is not None
    assert broken.seq == 7


@pytest.mark.parametrize("tampering", ["UPDATE audit_entry SET act = 'x'", "DELETE FROM audit_entry"])
def test_the_database_itself_refuses_to_change_a_row(database: Database, tampering: str) -> None:
    fill(database, 2)

    def tamper() -> None:
        with database.transaction() as session:
            session.execute(text(tampering))

    with pytest.raises(IntegrityError, match="append-only"):
        tamper()


# ---- several writers


def test_two_writers_at_once_leave_a_chain_without_a_gap(either_database: Database) -> None:
    start = threading.Barrier(2)

    def write(writer: str) -> None:
        start.wait()
        for number in range(30):
            with either_database.transaction() as session:
                record(session, "study.opened", by=writer, at=AT, kind="study", object_id=f"STU-{number}")
                record(session, "study.listed", by=writer, at=AT, kind="study", object_id="*")

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(write, writer) for writer in ("here", "there")]:
            done.result()
    with either_database.transaction() as session:
        verdict = verify(session)
        written = session.scalars(select(AuditEntry).order_by(AuditEntry.seq)).all()
    assert (verdict.rows, verdict.broken) == (120, None)
    assert [entry.seq for entry in written] == list(range(1, 121))
    for writer in ("here", "there"):
        own = [entry.object_id for entry in written if entry.actor_name == writer and entry.object_id != "*"]
        assert own == [f"STU-{number}" for number in range(30)]


def test_a_break_is_found_in_the_table_of_either_database(either_database: Database) -> None:
    fill(either_database, 10)
    off = {"sqlite": "DROP TRIGGER audit_entry_no_update", "postgresql": "ALTER TABLE audit_entry DISABLE TRIGGER ALL"}
    with either_database.transaction() as session:
        session.execute(text(off[either_database.url.get_backend_name()]))
        session.execute(update(AuditEntry).where(AuditEntry.seq == 7).values(actor_name="Dr Nobody"))
    with either_database.transaction() as session:
        broken = verify(session).broken
    assert broken is not None
    assert (broken.seq, broken.why) == (7, "changed")


def test_who_has_recorded_an_act_keeps_nobody_from_recording_theirs(postgres_database: Database) -> None:
    """Signing draws a document after its first act: nobody else's page may wait for that."""
    with postgres_database.transaction() as slow:
        record(slow, "conclusion.signed", by="slow", at=AT, kind="conclusion", object_id="EXC-1")
        fill(postgres_database, 1)
    with postgres_database.transaction() as session:
        assert [row.actor_name for row, _ in store.iterate(session)] == ["test", "slow"]
        assert verify(session).broken is None


def test_an_act_and_a_row_in_either_order_do_not_wait_for_each_other_for_ever(postgres_database: Database) -> None:
    with postgres_database.transaction() as session:
        session.add(Hospital(id="HOS-1", finess="990000011", name="Valmont", phone=""))
    both = threading.Barrier(2)

    def change(*, first: bool) -> None:
        with postgres_database.transaction() as session:
            if not first:
                record(session, "hospital.renamed", by="test", at=AT, kind="hospital", object_id="HOS-1")
                both.wait()
            session.execute(update(Hospital).values(name="x"))
            if first:
                both.wait()
                record(session, "hospital.renamed", by="test", at=AT, kind="hospital", object_id="HOS-1")

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(change, first=first) for first in (True, False)]:
            done.result()
    with postgres_database.transaction() as session:
        assert verify(session).rows == 2
