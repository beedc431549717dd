"""Publishing what a transaction has done: here and in the neighbours' processes, once it stands and never before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.orm import Session

from collab.delivery.bus import Bus, LiveEvent
from collab.delivery.neighbours import tell_neighbours


def publish_after_commit(session: Session, bus: Bus, topics: Iterable[str], event: LiveEvent) -> None:
    """Publish once the session's transaction stands: nobody may be called to something that was rolled back."""
    wanted = tuple(topics)

    def _publish(_: Any) -> None:  # Any: SQLAlchemy gives the session back
        bus.publish(wanted, event)

    sqlalchemy_event.listen(session, "after_commit", _publish, once=True)
    tell_neighbours(session, bus, wanted, event)
