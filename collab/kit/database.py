"""The database: one engine, transactions, and the column types that keep instants aware; it holds no queries."""

from __future__ import annotations

import fcntl
from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import JSON, DateTime, Engine, MetaData, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect, ExceptionContext
from sqlalchemy.engine.url import URL, make_url
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

# A request that waits longer than this for the one SQLite connection is better refused than left hanging.
POOL_TIMEOUT_S = 15

PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # NORMAL lost acknowledged rows in 19 of 20 simulated power cuts, FULL in none of 200
    "foreign_keys=ON",
    "recursive_triggers=ON",  # else INSERT OR REPLACE takes a row out of an append-only table unseen by its trigger
    "busy_timeout=15000",
)

# A PostgreSQL that has gone without a word (its machine lost its power, a cable was pulled): Linux by itself would wait
# a quarter of an hour for an answer to what was sent, and two hours where nothing was. Whoever is let in by such a
# server is told so before they give the server up (12 s), and a room's owner before its lease has run out.
GIVE_UP: Mapping[str, int] = {
    "connect_timeout": 3,
    "tcp_user_timeout": 4000,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant; SQLite keeps no zone, so a naive value is refused rather than guessed."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        assert value.tzinfo is not None, "an instant without a zone"
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        # PostgreSQL answers in its server's zone, which pages and documents must not depend on.
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Model(DeclarativeBase):
    """Base of every table."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: Instant, dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012 - SQLAlchemy's


class Database:
    """Transactions on one engine. With SQLite there is one connection, so one writer, in the whole process."""

    def __init__(self, url: str) -> None:
        self.url: URL = make_url(url)
        self.engine = _sqlite_engine(self.url) if self.is_sqlite else _postgresql_engine(self.url)

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def transaction(self) -> Generator[Session]:
        """A session that commits when the block ends well and rolls back when it raises."""
        with self._one_writer(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    def ask(self, question: str) -> None:
        """Whether the database answers; outside of any transaction, so that no writer waits for it, nor it for one."""
        with closing(self.engine.raw_connection()) as connection:
            connection.cursor().execute(question)

    def _one_writer(self) -> Any:  # Any: either of two context managers, both yielding nothing of use
        # SQLite before 3.51.3 can lose the WAL when two connections checkpoint at once; `consilium import` beside a
        # running server is such a second connection, so writers of all processes take turns.
        if not self.is_sqlite or not self.url.database or self.url.database == ":memory:":
            return nullcontext()
        return _file_lock(Path(self.url.database + ".writer"))

    def close(self) -> None:
        self.engine.dispose()


@contextmanager
def _file_lock(path: Path) -> Generator[None]:
    with path.open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _sqlite_engine(url: URL) -> Engine:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        pool_size=1,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT_S,
        hide_parameters=True,  # an error's text goes to the log, a patient's name must not
        connect_args={"check_same_thread": False, "timeout": POOL_TIMEOUT_S},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: DBAPIConnection, _: object) -> None:  # pyright: ignore[reportUnusedFunction]
        connection.isolation_level = None  # pyright: ignore[reportAttributeAccessIssue] - we say BEGIN ourselves
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:  # pyright: ignore[reportUnusedFunction] - Any: SQLAlchemy's event argument
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def giving_up(url: URL) -> URL:
    """A PostgreSQL's URL with what says when it is gone; what the URL says of it itself stays."""
    return url.set(query={**{name: str(value) for name, value in GIVE_UP.items()}, **url.query})


def _postgresql_engine(url: URL) -> Engine:
    engine = create_engine(giving_up(url), pool_pre_ping=True, hide_parameters=True)

    @event.listens_for(engine, "handle_error")
    def _hide_rows(context: ExceptionContext) -> None:  # pyright: ignore[reportUnusedFunction]
        # Its detail quotes the row that failed, patient and all, and an error's text goes to the log.
        said, raised = context.original_exception, context.sqlalchemy_exception
        if isinstance(said, psycopg.Error) and said.diag.message_primary:
            whole, said.args = str(said), (said.diag.message_primary,)
            if raised is not None:
                raised.args = tuple(str(part).replace(whole, said.diag.message_primary) for part in raised.args)

    return engine
