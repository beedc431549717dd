"""Which of several server processes does the work that only one may do: importing and preparing images."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from collab.kit.database import Database

log = logging.getLogger("consilium.app")

# How soon another process takes over, and how soon work is found that was announced to a process which does none.
LOOK_EVERY_S = 1.0
# Any constant: PostgreSQL's advisory lock of whoever works.
_LOCK = 0x_C0_15_12


class Work(Protocol):
    """A queue in the database, worked off in the background; can be started again after a stop."""

    def start(self) -> None: ...
    def wake(self) -> None: ...
    def stop(self) -> None: ...


class Leader:
    """Starts the works when this process becomes the leader; on SQLite, with its one process, at once."""

    def __init__(self, database: Database, works: Sequence[Work]) -> None:
        self._database = database
        self._works = works
        self._leads = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="leading", daemon=True)

    @property
    def leads(self) -> bool:
        return self._leads

    def start(self) -> None:
        if self._database.is_sqlite:
            self._begin()
        else:
            self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        self._end()

    def _begin(self) -> None:
        self._leads = True
        for work in self._works:
            work.start()

    def _end(self) -> None:
        if self._leads:
            for work in reversed(self._works):
                work.stop()
        self._leads = False

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._lead()
            except (SQLAlchemyError, OSError) as failure:
                log.warning("leading: %s", type(failure).__name__)
            self._stopping.wait(LOOK_EVERY_S)

    def _lead(self) -> None:
        """Hold the lock, if it is free, for as long as its connection lives."""
        with self._database.engine.connect() as connection:
            if not connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": _LOCK}):
                return
            connection.commit()
            self._begin()
            try:
                self._watch(connection)
            finally:
                # The lock is this process's for as long as the connection: what it guards ends first.
                self._end()
                with suppress(SQLAlchemyError):
                    connection.invalidate()

    def _watch(self, connection: Connection) -> None:
        while not self._stopping.wait(LOOK_EVERY_S):
            connection.execute(text("SELECT 1"))
            connection.commit()
            for work in self._works:
                work.wake()
