"""Migrations lead to the very tables that the models declare, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from collab.app import schema
from collab.kit.database import Database

TRIGGERS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
    # All of a trigger: its table, acts and moment, its function, and what that says.
    "postgresql": """SELECT tgname, pg_get_triggerdef(pg_trigger.oid), tgenabled, prosrc
        FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid WHERE NOT tgisinternal ORDER BY tgname""",
}


@pytest.fixture
def empty(either_url: str) -> Iterator[Database]:
    found = Database(either_url)
    yield found
    found.close()


def test_an_empty_database_is_refused_until_it_is_migrated(empty: Database) -> None:
    with pytest.raises(schema.OldSchema, match="consilium migrate"):
        schema.check(empty)
    schema.migrate(empty)
    schema.check(empty)


def test_migrating_twice_changes_nothing(empty: Database) -> None:
    assert schema.migrate(empty) == schema.migrate(empty)


def test_the_migrated_tables_are_those_of_the_models(empty: Database) -> None:
    schema.migrate(empty)
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        assert compare_metadata(context, schema.METADATA) == []


def test_what_autogeneration_does_not_see_is_that_of_the_models_too(empty: Database) -> None:
    """The conditions on rows, and the triggers that keep signed rows as they are."""
    schema.migrate(empty)
    migrated = unseen(empty.engine)
    with empty.engine.begin() as connection:
        schema.METADATA.drop_all(connection)
    schema.METADATA.create_all(empty.engine)
    assert migrated == unseen(empty.engine)


def unseen(engine: Engine) -> tuple[list[tuple[str, ...]], dict[str, dict[str, str]]]:
    """Triggers, and conditions by table and name; there are some of both."""
    with engine.connect() as connection:
        triggers = [tuple(row) for row in connection.execute(text(TRIGGERS[engine.dialect.name]))]
        tables = inspect(connection)
        conditions = {
            table: {str(each["name"]): each["sqltext"] for each in tables.get_check_constraints(table)}
            for table in schema.METADATA.tables
        }
    assert triggers
    assert "EXC-%" in conditions["expert_conclusion"]["ck_expert_conclusion_is_conclusion"]
    return triggers, conditions
