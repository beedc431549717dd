"""uvicorn's WebSocket with a way past ASGI: what carries a room's frames once somebody has been let in.

The handshake, the gate and the closing go through ASGI as everywhere. In between, whole binary messages go straight
from the transport to their receiver, and frames that are made once go straight to the transport: of the processor time
of a delivery most was tasks, queues and copies on either side of the room.
"""

from __future__ import annotations

from typing import Protocol, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.protocol import State

from collab.rooms.framing import is_whole_binary, sizes_of, unmasked

# Under this name a connection offers itself among the extensions of its ASGI scope.
EXTENSION = "consilium.wire"


class Receiver(Protocol):
    """Who takes what comes on a wire. Nothing may be raised."""

    def received(self, data: bytes | str) -> None: ...
    def writable(self) -> None: ...
    def ended(self) -> None: ...


class Wire(Protocol):
    """What a room's connection needs of whatever carries it."""

    @property
    def is_full(self) -> bool: ...

    def deliver_to(self, receiver: Receiver) -> None:
        """From now on; what has come before and was not read goes first."""
        ...

    def write(self, frame: bytes) -> None:
        """A whole frame, head and all. Only while the wire is not full, else memory grows."""
        ...


class RoomWire(WebSocketsSansIOProtocol):
    """One connection. Frames are told apart here from the first on, so that the library always stands between two."""

    is_full = False
    _receiver: Receiver | None = None
    _rest = b""

    def deliver_to(self, receiver: Receiver) -> None:
        while not self.queue.empty():
            event = self.queue.get_nowait()
            if event["type"] == "websocket.receive":
                text = event.get("text")
                receiver.received(event.get("bytes") or b"" if text is None else text)
        self._receiver = receiver
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        if self.disconnected or self.transport.is_closing():
            receiver.ended()

    def write(self, frame: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(frame)

    # ---- uvicorn

    async def run_asgi(self) -> None:
        extensions = cast(dict[str, object], self.scope.get("extensions"))
        extensions[EXTENSION] = self
        await super().run_asgi()

    def data_received(self, data: bytes) -> None:
        if not self.handshake_initiated:
            # uvicorn hands over the request's head, and nothing behind it.
            return super().data_received(data)
        if self._rest:
            data = self._rest + data
        at = 0
        while (sizes := sizes_of(data, at)) is not None:
            start = at + sizes[0]
            end = start + sizes[1]
            if end > len(data) and sizes[1] <= self.config.ws_max_size:
                break
            if self._is_for_receiver(data, at) and end <= len(data):
                assert self._receiver is not None
                self._receiver.received(unmasked(data, start, end))
            else:
                super().data_received(data[at:end])
            at = min(end, len(data))
        self._rest = data[at:]
        return None

    def _is_for_receiver(self, data: bytes, at: int) -> bool:
        return (
            self._receiver is not None
            and is_whole_binary(data, at)
            and self.conn.state is State.OPEN
            and self.conn.current_size is None
        )

    def send_receive_event_to_app(self) -> None:
        if self._receiver is None or self.close_sent:
            return super().send_receive_event_to_app()
        data, self.frames = b"".join(self.frames), []
        if self.curr_msg_data_type == "bytes":
            return self._receiver.received(data)
        try:
            text = data.decode()
        except UnicodeDecodeError:
            self.conn.send_close(1007)
            return self.handle_parser_exception()
        return self._receiver.received(text)

    def handle_close(self, event: Frame) -> None:
        super().handle_close(event)
        self._end()

    def handle_parser_exception(self) -> None:
        super().handle_parser_exception()
        self._end()

    def shutdown(self) -> None:
        super().shutdown()
        self._end()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._end()

    def pause_writing(self) -> None:
        self.is_full = True
        super().pause_writing()

    def resume_writing(self) -> None:
        self.is_full = False
        super().resume_writing()
        if self._receiver is not None:
            self._receiver.writable()

    def _end(self) -> None:
        if self._receiver is not None:
            self._receiver.ended()
