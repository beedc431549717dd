"""`/live/worklist`: server-sent events for one signed-in person: that something changed, never what is in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from collab.delivery.bus import CLOSED, Bus, LiveEvent, Subscription
from collab.kit.caller import Caller
from collab.kit.web import Site

# Proxies cut silent connections after 30 to 60 s; each beat also looks whether the login still lives.
HEARTBEAT_S = 15
# One browser shares one stream among its tabs; more than this is a fault or an attack.
MAX_STREAMS_A_PERSON = 16


def routes() -> Sequence[BaseRoute]:
    return [Route("/live/worklist", follow_worklist)]


def topics_of(caller: Caller) -> frozenset[str]:
    """What a person hears: what is for them, their teams and their hospital, and the end of their own login."""
    teams = {team_topic(team_id) for team_id in caller.team_ids}
    return frozenset(
        {person_topic(caller.person_id), hospital_topic(caller.hospital_id), login_topic(caller.login_id), *teams}
    )


def person_topic(person_id: str) -> str:
    return f"person:{person_id}"


def team_topic(team_id: str) -> str:
    return f"team:{team_id}"


def hospital_topic(hospital_id: str) -> str:
    return f"hospital:{hospital_id}"


def login_topic(login_id: str) -> str:
    return f"login:{login_id}"


async def follow_worklist(request: Request) -> Response:
    site: Site = request.app.state.site
    caller = await run_in_threadpool(_find_caller, request, site)
    if caller is None:
        return PlainTextResponse("sign in", 401)
    bus = site.part(Bus)
    if bus.count(person_topic(caller.person_id)) >= MAX_STREAMS_A_PERSON:
        return PlainTextResponse("too many streams", 429)
    return _Stream(request, site, bus.subscribe(topics_of(caller)))


class _Stream(StreamingResponse):
    """An answer that ends its subscription however it ends: a suspended generator might be closed much later."""

    def __init__(self, request: Request, site: Site, subscription: Subscription) -> None:
        self._site = site
        self._subscription = subscription
        # X-Accel-Buffering: nginx would keep events until its buffer is full.
        super().__init__(
            _stream(request, site, subscription),
            media_type="text/event-stream",
            headers={"X-Accel-Buffering": "no"},
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._site.part(Bus).unsubscribe(self._subscription)


def _find_caller(request: Request, site: Site) -> Caller | None:
    with site.database.transaction() as session:
        return site.find_caller(session, request, site=site)


async def _stream(request: Request, site: Site, subscription: Subscription) -> AsyncIterator[bytes]:
    yield b"retry: 2000\n\n"
    while True:
        event = await _next(subscription)
        if event is None:
            if await run_in_threadpool(_find_caller, request, site) is None:
                return
            yield b": beat\n\n"
        elif event is CLOSED or event.kind == "login.ended":
            return
        else:
            yield _frame(event)


async def _next(subscription: Subscription) -> LiveEvent | None:
    try:
        # Not `wait_for`, which in Python 3.11 can swallow the cancelling of a page that has gone.
        async with asyncio.timeout(HEARTBEAT_S):
            return await subscription.get()
    except TimeoutError:
        return None


def _frame(event: LiveEvent) -> bytes:
    return b"data: " + msgspec.json.encode(event) + b"\n\n"
