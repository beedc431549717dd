"""The database itself refuses to change what was signed; the application is not asked."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from collab.kit.append_only import append_only_statements
from tests.collab.expertise.conftest import world  # noqa: F401 - a fixture
from tests.collab.expertise.make import World

# Table, and a column that somebody might want to change.
TABLES = {"expert_conclusion": "text", "conclusion_acknowledgement": "what_was_done", "expertise_step": "note"}


@pytest.fixture
def file(world: World) -> str:  # noqa: F811 - the fixture imported above
    """A database with a row in each of the tables."""
    request_id = world.concluded()
    with world.database.transaction() as session:
        (conclusion_id,) = session.execute(text("SELECT id FROM expert_conclusion")).one()
        columns = "conclusion_id, person_id, person_name, at, what_was_done"
        row = f"INSERT INTO conclusion_acknowledgement ({columns}) VALUES (:c, :p, 'x', '2026-11-24', 'lu')"
        session.execute(text(row), {"c": conclusion_id, "p": world.requester.id})
    assert request_id
    found = world.database.url.database
    assert found is not None
    return found


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", ["UPDATE {table} SET {column} = 'autre'", "DELETE FROM {table}"])
def test_a_row_cannot_be_changed_from_any_connection(file: str, table: str, statement: str) -> None:
    connection = sqlite3.connect(file)
    before = connection.execute(f"SELECT count(*), max({TABLES[table]}) FROM {table}").fetchone()
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(statement.format(table=table, column=TABLES[table]))
    assert connection.execute(f"SELECT count(*), max({TABLES[table]}) FROM {table}").fetchone() == before
    assert before[0] > 0
    connection.close()


def test_the_control_without_the_trigger_the_row_changes(file: str) -> None:
    connection = sqlite3.connect(file)
    connection.execute("DROP TRIGGER expert_conclusion_no_update")
    connection.execute("UPDATE expert_conclusion SET text = 'autre'")
    assert connection.execute("SELECT text FROM expert_conclusion").fetchone() == ("autre",)
    connection.close()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("id", "2RD-0000000000000001"),
        ("request_id", "2RD-0000000000000001"),
        ("document_type", "18748-4"),
        ("author_id", "the requester"),
    ],
)
def test_a_row_of_another_nature_does_not_get_in(world: World, column: str, value: str) -> None:  # noqa: F811
    request_id = world.concluded()
    with world.database.transaction() as session:
        row = dict(session.execute(text("SELECT * FROM expert_conclusion")).mappings().one())
    row |= {"id": "EXC-0000000000000009", "version": 2, "idempotency_key": "another", "request_id": request_id}
    row[column] = row["requester_id"] if value == "the requester" else value
    names = ", ".join(row)
    insert = text(f"INSERT INTO expert_conclusion ({names}) VALUES ({', '.join(f':{name}' for name in row)})")
    with pytest.raises(IntegrityError, match="CHECK"), world.database.transaction() as session:
        session.execute(insert, row)


def test_a_request_has_one_first_conclusion(world: World) -> None:  # noqa: F811
    world.concluded()
    with world.database.transaction() as session:
        row = dict(session.execute(text("SELECT * FROM expert_conclusion")).mappings().one())
    row |= {"id": "EXC-0000000000000009", "idempotency_key": "another"}
    names = ", ".join(row)
    insert = text(f"INSERT INTO expert_conclusion ({names}) VALUES ({', '.join(f':{name}' for name in row)})")
    with pytest.raises(IntegrityError, match="UNIQUE"), world.database.transaction() as session:
        session.execute(insert, row)


def test_postgresql_refuses_truncation_too() -> None:
    statements = "\n".join(append_only_statements("expert_conclusion", "postgresql"))
    for act in ("UPDATE", "DELETE", "TRUNCATE"):
        assert f"BEFORE {act} ON expert_conclusion" in statements
