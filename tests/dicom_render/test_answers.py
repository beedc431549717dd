"""The line to a worker: answers are typed values and can carry nothing that runs."""

import pickle
import socket
import time
from pathlib import Path

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from dicom_render.answers import MAX_ANSWER_BYTES, Answer, decode_result, encode_result, receive, send
from dicom_render.reading import read_header


def array_of() -> NDArray[np.int16]:
    return np.arange(6, dtype=np.int16).reshape(2, 3)


def path_of() -> Path:
    return Path("/somewhere")


def test_arrays_and_paths_come_back() -> None:
    np.testing.assert_array_equal(decode_result(encode_result(array_of()), array_of), array_of())
    assert decode_result(encode_result(path_of()), path_of) == path_of()


def test_a_pickle_is_no_answer() -> None:
    with pytest.raises(msgspec.MsgspecError):
        msgspec.msgpack.decode(pickle.dumps(print), type=Answer)


def test_an_answer_of_another_shape_than_declared_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        decode_result(encode_result({"study_uid": 3}), read_header)


def test_an_array_of_objects_is_refused() -> None:
    head = msgspec.msgpack.encode(("|O", (1,)))
    raw = msgspec.msgpack.encode(msgspec.msgpack.Ext(1, len(head).to_bytes(2, "big") + head + bytes(8)))
    with pytest.raises(ValueError, match="unexpected array"):
        decode_result(msgspec.Raw(raw), array_of)


def test_messages_keep_their_bounds_and_deadlines() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        send(theirs, b"hello")
        assert receive(ours) == b"hello"
        with pytest.raises(TimeoutError):
            receive(ours, deadline=time.monotonic() + 0.01)
        theirs.sendall((MAX_ANSWER_BYTES + 1).to_bytes(4, "big"))
        with pytest.raises(EOFError):
            receive(ours)


def test_a_closed_line_is_an_end() -> None:
    ours, theirs = socket.socketpair()
    theirs.close()
    with ours, pytest.raises(EOFError):
        receive(ours)
