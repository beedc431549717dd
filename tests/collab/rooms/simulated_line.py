"""Connections of a simulated region: in order and late, held up, cut, or half open."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.types import Message as Event

from collab.rooms import gateway, store
from collab.rooms.carriers import OnTasks, OnWire
from collab.rooms.framing import sizes_of
from collab.rooms.outbox import Close
from collab.rooms.protocol import FromRoom
from collab.rooms.relay import TRY_AGAIN
from collab.rooms.wire import Receiver
from tests.collab.rooms.simulated_server import Server
from tests.collab.rooms.simulated_time import Clockwork

if TYPE_CHECKING:
    from tests.collab.rooms.simulated_visitor import Visitor

# pyright: reportPrivateUsage=false
# What stands before the gateway's serving needs a server of HTTP.

_FROM_ROOM = msgspec.msgpack.Decoder(FromRoom)
# More than this on a line that carries nothing, and whoever sends has to wait.
SOCKET_FRAMES = 64


@dataclass(eq=False)
class Pipe:
    """One direction of a line: in order, with a delay, and held up while it carries nothing."""

    clockwork: Clockwork
    chance: Random
    arrived: Callable[[Any], None]
    is_blocked: bool = False
    is_broken: bool = False
    held: deque[Any] = field(default_factory=deque[Any])
    opened: Callable[[], object] = lambda: None
    last_s: float = 0.0

    def put(self, item: Any) -> None:
        if self.is_blocked:
            self.held.append(item)
        else:
            self.last_s = max(self.last_s, self.clockwork.now_s + self.chance.uniform(0.005, 0.08))
            self.clockwork.at(self.last_s, lambda: self._out(item))

    def _out(self, item: Any) -> None:
        if self.is_broken:
            return
        if self.is_blocked:
            self.held.append(item)
        else:
            self.arrived(item)

    def open(self) -> None:
        """It carries again what has waited, as TCP does."""
        self.is_blocked = False
        held, self.held = self.held, deque()
        for item in held:
            self.put(item)
        self.opened()

    def cut(self) -> None:
        self.is_broken = True
        self.opened()


class Conversation:
    """One connection of a tab to a server, carried there as the gateway does it: as a wire, or by two tasks."""

    def __init__(self, visitor: Visitor, server: Server) -> None:
        region = visitor.region
        self.visitor, self.server, self.region = visitor, server, region
        self.epoch = 0
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self._receiver: Receiver | None = None
        self.up = Pipe(region.clockwork, region.chance, self._arrived_up)
        self.down = Pipe(region.clockwork, region.chance, lambda item: visitor.heard(self, item))
        region.clockwork.after(region.chance.uniform(0.01, 0.1), lambda: server.call_soon(self._begin))

    def _begin(self) -> None:
        self.server.create_task(self._serve())

    async def _serve(self) -> None:
        """As the gateway does around what it has in common with this."""
        try:
            address = await asyncio.to_thread(self._elsewhere)
            if address is not None:
                return self._carried_to(address)
            admission = gateway.Admission(self.visitor.member, "LOG-none")
            socket = gateway._Socket(self._receive, self._send, is_json=False)
            carrier = OnWire(self, self.server.turn, is_json=False) if self.region.is_on_wires else OnTasks(socket)
            await gateway._serve(self.server.hub, self.region.room_id, admission, socket, carrier)
        except gateway.Refused as refused:
            self.down.put(refused.close)
        except OSError:
            self.down.put(Close(1011, "fault"))

    def _elsewhere(self) -> str | None:
        owner = self.server.hub.owner
        with owner.database.transaction() as session:
            room = store.find_room(session, self.region.room_id)
            assert room is not None
            return owner.elsewhere(session, room)

    def _carried_to(self, address: str) -> None:
        """One hop, as the relay; a paused owner takes the connection and says nothing."""
        owner = self.region.at(address)
        if owner is None or owner.is_over:
            self.down.put(Close(TRY_AGAIN, "owner_unreachable"))
        else:
            self.server = owner
            owner.call_soon(self._begin)

    def _arrived_up(self, event: Event) -> None:
        if self._receiver is None:
            # As a system does for a process, paused or not.
            self._events.put_nowait(event)
        else:
            self.server.call_soon(self._hand_over, event)

    def _hand_over(self, event: Event) -> None:
        assert self._receiver is not None
        if event["type"] == "websocket.receive":
            self._receiver.received(event["bytes"])
        else:
            self._receiver.ended()

    # ---- as a wire

    @property
    def is_full(self) -> bool:
        return len(self.down.held) >= SOCKET_FRAMES

    def deliver_to(self, receiver: Receiver) -> None:
        self._receiver = receiver
        while not self._events.empty():
            self._hand_over(self._events.get_nowait())
        self.down.opened = lambda: self.server.call_soon(receiver.writable)

    def write(self, frame: bytes) -> None:
        sizes = sizes_of(frame, 0)
        assert sizes is not None
        self._speak(frame[sizes[0] :])

    # ---- as a socket of ASGI

    async def _receive(self) -> Event:
        return await self._events.get()

    async def _send(self, event: Event) -> None:
        if self.server.is_dead:
            return
        while self.is_full and not self.down.is_broken:
            free = asyncio.Event()
            self.down.opened = free.set
            await free.wait()
        if self.down.is_broken:
            raise OSError("simulated: connection reset")
        if event["type"] == "websocket.close":
            self.down.put(Close(event["code"], event["reason"]))
            return
        self._speak(event["bytes"])

    def _speak(self, frame: bytes) -> None:
        if self.server.is_dead or self.down.is_broken:
            return
        message = _FROM_ROOM.decode(frame)
        self.region.spoken(self, message)
        self.down.put(message)

    def lose(self, *, server_hears_after_s: float | None) -> None:
        """The line is gone; a half-open one is found out by silence alone."""
        self.up.cut()
        self.down.cut()
        if server_hears_after_s is not None:
            gone: Event = {"type": "websocket.disconnect", "code": 1006}
            self.region.clockwork.after(server_hears_after_s, lambda: self._arrived_up(gone))
