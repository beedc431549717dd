"""Reading the chain back from the database gives the very values that were sealed."""

from __future__ import annotations

from datetime import UTC, datetime

from collab.audit import store
from collab.audit.rules import seal
from collab.audit.service import record
from collab.kit.database import Database

AT = datetime(2026, 11, 24, 2, 10, 0, 123456, tzinfo=UTC)


def test_rows_come_back_in_order_with_the_hash_that_was_claimed(database: Database) -> None:
    with database.transaction() as session:
        for number in range(3):
            record(session, "study.opened", by="test", at=AT, kind="study", object_id=f"STU-{number}", count=number)
    with database.transaction() as session:
        rows = list(store.iterate(session))
    assert [row.seq for row, _ in rows] == [1, 2, 3]
    assert all(seal(row) == claimed for row, claimed in rows)


def test_there_is_no_head_before_the_first_row(database: Database) -> None:
    with database.transaction() as session:
        assert store.find_head(session) is None
