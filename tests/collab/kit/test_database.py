"""The database: whole transactions, aware instants, and writers that take turns."""

from __future__ import annotations

import threading
import traceback
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from collab.accounts.models import Hospital, Try
from collab.kit.database import Database


def test_a_transaction_that_raises_leaves_nothing(database: Database) -> None:
    def write_and_fail() -> None:
        with database.transaction() as session:
            session.add(Hospital(id="HOS-1", finess="990000011", name="Valmont", phone=""))
            session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        write_and_fail()
    with database.transaction() as session:
        assert session.scalars(select(Hospital)).all() == []


def test_instants_come_back_in_utc_whatever_the_zone_of_who_wrote_them_and_of_the_server(
    either_database: Database,
) -> None:
    paris = timezone(timedelta(hours=1))
    with either_database.transaction() as session:
        session.add(Try(key="k", at=datetime(2026, 11, 24, 2, 10, tzinfo=paris)))
    with either_database.transaction() as session:
        # As text: equal instants can stand in different zones.
        assert session.scalars(select(Try.at)).one().isoformat() == "2026-11-24T01:10:00+00:00"


@pytest.mark.parametrize("phone", ["+33 1 99 00 00 11", None])
def test_an_error_says_what_is_wrong_and_not_what_was_written(either_database: Database, phone: str | None) -> None:
    """A second row of the same number, or one without a telephone; a log keeps the whole trace of either."""
    with either_database.transaction() as session:
        session.add(Hospital(id="HOS-1", finess="990000011", name="MARTIN", phone=""))

    def write() -> None:
        with either_database.transaction() as session:
            values = {"id": "HOS-2", "finess": "990000011", "name": "MARTIN", "phone": phone}
            session.execute(insert(Hospital).values(values))

    with pytest.raises(IntegrityError) as wrong:
        write()
    trace = "".join(traceback.format_exception(wrong.value))
    assert ("finess" if phone else "phone") in trace
    assert "MARTIN" not in trace
    assert "990000011" not in trace


def test_an_instant_without_a_zone_is_refused(database: Database) -> None:
    def write_naive() -> None:
        with database.transaction() as session:
            session.add(Try(key="k", at=datetime(2026, 11, 24, 2, 10)))  # noqa: DTZ001 - what must be refused
            session.flush()

    with pytest.raises((AssertionError, StatementError)):
        write_naive()


def test_sqlite_keeps_every_commit_through_a_power_cut(database: Database) -> None:
    with database.transaction() as session:
        assert session.execute(text("PRAGMA synchronous")).scalar() == 2  # FULL
        assert session.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert session.execute(text("PRAGMA foreign_keys")).scalar() == 1


def test_a_server_of_its_own_that_is_gone_without_a_word_is_given_up_within_seconds(postgres_url: str) -> None:
    found = Database(f"{postgres_url}&keepalives_idle=60")
    with closing(found.engine.raw_connection()) as connection:
        assert isinstance(connection.driver_connection, psycopg.Connection)
        used = connection.driver_connection.info.get_parameters()
    found.close()
    assert (used["connect_timeout"], used["tcp_user_timeout"]) == ("3", "4000")
    assert used["keepalives_idle"] == "60", "what the URL says stays"


def test_a_second_process_on_the_same_file_waits_its_turn(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'shared.sqlite3'}"
    here, there = Database(url), Database(url)  # two engines share nothing, as two processes do
    with here.transaction() as session:
        session.execute(text("CREATE TABLE counter (n INTEGER)"))
        session.execute(text("INSERT INTO counter VALUES (0)"))

    def count(database: Database) -> None:
        for _ in range(25):
            with database.transaction() as session:
                found = session.execute(text("SELECT n FROM counter")).scalar_one()
                session.execute(text("UPDATE counter SET n = :n"), {"n": found + 1})

    threads = [threading.Thread(target=count, args=(database,)) for database in (here, there)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    with here.transaction() as session:
        assert session.execute(text("SELECT n FROM counter")).scalar_one() == 50
    here.close()
    there.close()
