"""Migrations lead to the very tables that the models declare, on SQLite and on PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

from collab.app import schema
from collab.kit.database import Database, Model


@pytest.fixture
def empty(tmp_path: Path) -> Database:
    return Database(f"sqlite:///{tmp_path / 'new.sqlite3'}")


def test_an_empty_database_is_refused_until_it_is_migrated(empty: Database) -> None:
    with pytest.raises(schema.OldSchema, match="consilium migrate"):
        schema.check(empty)
    schema.migrate(empty)
    schema.check(empty)
    empty.close()


def test_migrating_twice_changes_nothing(empty: Database) -> None:
    assert schema.migrate(empty) == schema.migrate(empty)
    empty.close()


def test_the_migrated_tables_are_those_of_the_models(empty: Database) -> None:
    schema.migrate(empty)
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        assert compare_metadata(context, schema.METADATA) == []
    empty.close()


def test_the_migrated_triggers_are_those_of_the_models(empty: Database, tmp_path: Path) -> None:
    """What autogeneration does not see: the triggers that keep signed rows as they are."""
    schema.migrate(empty)
    declared = create_engine(f"sqlite:///{tmp_path / 'declared.sqlite3'}")
    Model.metadata.create_all(declared)
    query = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
    with empty.engine.connect() as migrated, declared.connect() as created:
        expected = [tuple(row) for row in created.execute(query)]
        assert [tuple(row) for row in migrated.execute(query)] == expected
        assert expected
    declared.dispose()
    empty.close()
