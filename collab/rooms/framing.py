"""WebSocket frames (RFC 6455 5.2) as far as they are alike in every connection: where one ends, and whole messages out.

What is rare or wrong (fragments, control frames, broken heads) is left to the `websockets` library.
"""

from __future__ import annotations

import struct

try:
    from websockets.speedups import apply_mask
except ImportError:  # A system for which the library has no compiled part.
    from websockets.utils import apply_mask

TEXT, BINARY = 0x1, 0x2
_FIN, _MASKED = 0x80, 0x80
_WHOLE_BINARY = _FIN | BINARY


def framed(payload: bytes, opcode: int) -> bytes:
    """A server's frame with a whole message: it has no mask, so that one serves all receivers."""
    size = len(payload)
    if size < 126:
        return bytes((_FIN | opcode, size)) + payload
    if size < 1 << 16:
        return struct.pack("!BBH", _FIN | opcode, 126, size) + payload
    return struct.pack("!BBQ", _FIN | opcode, 127, size) + payload


def sizes_of(data: bytes, at: int) -> tuple[int, int] | None:
    """Bytes of head and payload of the frame that begins at `at`; None while its head is not all there."""
    have = len(data) - at
    if have < 2:
        return None
    second = data[at + 1]
    size = second & 0x7F
    head = 6 if second & _MASKED else 2
    if size == 126:
        head += 2
        if have < head:
            return None
        size = int.from_bytes(data[at + 2 : at + 4], "big")
    elif size == 127:
        head += 8
        if have < head:
            return None
        size = int.from_bytes(data[at + 2 : at + 10], "big")
    return (head, size) if have >= head else None


def is_whole_binary(data: bytes, at: int) -> bool:
    """Whether a client's frame is a binary message in one piece, without any extension."""
    return data[at] == _WHOLE_BINARY and data[at + 1] >= _MASKED


def unmasked(data: bytes, start: int, end: int) -> bytes:
    """The payload between `start` and `end` of a masked frame; the mask stands right before it."""
    return apply_mask(data[start:end], data[start - 4 : start])
