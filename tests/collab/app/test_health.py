"""What the machine that watches the server is told, and that nobody else is."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from collab.app import health
from collab.kit.clock import utc_now
from collab.kit.database import Database
from collab.kit.settings import Settings
from collab.rooms.hub import RoomHub
from tests import make
from tests.postgres import Postgres

# Not a speed: a test that waits longer than this has failed.
PATIENCE_S = 30.0


@pytest.fixture
def served(database: Database, tmp_path: Path) -> make.TestServer:
    hub = RoomHub(database=database, clock=utc_now)
    return make.server(database, health.routes(), settings=Settings(data=tmp_path), parts={RoomHub: hub})


def watcher(served: make.TestServer, address: str = "127.0.0.1") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(served.app, client=(address, 40_000))
    return httpx.AsyncClient(transport=transport, base_url=make.ORIGIN)


async def test_a_server_with_its_database_is_alive_and_ready(served: make.TestServer) -> None:
    async with watcher(served) as client:
        assert (await client.get("/healthz")).text == "ok"
        assert (await client.get("/readyz")).status_code == 200


async def test_looking_takes_no_writers_turn(served: make.TestServer) -> None:
    other = Database(str(served.site.database.url))  # as another process has it
    with other.transaction() as session:
        session.execute(text("UPDATE person SET name = name"))
        async with asyncio.timeout(PATIENCE_S), watcher(served) as client:
            assert (await client.get("/readyz")).status_code == 200
    other.close()


async def test_a_postgresql_that_is_gone_is_told(
    postgres_server: Postgres, postgres_database: Database, tmp_path: Path
) -> None:
    served = make.server(postgres_database, health.routes(), settings=Settings(data=tmp_path))
    async with watcher(served) as client:
        assert (await client.get("/readyz")).status_code == 200
        postgres_server.drop(str(postgres_database.url.database))
        answer = await client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "database: OperationalError")


@pytest.fixture
def gone(tmp_path: Path) -> Iterator[make.TestServer]:
    """A server whose database has become something else under it."""
    path = tmp_path / "consilium.sqlite3"
    database = Database(f"sqlite:///{path}")
    path.write_bytes(b"no database, for the disk is broken" * 1000)
    yield make.server(database, health.routes(), settings=Settings(data=tmp_path))
    database.close()


async def test_without_its_database_it_is_alive_but_not_ready_and_says_no_more_than_the_kind_of_fault(
    gone: make.TestServer,
) -> None:
    async with watcher(gone) as client:
        assert (await client.get("/healthz")).status_code == 200
        answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert answer.text == "database: DatabaseError"
    with pytest.raises(sqlite3.DatabaseError), sqlite3.connect(str(gone.site.database.url.database)) as control:
        control.execute("SELECT 1 FROM sqlite_master")


async def test_counts_are_told_on_loopback(served: make.TestServer) -> None:
    for address in ("127.0.0.1", "::1"):
        async with watcher(served, address) as client:
            lines = dict(line.split() for line in (await client.get("/metrics")).text.splitlines())
        assert lines["consilium_rooms"] == "0"
        assert lines["consilium_room_connections"] == "0"
        assert float(lines["process_max_resident_memory_bytes"]) > 1e6


@pytest.mark.parametrize("address", ["192.0.2.7", "10.0.0.1", "2001:db8::7", "127.0.0.1.example"])
async def test_counts_are_not_told_to_anybody_else(served: make.TestServer, address: str) -> None:
    async with watcher(served, address) as client:
        answer = await client.get("/metrics")
    assert (answer.status_code, answer.text) == (404, "")
