"""The link is as slow as it says, and can be cut: a check on what other tests stand on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.link import Link, Shape

SIZE = 2_500_000


@pytest.fixture
async def big_server() -> AsyncIterator[int]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"x" * SIZE)
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
    assert await fetch(link.port) == SIZE
    assert link.bytes_down == SIZE
    link.close()


async def test_a_shaped_link_goes_as_fast_as_it_says_and_no_faster(big_server: int) -> None:
    link = Link(big_server, Shape(mbit_s=20, rtt_ms=50))
    started = asyncio.get_running_loop().time()
    await fetch(link.port)
    took = asyncio.get_running_loop().time() - started
    # 2.5 MB at 20 Mbit/s are 1 s, and connecting and asking are two round trips.
    assert took > 1 + 2 * 0.05
    # Slow start from ten segments fills 20 Mbit/s (125 kB a round trip) in five more. A link that never left it would
    # take 9 s; the rest of the time allowed is the machine's.
    assert took < 4
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
    assert await fetch(link.port) == SIZE
    link.close()


async def test_what_was_sent_to_a_client_that_has_gone_takes_no_room_on_the_link(big_server: int) -> None:
    link = Link(big_server, Shape(mbit_s=20, rtt_ms=50))
    reader, writer = await asyncio.open_connection("127.0.0.1", link.port)
    writer.write(b"?")
    await reader.readexactly(100_000)
    writer.close()
    started = asyncio.get_running_loop().time()
    await fetch(link.port)
    # Without it the two would have shared the link for a second each: 2 s.
    assert link.bytes_down < SIZE + 1_000_000
    assert asyncio.get_running_loop().time() - started < 4
    link.close()
