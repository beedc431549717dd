"""What goes over the line to a worker, and back: orders are pickled, answers are typed msgpack and never pickle.

A worker decodes hostile files: if one takes it over, nothing that it sends may run in the parent.
"""

import socket
import threading
import time
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np

from dicom_render.refusal import Fact

# A rendered picture or the header of a long multi-frame object; a whole decoded frame of 128 MiB fits as well.
MAX_ANSWER_BYTES = 256 * 1024 * 1024
_ARRAY = 1
_LENGTH_BYTES = 4


class Order(NamedTuple):
    """What a parent sends."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    cpu_seconds: int
    reports_progress: bool


class Ready(msgspec.Struct, frozen=True, tag=True):
    """Limits are set and imports done."""


class Progressed(msgspec.Struct, frozen=True, tag=True):
    done: int
    total: int


class Done(msgspec.Struct, frozen=True, tag=True):
    result: msgspec.Raw


class Refused(msgspec.Struct, frozen=True, tag=True):
    """The function raised a `Refusal` of that class name."""

    kind: str
    code: str
    facts: dict[str, Fact]


class Failed(msgspec.Struct, frozen=True, tag=True):
    """The function raised something that nobody foresaw."""

    error: str
    text: str


Answer = Ready | Progressed | Done | Refused | Failed
read_answer = msgspec.msgpack.Decoder(Answer).decode


def encode_result(result: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.msgpack.encode(result, enc_hook=_to_wire))


def decode_result(raw: msgspec.Raw, function: Callable[..., Any]) -> Any:  # Any: what the function says it returns
    """The result as the return type that the function declares; without a declaration, as plain values."""
    return _reader_of(function).decode(raw)


def send(channel: socket.socket, payload: bytes) -> None:
    channel.sendall(len(payload).to_bytes(_LENGTH_BYTES, "big") + payload)


def receive(channel: socket.socket, *, deadline: float | None = None) -> bytes:
    """One message; `EOFError` if the other side is gone, `TimeoutError` once the monotonic clock passes `deadline`."""
    length = int.from_bytes(_exactly(channel, _LENGTH_BYTES, deadline), "big")
    if length > MAX_ANSWER_BYTES:
        raise EOFError("answer longer than any honest one")
    return _exactly(channel, length, deadline)


def _exactly(channel: socket.socket, count: int, deadline: float | None) -> bytes:
    received = bytearray()
    while len(received) < count:
        # At each piece: a worker that drips its answer must not hold its caller for ever.
        if deadline is not None:
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                raise TimeoutError
            channel.settimeout(left_s)
        piece = channel.recv(min(count - len(received), 1 << 20))
        if not piece:
            raise EOFError("the other side is gone")
        received += piece
    return bytes(received)


# Two threads that use a type for the first time at one moment crash the process (msgspec 0.22). Kept, since working
# annotations out takes 0.3 ms; the functions that workers run are few.
_MAKING = threading.Lock()
_READERS: dict[Callable[..., Any], msgspec.msgpack.Decoder[Any]] = {}


def _reader_of(function: Callable[..., Any]) -> msgspec.msgpack.Decoder[Any]:
    with _MAKING:
        found = _READERS.get(function)
        if found is None:
            found = msgspec.msgpack.Decoder(_declared(function), ext_hook=_array_of, dec_hook=_as_is)
            _READERS[function] = found
        return found


def _declared(function: Callable[..., Any]) -> Any:  # Any: a type expression
    try:
        declared = typing.get_type_hints(function).get("return", Any)
    except TypeError:  # built-in functions carry no annotations
        return Any
    if declared is np.ndarray or typing.get_origin(declared) is np.ndarray:
        return Any
    return declared


def _to_wire(value: object) -> object:
    if isinstance(value, np.ndarray):
        plain = np.ascontiguousarray(value)
        head = msgspec.msgpack.encode((plain.dtype.str, plain.shape))
        return msgspec.msgpack.Ext(_ARRAY, len(head).to_bytes(2, "big") + head + plain.tobytes())
    if isinstance(value, Path):
        return str(value)
    raise NotImplementedError(f"a worker cannot answer with a {type(value).__name__}")


def _array_of(code: int, packed: memoryview) -> object:
    if code != _ARRAY:
        raise ValueError(f"unknown extension {code}")
    start = 2 + int.from_bytes(packed[:2], "big")
    name, shape = msgspec.msgpack.decode(packed[2:start], type=tuple[str, tuple[int, ...]])
    dtype = np.dtype(name)
    if dtype.kind not in "iufb":
        raise ValueError(f"unexpected array of {name}")
    return np.frombuffer(packed[start:], dtype).reshape(shape)


def _as_is(expected: type, value: object) -> object:
    return Path(value) if expected is Path and isinstance(value, str) else value
