"""Rows that are never changed: the database itself refuses, whoever asks and however."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Column, Engine, Integer, MetaData, String, Table, text
from sqlalchemy.exc import DBAPIError

from collab.kit.append_only import append_only_statements, make_append_only
from collab.kit.database import Database


def noted(name: str) -> Table:
    return Table(name, MetaData(), Column("id", Integer, primary_key=True), Column("what", String))


@pytest.fixture
def engine(either_url: str) -> Iterator[Engine]:
    found = Database(either_url)
    yield found.engine
    found.close()


@pytest.fixture(params=["created", "migrated"])
def kept(engine: Engine, request: pytest.FixtureRequest) -> str:
    """A table with one row, made append-only by either way."""
    table = noted("note")
    if request.param == "created":
        make_append_only(table)
    with engine.begin() as connection:
        table.metadata.create_all(connection)
        if request.param == "migrated":
            for statement in append_only_statements(table.name, engine.dialect.name):
                connection.execute(text(statement))
        connection.execute(table.insert().values(id=1, what="signed"))
    return table.name


def rows(engine: Engine, table: str) -> list[tuple[int, str]]:
    with engine.connect() as connection:
        return [(row.id, row.what) for row in connection.execute(text(f"SELECT id, what FROM {table} ORDER BY id"))]


def test_rows_are_added(engine: Engine, kept: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(f"INSERT INTO {kept} VALUES (2, 'and another')"))
    assert rows(engine, kept) == [(1, "signed"), (2, "and another")]


@pytest.mark.parametrize("act", ["UPDATE {} SET what = 'x'", "UPDATE {} SET what = 'x' WHERE id = 1", "DELETE FROM {}"])
def test_rows_are_neither_changed_nor_taken_out(engine: Engine, kept: str, act: str) -> None:
    with pytest.raises(DBAPIError, match="note is append-only"), engine.begin() as connection:
        connection.execute(text(act.format(kept)))
    assert rows(engine, kept) == [(1, "signed")]


def test_putting_a_row_in_the_place_of_another_is_refused(engine: Engine, kept: str) -> None:
    put = "INSERT INTO {} VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET what = 'x'"
    with pytest.raises(DBAPIError, match="note is append-only"), engine.begin() as connection:
        connection.execute(text(put.format(kept)))
    assert rows(engine, kept) == [(1, "signed")]


# Each passes by the ordinary triggers: REPLACE deletes without saying so, TRUNCATE looks at no row.
BY_THE_BACK_DOOR = {"sqlite": "INSERT OR REPLACE INTO {} VALUES (1, 'x')", "postgresql": "TRUNCATE {} CASCADE"}


def test_the_back_door_of_each_database_is_shut(engine: Engine, kept: str) -> None:
    with pytest.raises(DBAPIError, match="note is append-only"), engine.begin() as connection:
        connection.execute(text(BY_THE_BACK_DOOR[engine.dialect.name].format(kept)))
    assert rows(engine, kept) == [(1, "signed")]


def test_other_tables_change_as_before(engine: Engine, kept: str) -> None:
    other = noted("draft")
    with engine.begin() as connection:
        other.metadata.create_all(connection)
        connection.execute(other.insert().values(id=1, what="first"))
        connection.execute(other.update().values(what="second"))
    assert rows(engine, "draft") == [(1, "second")]
