"""What moves a talk's frames: a wire that calls back, or two tasks on any ASGI server; the room knows neither."""

from __future__ import annotations

import asyncio
from typing import Protocol

from collab.rooms.frames import Frame
from collab.rooms.outbox import Close
from collab.rooms.talk import Talk
from collab.rooms.wire import Wire

CLOSE_WITHIN_S = 1.0


class Socket(Protocol):
    """One connection as frames."""

    async def read(self) -> bytes | str | None: ...
    async def write(self, frame: Frame) -> None: ...


class Turn:
    """Whoever has something to send once what is happening now has happened, all of them called back at once."""

    def __init__(self) -> None:
        self._due: list[OnWire] = []

    def add(self, one: OnWire) -> None:
        if not self._due:
            asyncio.get_running_loop().call_soon(self._send)
        self._due.append(one)

    def _send(self) -> None:
        due, self._due = self._due, []
        at_ms = due[0].now_ms()  # once for all: this is done for every sample
        for one in due:
            one.send(at_ms)


class OnWire:
    """Frames straight from and to a wire: what several movers change at one moment goes out in one piece."""

    def __init__(self, wire: Wire, turn: Turn, *, is_json: bool) -> None:
        self._wire = wire
        self._turn = turn
        self._is_json = is_json
        self._loop = asyncio.get_running_loop()
        self._over: asyncio.Future[Close | None] = self._loop.create_future()
        self._talk: Talk | None = None
        self._is_due = False

    def wake(self) -> None:
        """There may be something to send, once whatever is happening now has happened."""
        if not self._is_due:
            self._is_due = True
            self._turn.add(self)

    async def carry(self, talk: Talk) -> Close | None:
        """Until the end; what is still to be said then."""
        self._talk = talk
        self._wire.deliver_to(self)
        self.wake()
        return await self._over

    def now_ms(self) -> int:
        return self._talk.now_ms() if self._talk is not None else 0

    def send(self, at_ms: int) -> None:
        """As much as the wire takes; its turn has come."""
        self._is_due = False
        wire, talk = self._wire, self._talk
        if talk is None or self._over.done():
            return
        # The end does not wait for a reader who stands still.
        while not wire.is_full or talk.is_closing:
            item = talk.next(at_ms=at_ms)
            if item is None:
                return
            if isinstance(item, Close):
                self._over.set_result(item)
                return
            wire.write(item.on_the_wire(is_json=self._is_json))
            if not talk.has_more:
                return

    # ---- what the wire calls

    def received(self, data: bytes | str) -> None:
        if self._talk is not None and not self._over.done():
            self._talk.hear(data, at_s=self._loop.time())

    def writable(self) -> None:
        self.wake()

    def ended(self) -> None:
        if not self._over.done():
            self._over.set_result(None)


class OnTasks:
    """One reader and one writer."""

    def __init__(self, socket: Socket) -> None:
        self._socket = socket
        self._awake = asyncio.Event()
        self._talk: Talk | None = None
        self._writer: asyncio.Task[Close | None] | None = None

    def wake(self) -> None:
        self._awake.set()
        if self._talk is not None and self._writer is not None and self._talk.is_closing:
            # The end does not wait for a reader who stands still.
            asyncio.get_running_loop().call_later(CLOSE_WITHIN_S, self._writer.cancel)

    async def carry(self, talk: Talk) -> Close | None:
        """Until the end; what is still to be said then."""
        self._talk = talk
        reader = asyncio.create_task(self._read(talk), name="room reader")
        self._writer = writer = asyncio.create_task(self._write(talk), name="room writer")
        try:
            await asyncio.wait({reader, writer}, return_when=asyncio.FIRST_COMPLETED)
            if talk.is_closing:
                await asyncio.wait({writer})
        finally:
            for task in (reader, writer):
                task.cancel()
            ends = await asyncio.gather(reader, writer, return_exceptions=True)
        for end in ends:
            if isinstance(end, Exception):
                raise end
        return ends[1] if isinstance(ends[1], Close) else None

    async def _read(self, talk: Talk) -> None:
        now_s = asyncio.get_running_loop().time
        while (received := await self._socket.read()) is not None:
            talk.hear(received, at_s=now_s())

    async def _write(self, talk: Talk) -> Close | None:
        try:
            while True:
                await self._awake.wait()
                self._awake.clear()
                while (item := talk.next(at_ms=talk.now_ms())) is not None:
                    if isinstance(item, Close):
                        return item
                    await self._socket.write(item)
        except OSError:
            return None  # The connection is gone (ASGI 2.4); the reader hears of it too.
