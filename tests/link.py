"""A link between a browser and a server on loopback: rate, round trip, TCP slow start, and a wire that can be cut.

The kernels of test machines have no netem; this stands in for it in user space. It shapes what a TCP connection lets
through, not packets: no loss, no reordering.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

CHUNK = 8192
# RFC 6928 and RFC 5681: ten segments first, doubled each round trip until the link is full.
FIRST_WINDOW = 14_600
LARGEST_WINDOW = 4_000_000
# A window not used for this long starts small again (RFC 2861).
IDLE_S = 1.0


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Rate from the server in Mbit/s (None: as fast as it goes) and round trip in ms."""

    mbit_s: float | None = None
    rtt_ms: float = 0.0


class Link:
    """Listens on a free port and passes everything on to `target`; runs in a thread of its own."""

    def __init__(self, target: int, shape: Shape | None = None) -> None:
        self.target = target
        self.shape = shape or Shape()
        self.bytes_down = 0
        self._loop = asyncio.new_event_loop()
        self._whole = asyncio.Event()
        self._whole.set()
        self._open: set[asyncio.StreamWriter] = set()
        self._queue: deque[tuple[int, asyncio.Future[None]]] = deque()
        self._waiting = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.port: int = self._do(self._listen())

    def cut(self) -> None:
        """The wire is gone: nothing passes, nobody is told, as when a network goes away; new connections hang."""
        self._loop.call_soon_threadsafe(self._whole.clear)

    def mend(self) -> None:
        """The wire is back; what was open before is reset, as by a router that has forgotten it."""
        self._loop.call_soon_threadsafe(self._whole.set)
        self._loop.call_soon_threadsafe(self._reset)

    def close(self) -> None:
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()

    def _do(self, work: Coroutine[Any, Any, int]) -> int:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10)

    async def _listen(self) -> int:
        self._pump = asyncio.create_task(self._send_at_rate())
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        return self._server.sockets[0].getsockname()[1]

    async def _end(self) -> int:
        self._server.close()
        self._reset()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        return 0

    def _reset(self) -> None:
        for writer in tuple(self._open):
            writer.transport.abort()

    async def _connect(self, from_browser: asyncio.StreamReader, to_browser: asyncio.StreamWriter) -> None:
        self._open.add(to_browser)
        to_server = None
        try:
            await asyncio.sleep(self.shape.rtt_ms / 1000)  # SYN and SYN-ACK
            await self._whole.wait()
            from_server, to_server = await asyncio.open_connection("127.0.0.1", self.target)
            self._open.add(to_server)
            ways = {
                asyncio.create_task(self._up(from_browser, to_server)),
                asyncio.create_task(self._down(from_server, to_browser)),
            }
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            # A browser that has closed resets what comes after: no more of it takes room on the link.
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
        except (OSError, asyncio.CancelledError):
            pass  # either end went away, or the test is over: what is open is closed below
        finally:
            for writer in (to_browser, to_server):
                if writer:
                    self._open.discard(writer)
                    writer.close()

    async def _up(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(65_536):
            await self._whole.wait()
            self._later(sink, data)
        await asyncio.sleep(self.shape.rtt_ms / 2000)

    async def _down(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        window = _Window(self.shape.rtt_ms / 1000, self._loop.time())
        while data := await source.read(CHUNK):
            await self._whole.wait()
            await window.let_pass(len(data))
            await self._take(len(data))
            self.bytes_down += len(data)
            self._later(sink, data)
            if sink.transport.get_write_buffer_size() > 1 << 20:
                await sink.drain()
        await asyncio.sleep(self.shape.rtt_ms / 2000)
        sink.close()

    def _later(self, sink: asyncio.StreamWriter, data: bytes) -> None:
        if self.shape.rtt_ms:
            self._loop.call_later(self.shape.rtt_ms / 2000, sink.write, data)
        else:
            sink.write(data)

    async def _take(self, size: int) -> None:
        """Wait for the shared link: connections take turns, chunk by chunk."""
        if self.shape.mbit_s is None:
            return
        turn = self._loop.create_future()
        self._queue.append((size, turn))
        self._waiting.set()
        await turn

    async def _send_at_rate(self) -> None:
        free_at = self._loop.time()
        while True:
            if not self._queue:
                self._waiting.clear()
                await self._waiting.wait()
            size, turn = self._queue.popleft()
            now = self._loop.time()
            # At most 4 ms of idle time is made good: a sleep that overslept must not lower the rate.
            free_at = max(free_at, now - 0.004) + size * 8 / ((self.shape.mbit_s or 1) * 1e6)
            if free_at - now > 0.002:
                await asyncio.sleep(free_at - now)
            if not turn.done():
                turn.set_result(None)


class _Window:
    """Slow start: how much one connection may have under way in a round trip."""

    def __init__(self, rtt_s: float, now: float) -> None:
        self._rtt_s, self._size, self._used, self._since, self._last = rtt_s, FIRST_WINDOW, 0, now, now

    async def let_pass(self, size: int) -> None:
        if not self._rtt_s:
            return
        loop = asyncio.get_running_loop()
        now = loop.time()
        if now - self._last > IDLE_S:
            self._size = max(FIRST_WINDOW, self._size // 2)
        if now - self._since >= self._rtt_s:
            self._next_round(now)
        if self._used + size > self._size:
            await asyncio.sleep(max(0.0, self._since + self._rtt_s - now))
            self._used = self._size  # held back by the window: it was full
            self._next_round(loop.time())
        self._used += size
        self._last = loop.time()

    def _next_round(self, now: float) -> None:
        if self._used >= 0.9 * self._size:
            self._size = min(2 * self._size, LARGEST_WINDOW)
        self._used, self._since = 0, now
