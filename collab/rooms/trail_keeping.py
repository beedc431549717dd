"""Deletes trails that are older than they may be kept, in the background of one server process."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from collab.audit.service import record
from collab.kit.clock import Clock
from collab.kit.database import Database
from collab.rooms.trail_files import TrailFiles
from collab.studies.background import Background

log = logging.getLogger("consilium.rooms")

EVERY = timedelta(hours=1)


class TrailKeeper:
    """A work of the leading process. What was deleted stands in the audit; `days` 0: nothing is kept."""

    def __init__(self, trails: TrailFiles, *, database: Database, clock: Clock, days: int) -> None:
        self._trails = trails
        self._database = database
        self._clock = clock
        self._kept_for = timedelta(days=days)
        self._looked_at: datetime | None = None
        self._background = Background("trails", self.look, threads=1)

    def start(self) -> None:
        self._background.start()

    def wake(self) -> None:
        """Nobody announces that time has passed: it looks by itself."""

    def stop(self) -> None:
        self._background.stop()

    def look(self) -> bool:
        """Delete what is too old, once an hour; False, since nothing is left to do then."""
        at = self._clock()
        if self._looked_at is not None and at - self._looked_at < EVERY:
            return False
        self._looked_at = at
        deleted = self._trails.delete(before=at - self._kept_for)
        if deleted:
            with self._database.transaction() as session:
                for room_id in deleted:
                    record(session, "room.trail_deleted", by="trail keeper", at=at, kind="room", object_id=room_id)
            log.info("trails of %d rooms deleted: older than %d days", len(deleted), self._kept_for.days)
        return False
