"""Live events between the server processes of one PostgreSQL: each hears what the others have published."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress

import msgspec
import psycopg
from sqlalchemy import func, select
from sqlalchemy.engine.url import URL
from sqlalchemy.orm import Session

from collab.delivery.bus import Bus, LiveEvent
from collab.kit.database import giving_up

log = logging.getLogger("consilium.delivery")

CHANNEL = "consilium_live"
# A notification of PostgreSQL carries less than 8,000 bytes.
TOPICS_A_LETTER = 100
TRY_AGAIN_S = 1.0


class _Letter(msgspec.Struct, frozen=True):
    """An event as it travels; `sender` has given it to its own listeners already."""

    sender: str
    topics: tuple[str, ...]
    event: LiveEvent


_WRITE = msgspec.json.Encoder()
_READ = msgspec.json.Decoder(_Letter)


def tell_neighbours(session: Session, bus: Bus, topics: Sequence[str], event: LiveEvent) -> None:
    """Other processes hear of it when, and only if, the session's transaction stands; nothing where there are none."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for start in range(0, len(topics), TOPICS_A_LETTER):
        letter = _Letter(bus.name, tuple(topics[start : start + TOPICS_A_LETTER]), event)
        session.execute(select(func.pg_notify(CHANNEL, _WRITE.encode(letter).decode())))


@asynccontextmanager
async def hearing_neighbours(bus: Bus, url: URL) -> AsyncGenerator[None]:
    """Publish here what others publish, until the block ends; on SQLite there are no others."""
    if url.get_backend_name() == "sqlite":
        yield
        return
    listening = asyncio.create_task(_listen(bus, _conninfo(url)), name="live events of neighbours")
    try:
        yield
    finally:
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening


async def _listen(bus: Bus, conninfo: str) -> None:
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                # What was published before this moment was not heard.
                bus.tell_missed()
                async for notification in connection.notifies():
                    _pass_on(bus, notification.payload)
        except psycopg.Error as failure:
            log.warning("live events of neighbours: %s", type(failure).__name__)
        await asyncio.sleep(TRY_AGAIN_S)


def _pass_on(bus: Bus, payload: str) -> None:
    try:
        letter = _READ.decode(payload)
    except msgspec.DecodeError:
        # A neighbour of another version: whoever listens looks for themselves.
        return bus.tell_missed()
    if letter.sender != bus.name:
        bus.publish(letter.topics, letter.event)
    return None


def _conninfo(url: URL) -> str:
    return giving_up(url).set(drivername="postgresql").render_as_string(hide_password=False)
