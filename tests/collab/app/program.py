"""The program as it is run: `consilium` in processes of its own on a data folder, and browsers' sockets to it."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import os
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import httpx
import msgspec
from pycrdt import Doc, Text
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from collab.delivery.bus import LiveEvent
from collab.rooms.draft import TEXT_NAME
from collab.rooms.protocol import (
    SUBPROTOCOL_JSON,
    Act,
    Ask,
    Fact,
    FromBrowser,
    FromRoom,
    Hello,
    Ping,
    Pong,
    Signal,
    Signalled,
    TextUpdated,
    UpdateText,
    Welcome,
)
from rtc.headless import HeadlessIce, HeadlessMedia, HeadlessPeer
from rtc.signals import Signal as CallSignal
from rtc.signals import parse_signal

ROOT = Path(__file__).parents[3]
# Not a speed: a test that waits longer than this has failed.
PATIENCE_S = 60.0

T = TypeVar("T")


async def eventually(found: Callable[[], Awaitable[T | None]]) -> T:
    """What `found` gives as soon as it gives something; it is asked again and again until the deadline."""
    async with asyncio.timeout(PATIENCE_S):
        while (value := await found()) is None:  # noqa: ASYNC110 - another process has no event for us
            await asyncio.sleep(0.05)
        return value


@dataclass(kw_only=True)
class Program:
    """`consilium serve` on a data folder and a free port, and other commands beside it."""

    data: Path
    database_url: str = ""
    port: int = 0
    workers: int = 1
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CONSILIUM_")}
        ours = {
            "CONSILIUM_DATA": str(self.data),
            "CONSILIUM_DATABASE_URL": self.database_url,
            "CONSILIUM_PORT": str(self.port),
            "CONSILIUM_WORKERS": "1",
        }
        return {**kept, **ours, "PYTHONPATH": str(ROOT)}

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command on the same data; in the data folder, where no developer's `.env` lies."""
        return subprocess.run(
            [sys.executable, "-m", "collab.app", *arguments],
            cwd=self.data, env=self._environment(), capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    @asynccontextmanager
    async def serving(self) -> AsyncGenerator[None]:
        self.process = self._start()
        try:
            await eventually(self._is_ready)
            yield
        finally:
            self.process.terminate()
            await asyncio.to_thread(self.process.wait, 30)

    def _start(self) -> subprocess.Popen[bytes]:
        with (self.data / "server.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "collab.app", "serve", "--workers", str(self.workers)],
                cwd=self.data, env=self._environment(), stdout=log, stderr=log,
            )  # fmt: skip

    async def _is_ready(self) -> bool | None:
        assert self.process is not None
        assert self.process.poll() is None, (self.data / "server.log").read_text()[-4000:]
        try:
            async with httpx.AsyncClient() as client:
                return (await client.get(f"{self.origin}/readyz")).status_code == 200 or None
        except httpx.TransportError:
            return None

    @asynccontextmanager
    async def browser(self, email: str, password: str) -> AsyncGenerator[httpx.AsyncClient]:
        """Somebody's browser, signed in at the page."""
        async with httpx.AsyncClient(
            base_url=self.origin, headers={"origin": self.origin}, timeout=PATIENCE_S
        ) as client:
            answer = await client.post("/login", data={"email": email, "password": password})
            assert answer.status_code == 303, answer.text
            yield client


@asynccontextmanager
async def news(client: httpx.AsyncClient) -> AsyncGenerator[AsyncIterator[LiveEvent]]:
    """The live events of a signed-in browser, from when it is listening."""
    async with client.stream("GET", "/live/worklist") as answer:
        assert answer.status_code == 200
        lines = answer.aiter_lines()
        assert (await anext(lines)).startswith("retry")
        yield _events(lines)


async def _events(lines: AsyncIterator[str]) -> AsyncIterator[LiveEvent]:
    async for line in lines:
        if line.startswith("data: "):
            yield msgspec.json.decode(line.removeprefix("data: "), type=LiveEvent)


_FROM_ROOM = msgspec.msgpack.Decoder(FromRoom)
_FROM_ROOM_JSON = msgspec.json.Decoder(FromRoom)
_clients = itertools.count(1)


@dataclass(eq=False, kw_only=True)
class Tab:
    """One browser tab in a room, over all its connections: what it was told, its asks, its copy of the text."""

    client: httpx.AsyncClient
    room_id: str
    protocol: str
    client_id: str = field(default_factory=lambda: f"tab-{next(_clients)}")
    got: list[FromRoom] = field(default_factory=list[FromRoom])
    n: int = 0
    actor: str = ""
    doc: Doc[Text] = field(default_factory=Doc[Text])
    on_signal: Callable[[Signalled], Awaitable[None]] | None = None
    _socket: ClientConnection | None = None
    _reader: asyncio.Task[None] | None = None
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def enter(self, *, seq: int = 0, next_n: int = 1) -> Welcome:
        """Connect and say hello; the welcome."""
        origin = str(self.client.base_url).rstrip("/")
        cookies = "; ".join(f"{name}={value}" for name, value in self.client.cookies.items())
        self._socket = await connect(
            f"ws{origin.removeprefix('http')}/rooms/{self.room_id}/live",
            origin=Origin(origin),
            subprotocols=[Subprotocol(self.protocol)],
            additional_headers={"cookie": cookies},
            compression=None,
            proxy=None,
        )
        before = len(self.got)
        self._reader = asyncio.create_task(self._read(self._socket))
        await self.send(Hello(self.client_id, seq, next_n))
        welcome = await self.until(Welcome, after=before)
        self.actor = welcome.actor
        return welcome

    async def _read(self, connection: ClientConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for data in connection:
                message = _FROM_ROOM_JSON.decode(data) if isinstance(data, str) else _FROM_ROOM.decode(data)
                self._merge(message)
                self.got.append(message)
                if isinstance(message, Ping):
                    await self.send(Pong(message.n))
                if isinstance(message, Signalled) and self.on_signal:
                    await self.on_signal(message)
                async with self._changed:
                    self._changed.notify_all()

    def _merge(self, message: FromRoom) -> None:
        """As a browser does: a state's text, and each update after it."""
        match message:
            case Fact(done=TextUpdated(update)):
                self.doc.apply_update(base64.b64decode(update))
            case Welcome(state=state) if state is not None and state.text:
                self.doc.apply_update(base64.b64decode(state.text))
            case _:
                pass

    async def send(self, message: FromBrowser) -> None:
        assert self._socket is not None
        packed = msgspec.json.encode(message).decode() if self.is_json else msgspec.msgpack.encode(message)
        await self._socket.send(packed)

    @property
    def is_json(self) -> bool:
        return self.protocol == SUBPROTOCOL_JSON

    async def ask(self, act: Act) -> int:
        self.n += 1
        await self.send(Ask(self.n, act))
        return self.n

    async def until(self, kind: type[T], is_it: Callable[[T], bool] = lambda _: True, *, after: int = 0) -> T:
        """The first message of a kind for which `is_it` holds, now or when it comes."""

        def find() -> T | None:
            return next((one for one in self.got[after:] if isinstance(one, kind) and is_it(one)), None)

        async with asyncio.timeout(PATIENCE_S), self._changed:
            await self._changed.wait_for(lambda: find() is not None)
        found = find()
        assert found is not None
        return found

    async def fact(self, kind: type[T], is_it: Callable[[T], bool] = lambda _: True) -> tuple[Fact, T]:
        """The first fact of a kind, and what it says was done."""
        found = await self.until(Fact, lambda one: isinstance(one.done, kind) and is_it(one.done))
        assert isinstance(found.done, kind)
        return found, found.done

    @property
    def seqs(self) -> list[int]:
        return [one.seq for one in self.got if isinstance(one, Fact)]

    @property
    def text(self) -> str:
        return str(self.doc.get(TEXT_NAME, type=Text))

    async def write(self, text: str, *, at_start: bool = False) -> None:
        """Type into the conclusion."""
        written: list[bytes] = []
        shared = self.doc.get(TEXT_NAME, type=Text)
        watched = self.doc.observe(lambda event: written.append(event.update))
        if at_start:
            shared.insert(0, text)
        else:
            shared += text
        self.doc.unobserve(watched)
        for update in written:
            await self.ask(UpdateText(base64.b64encode(update).decode()))

    async def cut(self) -> None:
        """The network is gone: the TCP connection is reset, without a word."""
        assert self._socket is not None
        self._socket.transport.abort()
        await self._socket.wait_closed()
        assert self._reader is not None
        await self._reader

    async def close(self) -> None:
        assert self._socket is not None
        await self._socket.close()
        assert self._reader is not None
        await self._reader


def peer_over(tab: Tab, other: str, *, tone_hz: float) -> HeadlessPeer:
    """A participant of a call whose signals go through the tab's room."""

    async def send(signal: CallSignal) -> None:
        await tab.send(Signal(to=other, data=msgspec.json.encode(signal).decode()))

    async def take(signalled: Signalled) -> None:
        assert signalled.sender == other
        await peer.receive(parse_signal(signalled.data))

    ice = HeadlessIce(host_addresses=("127.0.0.1",))
    peer = HeadlessPeer(send, media=HeadlessMedia(tone_hz, None), ice=ice)
    tab.on_signal = take
    return peer
