"""A WebSocket client thin enough to stand in for hundreds of browsers on one core; for loopback load only.

A full client library costs 20 to 40 us a message, as much as the server under test, and would be what is measured.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable, Mapping

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA
# Any 16 bytes will do: the answer to it is not checked here.
KEY = "Y29uc2lsaXVtIGJlbmNoIQ=="


class NotUpgraded(Exception):
    """The server did not let a socket in; the message is its status line."""


def masked(payload: bytes, opcode: int = BINARY) -> bytes:
    """A client's frame (RFC 6455 5.2). The key is zero: masks protect proxies, and there are none on loopback."""
    size = len(payload)
    if size < 126:
        return bytes((0x80 | opcode, 0x80 | size, 0, 0, 0, 0)) + payload
    return bytes((0x80 | opcode, 0x80 | 126)) + struct.pack("!HI", size, 0) + payload


def read_frame(buffer: bytes, at: int) -> tuple[int, bytes, int] | None:
    """Opcode, payload and end of the server's frame that begins at `at`; None while it is not all there."""
    have = len(buffer) - at
    if have < 2:
        return None
    size, head = buffer[at + 1], 2
    if size == 126:
        head = 4
        size = int.from_bytes(buffer[at + 2 : at + 4], "big")
    elif size == 127:
        head = 10
        size = int.from_bytes(buffer[at + 2 : at + 10], "big")
    if have < head or have < head + size:
        return None
    return buffer[at] & 0x0F, buffer[at + head : at + head + size], at + head + size


class ThinSocket(asyncio.Protocol):
    """One connection; `on_message` is called with each message's bytes."""

    def __init__(self, on_message: Callable[[bytes], None]) -> None:
        self.on_message = on_message
        self.close_code: int | None = None
        self.bytes_in = 0
        self._rest = b""
        self._is_open = False
        self._opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None

    async def opened(self) -> None:
        """Raises `NotUpgraded`."""
        await asyncio.wait_for(self._opened, 10)

    def send(self, payload: bytes) -> None:
        assert self._transport is not None
        self._transport.write(masked(payload))

    def close(self) -> None:
        if self._transport is not None:
            self._transport.write(masked(struct.pack("!H", 1000), CLOSE))
            self._transport.close()

    # ---- asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self.bytes_in += len(data)
        if self._rest:
            data = self._rest + data
        at = 0 if self._is_open else self._upgrade(data)
        while self._is_open and (frame := read_frame(data, at)) is not None:
            opcode, payload, at = frame
            self._take(opcode, payload)
        self._rest = data[at:]

    def connection_lost(self, exc: Exception | None) -> None:
        self._is_open = False
        self.close_code = self.close_code or 1006
        if not self._opened.done():
            self._opened.set_exception(NotUpgraded("the connection ended"))

    def _upgrade(self, data: bytes) -> int:
        end = data.find(b"\r\n\r\n")
        if end < 0 or self._opened.done():
            return 0
        if data.startswith(b"HTTP/1.1 101"):
            self._is_open = True
            self._opened.set_result(None)
        else:
            self._opened.set_exception(NotUpgraded(data.split(b"\r\n")[0].decode("ascii", "replace")))
        return end + 4

    def _take(self, opcode: int, payload: bytes) -> None:
        if opcode == BINARY:
            self.on_message(payload)
        elif opcode == PING and self._transport is not None:
            self._transport.write(masked(payload, PONG))
        elif opcode == CLOSE:
            self.close_code = int.from_bytes(payload[:2], "big") or 1005


async def open_socket(
    port: int, path: str, headers: Mapping[str, str], on_message: Callable[[bytes], None]
) -> ThinSocket:
    """A socket to loopback that the server has accepted. Raises `NotUpgraded`."""
    transport, found = await asyncio.get_running_loop().create_connection(
        lambda: ThinSocket(on_message), "127.0.0.1", port
    )
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {KEY}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    transport.write(("\r\n".join(lines) + "\r\n\r\n").encode("ascii"))
    await found.opened()
    return found
