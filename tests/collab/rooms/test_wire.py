"""However a browser's bytes are cut, the room hears the same; what is no WebSocket ends the connection."""

from __future__ import annotations

import msgspec
import pytest
from websockets.asyncio.client import ClientConnection
from websockets.frames import Frame, Opcode

from collab.kit.database import Database
from collab.rooms.protocol import MAX_FRAME_BYTES, SUBPROTOCOL_JSON, Ask, Ping, Pong, Said, Say, Welcome
from tests.collab.rooms import live, make


def masked(message: Ping | Ask) -> bytes:
    return Frame(Opcode.BINARY, msgspec.msgpack.encode(message)).serialize(mask=True)


def write(socket: ClientConnection, data: bytes) -> None:
    """Past the library, which would not let this out."""
    socket.transport.write(data)


async def test_r1_frames_that_come_in_one_piece_are_all_heard(database: Database) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        tab, _ = await server.enter(case.room_id, case.expert)
        write(tab.socket, b"".join(masked(Ping(number)) for number in range(5)))
        assert [await tab.until(Pong) for _ in range(5)] == [Pong(number) for number in range(5)]


async def test_r1_a_frame_that_comes_byte_by_byte_is_heard(database: Database) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        tab, _ = await server.enter(case.room_id, case.expert)
        for byte in masked(Ask(1, Say("x" * 300))):
            write(tab.socket, bytes((byte,)))
        await tab.fact(Said)
        await tab.send(Ping(1))
        assert await tab.until(Pong) == Pong(1)


async def test_r1_a_message_in_fragments_with_a_ping_of_the_wire_between_is_heard(database: Database) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        tab, _ = await server.enter(case.room_id, case.expert)
        packed = msgspec.msgpack.encode(Ping(7))
        pieces = (
            Frame(Opcode.BINARY, packed[:2], fin=False),
            Frame(Opcode.PING, b"there"),
            Frame(Opcode.CONT, packed[2:]),
        )
        write(tab.socket, b"".join(each.serialize(mask=True) for each in pieces) + masked(Ping(8)))
        assert [await tab.until(Pong), await tab.until(Pong)] == [Pong(7), Pong(8)]


async def test_r1_what_comes_right_behind_hello_is_heard_after_it(database: Database) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        socket = await server.connect(case.room_id, case.expert)
        tab = live.Browser(socket, "tab")
        hello = Frame(Opcode.BINARY, msgspec.msgpack.encode({"t": "hello", "client_id": "tab", "seq": 0}))
        write(socket, hello.serialize(mask=True) + masked(Ask(1, Say("first"))) + masked(Ask(2, Say("second"))))
        welcome = await tab.until(Welcome)
        assert welcome.acked == 2
        assert welcome.state is not None
        assert [line.text for line in welcome.state.chat] == ["first", "second"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (Frame(Opcode.BINARY, b"\x80").serialize(mask=False), 1002),
        (Frame(Opcode.CONT, b"\x80").serialize(mask=True), 1002),
        (b"\xc2" + Frame(Opcode.BINARY, b"\x80").serialize(mask=True)[1:], 1002),
        (Frame(Opcode.BINARY, b"x" * (MAX_FRAME_BYTES + 1)).serialize(mask=True)[:20], 1009),
    ],
    ids=["unmasked", "continues nothing", "compressed", "says that it will be too big"],
)
async def test_r2_what_is_no_frame_ends_the_connection(database: Database, data: bytes, code: int) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        tab, _ = await server.enter(case.room_id, case.expert)
        write(tab.socket, data)
        assert (await tab.closing()).code == code
        while server.hub.counts[1]:
            await live.turn()


async def test_r2_text_that_is_no_utf_8_ends_the_connection(database: Database) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        tab, _ = await server.enter(case.room_id, case.expert, protocol=SUBPROTOCOL_JSON)
        write(tab.socket, Frame(Opcode.TEXT, b"\xff").serialize(mask=True))
        assert (await tab.closing()).code == 1007


async def test_r1_compression_is_refused(database: Database) -> None:
    """Offered by the browser (RFC 7692), it is not in the server's answer."""
    case = make.case(database)
    async with live.serving(database) as server:
        socket = await server.connect(case.room_id, case.expert, compression="deflate")
        assert socket.response is not None
        assert "Sec-WebSocket-Extensions" not in socket.response.headers
