"""Tables whose rows are never changed: triggers that the database itself obeys, whoever holds the connection."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import DDL, FromClause, Table, event

_SQLITE = """CREATE TRIGGER {table}_no_{act} BEFORE {ACT} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""

_POSTGRESQL_FUNCTION = """CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$refuse$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $refuse$"""

_POSTGRESQL = """CREATE TRIGGER {table}_no_{act} BEFORE {ACT} ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"""


def append_only_statements(table: str, dialect: str) -> Sequence[str]:
    """The statements that make a table append-only, for a migration to execute after it created the table."""
    if dialect == "sqlite":
        return [_SQLITE.format(table=table, act=act, ACT=act.upper()) for act in ("update", "delete")]
    assert dialect == "postgresql", dialect
    acts = ("update", "delete", "truncate")
    return [_POSTGRESQL_FUNCTION, *(_POSTGRESQL.format(table=table, act=act, ACT=act.upper()) for act in acts)]


def make_append_only(table: FromClause) -> None:
    """`metadata.create_all` creates the triggers with the table."""
    assert isinstance(table, Table)
    for dialect in ("sqlite", "postgresql"):
        for statement in append_only_statements(table.name, dialect):
            # A DDL's text is filled with %: the function's own % must survive that.
            ddl = DDL(statement.replace("%", "%%")).execute_if(dialect=dialect)
            event.listen(table, "after_create", ddl)
