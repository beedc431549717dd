"""Recording acts in the act's own transaction, and proving the chain."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

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
