"""Bytes to messages and back: once for all receivers."""

from __future__ import annotations

from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collab.rooms.frames import BadMessage, Frame, read
from collab.rooms.protocol import Ping, Pong


def test_a_frame_is_encoded_once_for_all_its_receivers() -> None:
    frame = Frame(Pong(1))
    assert frame.packed() is frame.packed()
    assert frame.text() is frame.text()


def test_a_frame_shows_its_kind_and_not_what_people_wrote() -> None:
    assert repr(Frame(Pong(1))) == "Frame(Pong)"


@given(st.binary(max_size=200))
def test_r2_any_bytes_are_a_message_or_refused(data: bytes) -> None:
    with suppress(BadMessage):
        read(data)


@given(st.text(max_size=200))
def test_r2_any_text_is_a_message_or_refused(data: str) -> None:
    with suppress(BadMessage):
        read(data)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_r2_infinite_places_are_refused(number: float) -> None:
    pointer = {"series_uid": "1", "frame_of_reference_uid": None, "point_world_mm": [0.0, number, 0.0]}
    with pytest.raises(BadMessage):
        read(msgspec.msgpack.encode({"t": "pointer.move", "n": 1, "pointer": pointer}))


def test_r2_deep_nesting_is_refused() -> None:
    with pytest.raises(BadMessage):
        read(b"\x91" * 60_000)
    with pytest.raises(BadMessage):
        read('{"t": "ask", "n": 1, "act": ' + "[" * 60_000)


def test_both_kinds_of_frame_are_read() -> None:
    assert read('{"t":"ping","n":3}') == read(msgspec.msgpack.encode({"t": "ping", "n": 3})) == Ping(3)
