"""One durable step for the facts of many rooms: checks who owns each room and writes, or writes nothing of it.

Plain blocking functions, for a thread; the hub calls them.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from collab.kit.database import Database
from collab.rooms import store
from collab.rooms.journal import seal
from collab.rooms.protocol import Fact, KeyViewAdded, KeyViewRemoved, TextUpdated
from collab.rooms.store import Standing

log = logging.getLogger("consilium.rooms")


@dataclass(frozen=True, kw_only=True)
class Batch:
    """The next facts of one room; `previous_hash` is the journal's head as its owner knows it."""

    room_id: str
    epoch: int
    previous_hash: str
    facts: tuple[Fact, ...]


def commit(database: Database, batches: Sequence[Batch]) -> dict[str, str]:
    """Journal the batches; the new head's hash of every room whose batch is durable. A room not named has failed."""
    try:
        return _write(database, batches)
    except (SQLAlchemyError, OSError) as failure:
        # The statement's text would show what people wrote.
        log.error("journal: %s for rooms %s", type(failure).__name__, ", ".join(one.room_id for one in batches))
    # One room's fault must not stop the others.
    if len(batches) == 1:
        return {}
    heads: dict[str, str] = {}
    for batch in batches:
        heads |= commit(database, [batch])
    return heads


def _write(database: Database, batches: Sequence[Batch]) -> dict[str, str]:
    heads: dict[str, str] = {}
    with database.transaction() as session:
        found = store.standings(session, [batch.room_id for batch in batches], hold=True)
        for batch in batches:
            why = _why_not(found.get(batch.room_id), batch)
            if why is not None:
                log.warning("journal: room %s gives way: %s", batch.room_id, why)
                continue
            entries = seal(batch.facts, room_id=batch.room_id, epoch=batch.epoch, previous_hash=batch.previous_hash)
            store.append(session, entries)
            heads[batch.room_id] = entries[-1].hash
    return heads


def _why_not(standing: Standing | None, batch: Batch) -> str | None:
    if standing is None or standing.epoch != batch.epoch:
        return "another owner has taken it"
    # The signature's transaction read the draft; what comes to the journal after it was not signed.
    is_draft = any(isinstance(fact.done, TextUpdated | KeyViewAdded | KeyViewRemoved) for fact in batch.facts)
    return "its draft was signed meanwhile" if standing.signed_conclusion_id is not None and is_draft else None
