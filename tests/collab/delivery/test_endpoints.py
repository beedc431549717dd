"""The stream of news as an ASGI server sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from collab.accounts.models import Login
from collab.delivery import endpoints
from collab.delivery.bus import Bus, LiveEvent
from collab.delivery.endpoints import MAX_STREAMS_A_PERSON, person_topic, routes, topics_of
from collab.kit.database import Database
from tests import make
from tests.collab.expertise.make import World
from tests.collab.expertise.make import world as make_world

PATIENCE_S = 10.0


class Stream:
    """One request to `/live/worklist`, read piece by piece."""

    def __init__(self, server: make.TestServer, cookies: str) -> None:
        self._server = server
        self._cookies = cookies
        self._sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._gone = asyncio.Event()
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": "/live/worklist",
            "raw_path": b"/live/worklist",
            "query_string": b"",
            "root_path": "",
            "headers": [(b"host", b"127.0.0.1:8000"), (b"cookie", self._cookies.encode())],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 8000),
        }
        asked = False

        async def receive() -> dict[str, Any]:
            nonlocal asked
            if not asked:
                asked = True
                return {"type": "http.request", "body": b"", "more_body": False}
            await self._gone.wait()
            return {"type": "http.disconnect"}

        await self._server.app(scope, receive, self._sent.put)  # type: ignore[arg-type]

    async def next(self) -> Any:
        return await asyncio.wait_for(self._sent.get(), PATIENCE_S)

    async def start(self) -> int:
        return int((await self.next())["status"])

    async def piece(self) -> bytes:
        return (await self.next()).get("body", b"")

    async def leave(self) -> None:
        self._gone.set()
        await asyncio.wait([self.task], timeout=PATIENCE_S)


@pytest.fixture
def world(database: Database, tmp_path: Any) -> Iterator[World]:
    with closing(make_world(database, tmp_path / "data")) as found:
        found.server.app.router.routes.extend(routes())
        yield found


async def cookies_of(world: World) -> str:
    browser = await world.server.sign_in(world.expert)
    return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())


async def test_a_stranger_hears_nothing(world: World) -> None:
    stream = Stream(world.server, "")
    assert await stream.start() == 401


async def test_a_request_that_is_sent_is_heard_by_the_expert_without_the_patient_s_name(world: World) -> None:
    stream = Stream(world.server, await cookies_of(world))
    assert await stream.start() == 200
    assert (await stream.piece()).startswith(b"retry:")
    request_id = await asyncio.to_thread(world.ask)
    heard = await stream.piece()
    assert heard.startswith(b"data: ")
    assert request_id.encode() in heard
    assert b"expertise.submit" in heard
    assert b"MARTIN" not in heard
    await stream.leave()
    assert world.bus.count(person_topic(world.expert.id)) == 0


async def test_a_login_that_ends_ends_the_stream(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoints, "HEARTBEAT_S", 0.02)
    stream = Stream(world.server, await cookies_of(world))
    await stream.start()
    await stream.piece()
    assert await stream.piece() == b": beat\n\n"
    with world.database.transaction() as session:
        session.query(Login).update({"ended_at": make.NIGHT})
    await asyncio.wait_for(stream.task, PATIENCE_S)
    assert world.bus.count(person_topic(world.expert.id)) == 0


async def test_the_end_of_a_login_is_heard_at_once_where_it_is_told(world: World) -> None:
    stream = Stream(world.server, await cookies_of(world))
    await stream.start()
    await stream.piece()
    with world.database.transaction() as session:
        login = session.query(Login).one()
    world.bus.publish(endpoints.login_topic(login.id), LiveEvent("login.ended", login.id))
    await asyncio.wait_for(stream.task, PATIENCE_S)


async def test_a_stopping_server_does_not_wait_for_streams(world: World) -> None:
    stream = Stream(world.server, await cookies_of(world))
    await stream.start()
    await stream.piece()
    world.server.site.part(Bus).close()
    await asyncio.wait_for(stream.task, PATIENCE_S)


async def test_one_person_has_a_bounded_number_of_streams(world: World) -> None:
    for _ in range(MAX_STREAMS_A_PERSON):
        world.bus.subscribe([person_topic(world.expert.id)])
    stream = Stream(world.server, await cookies_of(world))
    assert await stream.start() == 429


def test_a_person_hears_their_own_topics_only(world: World) -> None:
    caller = world.caller(world.expert)
    assert topics_of(caller) == {
        f"person:{world.expert.id}",
        f"team:{world.team_id}",
        f"hospital:{world.expert.hospital_id}",
        "login:LOG-test",
    }
