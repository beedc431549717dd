"""A real server with rooms on a free loopback port, and browsers' sockets to it."""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import msgspec
import uvicorn
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from collab.accounts.models import Person
from collab.kit.database import Database
from collab.kit.settings import Settings
from collab.rooms import endpoints
from collab.rooms.hub import TICK_S, RoomHub
from collab.rooms.protocol import (
    SUBPROTOCOL,
    SUBPROTOCOL_JSON,
    Act,
    Ask,
    Fact,
    FromBrowser,
    FromRoom,
    Hello,
    Ping,
    PointerMoved,
    Pong,
    Presence,
    ViewMoved,
    Welcome,
)
from collab.rooms.room import Connection
from collab.rooms.wire import RoomWire
from tests import make
from tests.collab.rooms import make as rooms
from tests.collab.rooms.hearing import Hearing

_FROM_ROOM = msgspec.msgpack.Decoder(FromRoom)
_FROM_ROOM_JSON = msgspec.json.Decoder(FromRoom)

# Not a speed: a test that waits longer than this has failed.
PATIENCE_S = 10.0

T = TypeVar("T")


class Closed(Exception):
    """The server has closed the socket."""

    def __init__(self, code: int | None, reason: str) -> None:
        self.code = code
        self.reason = reason
        super().__init__(code, reason)


@dataclass
class Browser:
    """One tab's socket; `got` keeps everything received."""

    socket: ClientConnection
    client_id: str
    got: list[FromRoom] = field(default_factory=list[FromRoom])
    hearing: Hearing = field(default_factory=Hearing)
    heard: deque[FromRoom] = field(default_factory=deque[FromRoom])
    n: int = 0

    @property
    def is_json(self) -> bool:
        return self.socket.subprotocol == SUBPROTOCOL_JSON

    async def send(self, message: FromBrowser) -> None:
        if self.is_json:
            await self.socket.send(msgspec.json.encode(message).decode())
        else:
            await self.socket.send(msgspec.msgpack.encode(message))

    async def ask(self, act: Act) -> int:
        self.n += 1
        await self.send(Ask(self.n, act))
        return self.n

    async def receive(self) -> FromRoom:
        while not self.heard:
            self.heard.extend(self.hearing.whole(await self._read()))
        self.got.append(self.heard[0])
        return self.heard.popleft()

    async def _read(self) -> FromRoom:
        try:
            data = await asyncio.wait_for(self.socket.recv(), PATIENCE_S)
        except ConnectionClosed as closed:
            raise Closed(closed.rcvd.code if closed.rcvd else None, closed.rcvd.reason if closed.rcvd else "") from None
        return _FROM_ROOM_JSON.decode(data) if isinstance(data, str) else _FROM_ROOM.decode(data)

    async def until(self, kind: type[T], is_it: Callable[[T], bool] = lambda _: True) -> T:
        """The next message of a kind for which `is_it` holds; the others before it are only kept."""
        while True:
            message = await self.receive()
            if isinstance(message, kind) and is_it(message):
                return message

    async def fact(self, kind: type[T]) -> tuple[Fact, T]:
        """The next fact of a kind, and what it says was done."""
        found = await self.until(Fact, lambda one: isinstance(one.done, kind))
        assert isinstance(found.done, kind)
        return found, found.done

    async def closing(self) -> Closed:
        """Read on until the server closes; how it did."""
        while True:
            try:
                await self.receive()
            except Closed as closed:
                return closed

    async def cut(self) -> None:
        """The network is gone: no closing handshake, the TCP connection is reset."""
        self.socket.transport.abort()
        await self.socket.wait_closed()

    @property
    def last_frame(self) -> int:
        return max(one.frame for one in self.got if isinstance(one, PointerMoved | ViewMoved))

    def presence_of(self, actor: str) -> Presence:
        """What was said last of a member."""
        return next(one for one in reversed(self.got) if isinstance(one, Presence) and one.actor == actor)

    @property
    def seqs(self) -> list[int]:
        return [one.seq for one in self.got if isinstance(one, Fact)]


@dataclass(kw_only=True)
class LiveServer:
    """A running server with rooms; its clock stands still until the test moves it."""

    port: int
    hub: RoomHub
    app: Starlette
    clock: make.TestClock
    database: Database
    origin: str
    sockets: list[ClientConnection] = field(default_factory=list[ClientConnection])

    def connections(self, room_id: str) -> list[Connection]:
        """The server's own end of every connection in a room."""
        return list(self.hub._rooms[room_id].logins)  # pyright: ignore[reportPrivateUsage]

    async def hand_over(self) -> None:
        """As the hub does when it stops."""
        hub = self.hub
        await hub._give_up(list(hub._rooms.values()))  # pyright: ignore[reportPrivateUsage]

    async def renew(self) -> None:
        """As the hub does by itself every few seconds."""
        await self.hub._renew()  # pyright: ignore[reportPrivateUsage]

    async def pass_by(self, seconds: float, *, witness: Browser) -> None:
        """Let time pass in steps of the room's tick, in each of which the witness is heard."""
        for _ in range(round(seconds / TICK_S)):
            self.clock.pass_by(seconds=TICK_S)
            await witness.send(Ping(0))
            await witness.until(Pong)
            await self.hub._tick()  # pyright: ignore[reportPrivateUsage]

    async def connect(
        self,
        room_id: str,
        person: Person | None,
        *,
        origin: str | None = None,
        protocol: str = SUBPROTOCOL,
        **options: Any,
    ) -> ClientConnection:
        """An open socket that has said nothing yet."""
        headers = {"cookie": f"consilium={rooms.token_of(person)}"} if person else {}
        opened = await connect(
            f"ws://127.0.0.1:{self.port}/rooms/{room_id}/live",
            origin=origin or self.origin,  # pyright: ignore[reportArgumentType] - a NewType of str
            subprotocols=[protocol],  # pyright: ignore[reportArgumentType] - a NewType of str
            additional_headers=headers,
            ping_interval=None,
            proxy=None,
            **{"compression": None} | options,
        )
        self.sockets.append(opened)
        return opened

    async def hang_up(self) -> None:
        """End every socket, also those whose unread frames would keep them from hearing of the end."""
        for opened in self.sockets:
            opened.transport.abort()
            await opened.wait_closed()

    async def enter(
        self,
        room_id: str,
        person: Person,
        *,
        client_id: str | None = None,
        seq: int = 0,
        next_n: int = 1,
        protocol: str = SUBPROTOCOL,
        **options: Any,
    ) -> tuple[Browser, Welcome]:
        """A tab in the room, and the welcome that it got."""
        tab = Browser(
            await self.connect(room_id, person, protocol=protocol, **options), client_id or f"tab-{person.id}"
        )
        tab.n = next_n - 1
        await tab.send(Hello(tab.client_id, seq, next_n))
        return tab, await tab.until(Welcome)


@asynccontextmanager
async def serving(
    database: Database,
    *,
    send_buffer: int | None = None,
    public: int | None = None,
    ws: Any = RoomWire,  # Any: uvicorn takes a name or a class
    **options: Any,
) -> AsyncGenerator[LiveServer]:
    """A uvicorn of its own around the rooms' routes, with the settings of the product.

    `public`: the port of the address that browsers use, where this is another one of several servers behind it.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    if send_buffer is not None:
        # Accepted connections inherit it.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
    port: int = listener.getsockname()[1]
    used = Settings(port=public or port)
    clock = make.TestClock()
    # Time passes by the test's clock alone.
    kept = {"address": f"http://127.0.0.1:{port}", "elapsed_s": lambda: clock().timestamp()}
    hub = RoomHub(database=database, clock=clock, **kept | options)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        async with hub.running():
            yield

    built = make.server(database, endpoints.routes(), settings=used, parts={RoomHub: hub}, lifespan=lifespan)
    built.app.state.site = replace(built.site, clock=clock)
    config = uvicorn.Config(
        built.app,
        ws=ws,
        ws_max_size=1 << 16,
        ws_per_message_deflate=False,
        log_config=None,
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0)
    origin = used.origin
    live = LiveServer(port=port, hub=hub, app=built.app, clock=clock, database=database, origin=origin)
    try:
        yield live
    finally:
        await live.hang_up()
        server.should_exit = True
        await task
        listener.close()


async def turn() -> None:
    """Let the server's own tasks go on."""
    await asyncio.sleep(0)
