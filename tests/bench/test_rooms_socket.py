"""The thin client speaks the frames that the `websockets` library reads and writes (RFC 6455)."""

from __future__ import annotations

import pytest
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from tests.bench.rooms_socket import BINARY, TEXT, masked, read_frame

SIZES = [0, 1, 125, 126, 200, 65_535]


def read_by_library(data: bytes) -> Frame:
    stream = StreamReader()
    stream.feed_data(data)
    parser = Frame.parse(stream.read_exact, mask=True)
    with pytest.raises(StopIteration) as ended:
        next(parser)
    found = ended.value.value
    assert isinstance(found, Frame)
    return found


@pytest.mark.parametrize("size", SIZES)
def test_the_library_reads_what_the_client_writes(size: int) -> None:
    found = read_by_library(masked(b"x" * size))
    assert (found.opcode, found.data, found.fin) == (Opcode.BINARY, b"x" * size, True)


@pytest.mark.parametrize("size", [*SIZES, 70_000])
def test_the_client_reads_what_the_library_writes(size: int) -> None:
    data = Frame(Opcode.BINARY, b"x" * size).serialize(mask=False)
    assert read_frame(b"??" + data + b"next", 2) == (BINARY, b"x" * size, 2 + len(data))


def test_a_frame_that_is_not_all_there_is_left_for_later() -> None:
    data = Frame(Opcode.TEXT, b"x" * 200).serialize(mask=False)
    assert all(read_frame(data[:size], 0) is None for size in range(len(data)))
    assert read_frame(data, 0) == (TEXT, b"x" * 200, len(data))
