"""Messages to bytes and back: decoders made once, each message encoded once for all its receivers; no socket."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from collab.rooms.framing import BINARY, TEXT, framed
from collab.rooms.protocol import FromBrowser, FromRoom

_FROM_MSGPACK = msgspec.msgpack.Decoder(FromBrowser)
_FROM_JSON = msgspec.json.Decoder(FromBrowser)
_TO_MSGPACK = msgspec.msgpack.Encoder()
_TO_JSON = msgspec.json.Encoder()


class BadMessage(Exception):
    """What was received is no message of the protocol. Its text stays here: it may hold what people wrote."""

    code = "bad_message"


class Frame:
    """One message on its way to any number of connections; each sub-protocol's bytes are made at most once."""

    __slots__ = ("_message", "_packed", "_packed_frame", "_text", "_text_frame")

    def __init__(self, message: FromRoom | Callable[[], FromRoom]) -> None:
        """Of a message, or of what makes it should it be asked for."""
        self._message = message
        self._packed: bytes | None = None
        self._text: str | None = None
        self._packed_frame: bytes | None = None
        self._text_frame: bytes | None = None

    @property
    def message(self) -> FromRoom:
        if callable(self._message):
            self._message = self._message()
        return self._message

    def packed(self) -> bytes:
        if self._packed is None:
            self._packed = _TO_MSGPACK.encode(self.message)
        return self._packed

    def text(self) -> str:
        if self._text is None:
            self._text = _TO_JSON.encode(self.message).decode()
        return self._text

    def on_the_wire(self, *, is_json: bool) -> bytes:
        """With its WebSocket head, the same bytes for every connection of a sub-protocol."""
        if is_json:
            if self._text_frame is None:
                self._text_frame = framed(self.text().encode(), TEXT)
            return self._text_frame
        if self._packed_frame is None:
            self._packed_frame = framed(self.packed(), BINARY)
        return self._packed_frame

    def __repr__(self) -> str:
        return f"Frame({type(self.message).__name__})"


def read(received: bytes | str) -> FromBrowser:
    """The message in a binary (msgpack) or text (JSON) frame. Raises `BadMessage`."""
    try:
        if isinstance(received, str):
            return _FROM_JSON.decode(received)
        return _FROM_MSGPACK.decode(received)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        # ValidationError is a DecodeError; UnicodeError: a msgpack string that is no UTF-8.
        raise BadMessage from None
