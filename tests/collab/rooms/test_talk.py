"""What one frame comes to: a message, nothing, or the end of the connection."""

from __future__ import annotations

import msgspec
import pytest

from collab.rooms.buckets import BYTES_BURST, MOVES_BURST
from collab.rooms.outbox import Close
from collab.rooms.protocol import MAX_FRAME_BYTES, MovePointer, Ping
from collab.rooms.talk import Ear
from tests.collab.rooms import make

PACKED, TEXT = msgspec.msgpack.encode(Ping(1)), msgspec.json.encode(Ping(1)).decode()


@pytest.mark.parametrize(("is_json", "frame"), [(False, PACKED), (True, TEXT)])
def test_a_message_is_understood(is_json: bool, frame: bytes | str) -> None:
    assert Ear(is_json=is_json).hear(frame, at_s=0.0) == Ping(1)


@pytest.mark.parametrize(("is_json", "frame"), [(True, PACKED), (False, TEXT)])
def test_r2_the_other_kind_of_frame_ends_the_connection(is_json: bool, frame: bytes | str) -> None:
    assert Ear(is_json=is_json).hear(frame, at_s=0.0) == Close(1003, "wrong_frame")


def test_r2_what_is_no_message_ends_the_connection() -> None:
    assert Ear(is_json=True).hear('{"t": "unheard"}', at_s=0.0) == Close(1003, "bad_message")


def test_r2_a_frame_of_64_kib_is_read_and_a_larger_one_is_not() -> None:
    largest = TEXT + " " * (MAX_FRAME_BYTES - len(TEXT))
    assert Ear(is_json=True).hear(largest, at_s=0.0) == Ping(1)
    assert Ear(is_json=True).hear(largest + " ", at_s=0.0) == Close(1009, "too_big")


def test_r32_moves_beyond_their_number_are_left_out() -> None:
    ear = Ear(is_json=False)
    heard = [
        ear.hear(msgspec.msgpack.encode(MovePointer(number, make.pointer())), at_s=0.0)
        for number in range(int(MOVES_BURST) + 1)
    ]
    assert all(isinstance(each, MovePointer) for each in heard[:-1])
    assert heard[-1] is None


def test_r32_too_many_bytes_end_the_connection() -> None:
    ear = Ear(is_json=True)
    padded = TEXT + " " * 60_000
    heard = [ear.hear(padded, at_s=0.0) for _ in range(int(BYTES_BURST) // len(padded) + 1)]
    assert heard[-1] == Close(4029, "too_fast")
    assert set(heard[:-1]) == {Ping(1)}
