"""Somebody in a room whom faults do not discourage: goes to another machine, asks again, and writes everything down."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage
from websockets.typing import Origin, Subprotocol

from collab.rooms.protocol import (
    SUBPROTOCOL,
    Act,
    Ask,
    ControlTaken,
    Drawn,
    Fact,
    FromBrowser,
    FromRoom,
    Hello,
    MovePointer,
    MoveView,
    Ping,
    PointerMoved,
    Pong,
    Refused,
    Say,
    TakeControl,
    ViewMoved,
    Welcome,
)
from tests.collab.faults.history import Asked, Ended, Event, Greeted, Pointed, Saw, Told, WasRefused, Welcomed
from tests.collab.rooms import make
from tests.collab.rooms.hearing import Hearing
from tests.collab.rooms.simulation import moved_in

BACK_AFTER_S = 0.2
# As the browser's client does: a link on which nothing comes for so long is given up.
SILENT_S = 12.0
PING_EVERY_S = 5.0
OPEN_WITHIN_S = 3.0
# Whoever has no answer to so many does not go on asking.
PATIENCE_ASKS = 20

_READ = msgspec.msgpack.Decoder(FromRoom)
# For all visitors of this process.
_lines = itertools.count(1)
_stamps = itertools.count(1)


@dataclass(eq=False, kw_only=True)
class Visitor:
    """`machines`: host and port of each, the one to go to first in front. `log`: shared by all visitors."""

    actor: str
    client_id: str
    cookie: str
    room_id: str
    origin: str
    address: str
    machines: Sequence[tuple[str, int]]
    log: list[Event]
    chance: Random
    seq: int = 0
    n: int = 0
    epoch: int = 0
    host: str = ""
    heard_s: float = 0.0
    unanswered: dict[int, Act] = field(default_factory=dict[int, Act])
    _presents: tuple[int, str | None] = (0, None)
    _attempt: int = 0
    _line: int = 0
    _moves: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _socket: ClientConnection | None = None

    async def stay(self) -> None:
        """In the room, over as many connections as it takes."""
        while True:
            self.host, port = self.machines[0]
            with contextlib.suppress(OSError, TimeoutError, InvalidHandshake, InvalidMessage):
                async with connect(
                    f"ws://{self.host}:{port}/rooms/{self.room_id}/live",
                    origin=Origin(self.origin),
                    subprotocols=[Subprotocol(SUBPROTOCOL)],
                    additional_headers={"cookie": self.cookie},
                    compression=None,
                    local_addr=(self.address, 0),
                    open_timeout=OPEN_WITHIN_S,
                    ping_interval=None,
                    close_timeout=0.1,
                    proxy=None,
                ) as socket:
                    await self._talk(socket)
            self._socket, self.epoch = None, 0
            if self.machines[0][0] == self.host:
                self.machines = (*self.machines[1:], self.machines[0])
            await asyncio.sleep(BACK_AFTER_S)

    async def move_to(self, host: str) -> None:
        """Come back through this machine."""
        self.machines = sorted(self.machines, key=lambda one: one[0] != host)
        if self._socket is not None and self.host != host:
            self.epoch = 0
            self._socket.transport.abort()

    async def _talk(self, socket: ClientConnection) -> None:
        self._line = next(_lines)
        self._attempt += 1
        hearing = Hearing()
        next_n = min(self.unanswered, default=self.n + 1)
        self._note(Greeted, seq=self.seq, next_n=next_n)
        try:
            await socket.send(msgspec.msgpack.encode(Hello(self.client_id, self.seq, next_n, self._attempt)))
            while True:
                # Not `wait_for`, which in Python 3.11 can swallow a cancelling.
                async with asyncio.timeout(SILENT_S):
                    received = await socket.recv()
                message = _READ.decode(received)
                for whole in hearing.whole(message):
                    await self._take(socket, whole)
                if moving := [one.frame for one in moved_in(message)]:
                    await self._say(Drawn(max(moving), self.seq))
        except ConnectionClosed as closed:
            end = closed.rcvd
            self._note(Ended, code=end.code if end else 1006, reason=end.reason if end else "")
        except TimeoutError:
            self._note(Ended, code=1006, reason="silent")

    async def _take(self, socket: ClientConnection, message: FromRoom) -> None:
        self.heard_s = asyncio.get_running_loop().time()
        match message:
            case Welcome():
                await self._welcomed(socket, message)
            case Fact():
                self._note(Told, fact=message)
                self.seq = message.seq
                if isinstance(message.done, ControlTaken):
                    self._presents = (message.done.term, message.done.holder)
                if message.client_id == self.client_id:
                    self.unanswered.pop(message.n, None)
            case Refused(n=n, code=code):
                self._note(WasRefused, n=n, code=code)
                self.unanswered.pop(n, None)
            case Ping(n=n):
                await self._say(Pong(n))
            case PointerMoved(actor=actor, pointer=pointer) if pointer is not None:
                self._note(Saw, actor=actor, stamp=pointer.point_world_mm[0])
            case ViewMoved(actor=actor, term=term, view=view):
                self._note(Saw, actor=actor, stamp=make.only_viewport(view).point_world_mm[2], term=term)
            case _:
                pass

    async def _welcomed(self, socket: ClientConnection, message: Welcome) -> None:
        self._note(Welcomed, epoch=message.epoch, acked=message.acked, state=message.state)
        if message.state is not None:
            self.seq = message.state.seq
            self._presents = (message.state.term, message.state.holder)
        for n in [one for one in self.unanswered if one <= message.acked]:
            del self.unanswered[n]
        self._socket, self.epoch = socket, message.epoch
        for n, act in sorted(self.unanswered.items()):
            await self._say(Ask(n, act))

    # ---- what they do

    async def act(self) -> None:
        """Say something, take the baton, point, move the view: again and again."""
        while True:
            await asyncio.sleep(self.chance.uniform(0.05, 0.3))
            term, holder = self._presents
            match self.chance.choice(("say", "say", "take", "point", "point", "move", "move")):
                case "say":
                    await self.ask(Say(f"{self.client_id} {self.n + 1}"))
                case "take":
                    await self.ask(TakeControl(term))
                case "point":
                    stamp = self._stamp()
                    await self._say(MovePointer(next(self._moves), make.pointer(stamp)))
                case _ if holder == self.actor:
                    stamp = self._stamp()
                    await self._say(MoveView(term, next(self._moves), make.view(stamp)))
                case _:
                    pass

    async def be_heard(self) -> None:
        """As a page does, every few seconds."""
        while True:
            await asyncio.sleep(PING_EVERY_S)
            await self._say(Ping(0))

    async def ask(self, act: Act) -> None:
        """Wish something; it is repeated until it is answered."""
        if len(self.unanswered) >= PATIENCE_ASKS:
            return
        self.n += 1
        self.log.append(
            Asked(at_s=asyncio.get_running_loop().time(), client_id=self.client_id, line=0, n=self.n, act=act)
        )
        self.unanswered[self.n] = act
        await self._say(Ask(self.n, act))

    def _stamp(self) -> float:
        stamp = float(next(_stamps))
        self._note(Pointed, stamp=stamp)
        return stamp

    async def _say(self, message: FromBrowser) -> None:
        if self._socket is not None:
            with contextlib.suppress(ConnectionClosed):
                await self._socket.send(msgspec.msgpack.encode(message))

    def _note(self, kind: type[Event], **values: object) -> None:
        at_s = asyncio.get_running_loop().time()
        self.log.append(kind(at_s=at_s, client_id=self.client_id, line=self._line, **values))  # pyright: ignore[reportCallIssue] - each kind has its own fields
