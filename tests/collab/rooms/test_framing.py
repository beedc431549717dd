"""Frames as the `websockets` library writes and reads them (RFC 6455 5.2)."""

from __future__ import annotations

import pytest
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from collab.rooms.framing import BINARY, TEXT, framed, is_whole_binary, sizes_of, unmasked

SIZES = [0, 1, 125, 126, 200, 65_535, 65_536]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("opcode", [TEXT, BINARY])
def test_the_library_reads_what_is_framed(size: int, opcode: int) -> None:
    stream = StreamReader()
    stream.feed_data(framed(b"x" * size, opcode))
    parser = Frame.parse(stream.read_exact, mask=False)
    with pytest.raises(StopIteration) as ended:
        next(parser)
    assert ended.value.value == Frame(Opcode(opcode), b"x" * size)


@pytest.mark.parametrize("size", SIZES)
def test_what_the_library_writes_is_found_and_unmasked(size: int) -> None:
    payload = bytes(number % 251 for number in range(size))
    data = Frame(Opcode.BINARY, payload).serialize(mask=True)
    sizes = sizes_of(b"??" + data + b"next", 2)
    assert sizes == (len(data) - size, size)
    assert is_whole_binary(data, 0)
    assert unmasked(data, len(data) - size, len(data)) == payload


@pytest.mark.parametrize("size", [1, 200, 70_000])
def test_the_sizes_of_a_head_that_is_not_all_there_are_not_known(size: int) -> None:
    data = Frame(Opcode.BINARY, b"x" * size).serialize(mask=True)
    head = len(data) - size
    assert all(sizes_of(data[:part], 0) is None for part in range(head))
    assert sizes_of(data[:head], 0) == (head, size)


@pytest.mark.parametrize(
    "data",
    [
        Frame(Opcode.TEXT, b"x").serialize(mask=True),
        Frame(Opcode.PING, b"x").serialize(mask=True),
        Frame(Opcode.BINARY, b"x", fin=False).serialize(mask=True),
        b"\xc2" + Frame(Opcode.BINARY, b"x").serialize(mask=True)[1:],
        Frame(Opcode.BINARY, b"x").serialize(mask=False),
    ],
    ids=["text", "ping", "fragment", "compressed", "unmasked"],
)
def test_everything_else_is_left_to_the_library(data: bytes) -> None:
    assert not is_whole_binary(data, 0)
