"""What a transaction has done is published once it stands."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from collab.delivery.bus import Bus, LiveEvent
from collab.delivery.publishing import publish_after_commit
from collab.kit.database import Database

SUBMITTED = LiveEvent("expertise.submit", "EXR-1", "immediate", "PER-1")


async def turn() -> None:
    """Let what other threads have offered come into the loop."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)


@pytest.fixture
def written(database: Database) -> Database:
    with database.transaction() as session:
        session.execute(text("CREATE TABLE note (words TEXT)"))
    return database


async def test_nobody_is_told_of_what_was_rolled_back(written: Database) -> None:
    bus = Bus()
    mine = bus.subscribe(["person:1"])

    def fail() -> None:
        with written.transaction() as session:
            session.execute(text("INSERT INTO note VALUES ('x')"))
            publish_after_commit(session, bus, ["person:1"], SUBMITTED)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    await turn()
    assert mine.is_empty


async def test_what_stands_is_told_and_only_then(written: Database) -> None:
    bus = Bus()
    mine = bus.subscribe(["person:1"])
    with written.transaction() as session:
        session.execute(text("INSERT INTO note VALUES ('x')"))
        publish_after_commit(session, bus, ["person:1"], SUBMITTED)
        await turn()
        assert mine.is_empty
    assert await mine.get() == SUBMITTED
