"""A person in a room who never gives up: comes back after every loss, repeats what was not answered, keeps a log."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Origin, Subprotocol

from collab.rooms.protocol import SUBPROTOCOL, Act, Ask, Fact, FromRoom, Hello, Ping, Pong, Refused, Welcome

BACK_AFTER_S = 0.2
# As the browser's client does: a link on which nothing comes for so long is given up.
SILENT_S = 12.0

_READ = msgspec.msgpack.Decoder(FromRoom)


@dataclass(eq=False, kw_only=True)
class Colleague:
    """`facts`: all that it was told, in order. `epochs`: of each welcome. `unanswered`: asks under way, by number."""

    origin: str
    room_id: str
    cookie: str
    client_id: str
    facts: list[Fact] = field(default_factory=list[Fact])
    epochs: list[int] = field(default_factory=list[int])
    codes: list[int] = field(default_factory=list[int])
    unanswered: dict[int, Act] = field(default_factory=dict[int, Act])
    answered: set[int] = field(default_factory=set[int])
    n: int = 0
    _socket: ClientConnection | None = None
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @asynccontextmanager
    async def there(self) -> AsyncGenerator[None]:
        """In the room, over as many connections as it takes, until the block ends."""
        staying = asyncio.create_task(self._stay())
        try:
            async with asyncio.timeout(60), self._changed:
                await self._changed.wait_for(lambda: bool(self.epochs))
            yield
        finally:
            # More than once: a library on the way may take a cancelling for an end of its own.
            while not staying.done():
                staying.cancel()
                await asyncio.wait({staying}, timeout=1)

    async def ask(self, act: Act) -> int:
        """Wish something; it is repeated until it is answered."""
        self.n += 1
        self.unanswered[self.n] = act
        if self._socket is not None:
            with contextlib.suppress(ConnectionClosed):
                await self._say(Ask(self.n, act))
        return self.n

    async def until_answered(self, within_s: float) -> None:
        async with asyncio.timeout(within_s), self._changed:
            await self._changed.wait_for(lambda: not self.unanswered)

    @property
    def seq(self) -> int:
        return self.facts[-1].seq if self.facts else 0

    async def _say(self, message: Ask | Hello | Pong) -> None:
        assert self._socket is not None
        await self._socket.send(msgspec.msgpack.encode(message))

    async def _stay(self) -> None:
        while True:
            with contextlib.suppress(OSError, TimeoutError, InvalidHandshake):
                async with connect(
                    f"ws{self.origin.removeprefix('http')}/rooms/{self.room_id}/live",
                    origin=Origin(self.origin),
                    subprotocols=[Subprotocol(SUBPROTOCOL)],
                    additional_headers={"cookie": self.cookie},
                    compression=None,
                    open_timeout=3,
                    ping_interval=None,
                    close_timeout=0.1,
                    proxy=None,
                ) as socket:
                    await self._talk(socket)
            self._socket = None
            await asyncio.sleep(BACK_AFTER_S)

    async def _talk(self, socket: ClientConnection) -> None:
        self._socket = socket
        try:
            await self._say(Hello(self.client_id, self.seq, min(self.unanswered, default=self.n + 1)))
            while True:
                # Not `wait_for`, which in Python 3.11 can swallow the cancelling of `there`.
                async with asyncio.timeout(SILENT_S):
                    received = await socket.recv()
                await self._take(_READ.decode(received))
        except ConnectionClosed as closed:
            self.codes.append(closed.rcvd.code if closed.rcvd else 1006)

    async def _take(self, message: FromRoom) -> None:
        match message:
            case Welcome(epoch=epoch, acked=acked):
                self.epochs.append(epoch)
                for n in [one for one in self.unanswered if one <= acked]:
                    del self.unanswered[n]
                for n, act in sorted(self.unanswered.items()):
                    await self._say(Ask(n, act))
            case Fact(seq=seq) if seq == self.seq + 1 or not self.facts:
                self.facts.append(message)
                if message.client_id == self.client_id:
                    self._answer(message.n)
            case Fact(seq=seq) if seq > self.seq:
                raise AssertionError("R12: a hole in what the room says")
            case Refused(n=n):
                self._answer(n)
            case Ping(n=n):
                await self._say(Pong(n))
            case _:
                pass
        async with self._changed:
            self._changed.notify_all()

    def _answer(self, n: int) -> None:
        self.answered.add(n)
        self.unanswered.pop(n, None)
