"""Live events between processes: heard by the others once the transaction stands, never twice by one's own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text

from collab.delivery.bus import MISSED, Bus, LiveEvent, Subscription
from collab.delivery.neighbours import CHANNEL, TOPICS_A_LETTER, hearing_neighbours
from collab.delivery.publishing import publish_after_commit
from collab.kit.database import Database

SUBMITTED = LiveEvent("expertise.submit", "EXR-1", "immediate", "PER-1")
PATIENCE_S = 20.0


@asynccontextmanager
async def hearing(database: Database) -> AsyncGenerator[tuple[Bus, Subscription]]:
    """Another process's bus that hears its neighbours, and somebody who listens there to all of it."""
    bus = Bus()
    listener = bus.subscribe(["person:1"])
    async with hearing_neighbours(bus, database.url):
        assert await heard(listener) == MISSED  # from now on it hears everything
        yield bus, listener


async def heard(listener: Subscription) -> LiveEvent:
    return await asyncio.wait_for(listener.get(), PATIENCE_S)


async def test_what_one_process_publishes_another_hears(postgres_database: Database) -> None:
    here = Bus()
    async with hearing(postgres_database) as (_, listener):
        with postgres_database.transaction() as session:
            publish_after_commit(session, here, ["team:9", "person:1"], SUBMITTED)
        assert await heard(listener) == SUBMITTED


async def test_what_is_rolled_back_nobody_hears(postgres_database: Database) -> None:
    here, after = Bus(), LiveEvent("expertise.after", "EXR-2")
    async with hearing(postgres_database) as (_, listener):

        def fail() -> None:
            with postgres_database.transaction() as session:
                publish_after_commit(session, here, ["person:1"], SUBMITTED)
                raise RuntimeError

        with pytest.raises(RuntimeError):
            fail()
        with postgres_database.transaction() as session:
            publish_after_commit(session, here, ["person:1"], after)
        assert await heard(listener) == after


async def test_a_process_hears_its_own_event_once(postgres_database: Database) -> None:
    after = LiveEvent("expertise.after", "EXR-2")
    async with hearing(postgres_database) as (bus, listener):
        for event in (SUBMITTED, after):
            with postgres_database.transaction() as session:
                publish_after_commit(session, bus, ["person:1"], event)
        assert [await heard(listener), await heard(listener)] == [SUBMITTED, after]


async def test_an_event_for_very_many_still_fits(postgres_database: Database) -> None:
    topics = [f"person:{number:040}" for number in range(TOPICS_A_LETTER * 2)]
    async with hearing(postgres_database) as (_, listener):
        with postgres_database.transaction() as session:
            publish_after_commit(session, Bus(), [*topics, "person:1"], SUBMITTED)
        assert await heard(listener) == SUBMITTED


async def test_a_letter_of_another_version_makes_everybody_look(postgres_database: Database) -> None:
    async with hearing(postgres_database) as (_, listener):
        with postgres_database.transaction() as session:
            session.execute(text(f"SELECT pg_notify('{CHANNEL}', '{{}}')"))
        assert await heard(listener) == MISSED


async def test_whoever_loses_the_database_listens_again_and_looks(postgres_database: Database) -> None:
    async with hearing(postgres_database) as (_, listener):
        with postgres_database.transaction() as session:
            session.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE :said"),
                {"said": f"LISTEN {CHANNEL}%"},
            )
        assert await heard(listener) == MISSED
        with postgres_database.transaction() as session:
            publish_after_commit(session, Bus(), ["person:1"], SUBMITTED)
        assert await heard(listener) == SUBMITTED


async def test_a_process_alone_on_its_sqlite_has_no_neighbours(database: Database) -> None:
    bus = Bus()
    listener = bus.subscribe(["person:1"])
    async with hearing_neighbours(bus, database.url):
        with database.transaction() as session:
            session.execute(text("SELECT 1"))
            publish_after_commit(session, bus, ["person:1"], SUBMITTED)
        assert await heard(listener) == SUBMITTED
