"""The thin link lets through what it says, in order and whole."""

from __future__ import annotations

import asyncio

from tests.bench.thin import ThinLink


async def test_bytes_pass_both_ways_unchanged() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readexactly(1000))
        await writer.drain()
        writer.close()

    sent = bytes(number % 251 for number in range(1000))
    async with await asyncio.start_server(echo, "127.0.0.1", 0) as server:
        with ThinLink(server.sockets[0].getsockname()[1], bit_s=800_000, rtt_ms=2) as link:
            reader, writer = await asyncio.open_connection("127.0.0.1", link.port)
            writer.write(sent)
            assert await asyncio.wait_for(reader.read(), 10) == sent
            writer.close()
