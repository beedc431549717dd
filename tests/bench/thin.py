"""A thin link in front of a server: so many bits a second, a round trip, and a queue of a few kilobytes.

`tests/link.py` lets 8 KiB pass at a time, two seconds of such a link. Everything else that is under way waits in the
server's own kernel, as behind a real bottleneck.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import suppress

# As much as 5 ms of the link: what is passed on at once.
PIECE = 64
QUEUE = 4096


class ThinLink:
    """Listens on a free port while the block lasts."""

    def __init__(self, target: int, *, bit_s: float, rtt_ms: float) -> None:
        self._target = target
        self._byte_s = bit_s / 8
        self._way_s = rtt_ms / 2000
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.port = 0

    def __enter__(self) -> ThinLink:
        self._thread.start()
        self.port = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _listen(self) -> int:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        return self._server.sockets[0].getsockname()[1]

    async def _end(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with socket.socket() as server:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, QUEUE)
            server.connect(("127.0.0.1", self._target))
            server.setblocking(False)
            up = asyncio.create_task(self._up(reader, server))
            try:
                await self._down(server, writer)
            except asyncio.CancelledError:
                pass  # the block has ended
            finally:
                up.cancel()
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()

    async def _up(self, reader: asyncio.StreamReader, server: socket.socket) -> None:
        while data := await reader.read(4096):
            # Little goes this way: the kernel takes it all at once.
            self._loop.call_later(self._way_s, server.send, data)

    async def _down(self, server: socket.socket, writer: asyncio.StreamWriter) -> None:
        free_at = self._loop.time()
        while data := await self._loop.sock_recv(server, PIECE):
            free_at = max(free_at, self._loop.time() - 0.004) + len(data) / self._byte_s
            self._loop.call_later(max(0.0, free_at - self._loop.time()) + self._way_s, writer.write, data)
            if (wait_s := free_at - self._loop.time()) > 0.002:
                await asyncio.sleep(wait_s)
        await asyncio.sleep(max(0.0, free_at - self._loop.time()) + 2 * self._way_s)
