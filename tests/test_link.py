"""The link is as slow as it says, and can be cut: a check on what other tests stand on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.link import Link, Shape


@pytest.fixture
async def big_server() -> AsyncIterator[int]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"x" * 500_000)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def fetch(port: int) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(b"?")
        return len(await reader.read(-1))
    finally:
        writer.close()


async def test_everything_arrives_and_is_counted(big_server: int) -> None:
    link = Link(big_server)
    assert await fetch(link.port) == 500_000
    assert link.bytes_down == 500_000
    link.close()


async def test_a_shaped_link_never_goes_faster_than_it_says(big_server: int) -> None:
    link = Link(big_server, Shape(mbit_s=20, rtt_ms=50))
    started = asyncio.get_running_loop().time()
    await fetch(link.port)
    took = asyncio.get_running_loop().time() - started
    # 500 kB at 20 Mbit/s are 0.2 s; connecting, asking and slow start (six windows of ten segments, doubled) add more.
    assert took > 0.2 + 2 * 0.05
    link.close()


async def test_nothing_passes_a_cut_wire_until_it_is_mended(big_server: int) -> None:
    link = Link(big_server)
    link.cut()
    fetching = asyncio.create_task(fetch(link.port))
    done, _ = await asyncio.wait([fetching], timeout=0.3)
    assert not done
    assert link.bytes_down == 0
    link.mend()
    fetching.cancel()
    await asyncio.gather(fetching, return_exceptions=True)
    assert await fetch(link.port) == 500_000
    link.close()
