"""What one connection says and is told between hello and its end, whatever carries it: no socket, no task."""

from __future__ import annotations

import logging

from collab.rooms.buckets import Allowance
from collab.rooms.frames import BadMessage, Frame, read
from collab.rooms.hub import Live, RoomHub
from collab.rooms.outbox import Close
from collab.rooms.protocol import MAX_FRAME_BYTES, FromBrowser, Hello, Signal
from collab.rooms.room import FAILED, Connection

log = logging.getLogger("consilium.rooms")

NOT_UNDERSTOOD, TOO_BIG, TOO_FAST = 1003, 1009, 4029


class Ear:
    """Frames to messages, as far as they are understood and allowed."""

    __slots__ = ("_is_json", "allowance")

    def __init__(self, *, is_json: bool) -> None:
        self._is_json = is_json
        self.allowance = Allowance()

    def hear(self, received: bytes | str, *, at_s: float) -> FromBrowser | Close | None:
        """The message; None when there is nothing to act upon; or how the connection ends."""
        if isinstance(received, str) is not self._is_json:
            return Close(NOT_UNDERSTOOD, "wrong_frame")
        if len(received) > MAX_FRAME_BYTES:
            return Close(TOO_BIG, "too_big")
        if not self.allowance.has_room_for(len(received), at_s=at_s):
            return Close(TOO_FAST, "too_fast")
        try:
            message = read(received)
        except BadMessage as bad:
            return Close(NOT_UNDERSTOOD, bad.code)
        verdict = self.allowance.judge(message, at_s=at_s)
        if verdict == "act":
            return message
        return None if verdict == "skip" else Close(TOO_FAST, "too_fast")


class Talk:
    """One connection of a room in this process."""

    def __init__(self, hub: RoomHub, live: Live, connection: Connection, ear: Ear) -> None:
        self._hub = hub
        self._live = live
        self._connection = connection
        self._ear = ear
        self._line = hub.new_line(connection)

    def hear(self, received: bytes | str, *, at_s: float) -> None:
        """A frame has come. What is wrong with it, or with the program, closes the connection."""
        if self._connection.outbox.is_closing:
            return
        try:
            message = self._ear.hear(received, at_s=at_s)
            if message is not None:
                self._act(message, at_s=at_s)
        except Exception:
            # The door: what is wrong with the program ends this connection, not the server.
            log.exception("room socket")
            self._connection.outbox.close(FAILED, "fault")

    def _act(self, message: FromBrowser | Close, *, at_s: float) -> None:
        match message:
            case Close(code, reason):
                self._connection.outbox.close(code, reason)
            case Hello():
                self._connection.outbox.close(NOT_UNDERSTOOD, "hello_again")
            case Signal():
                self._line.signal(self._live.room, message, at_ms=self._hub.now_ms())
            case _:
                self._hub.receive(self._live, self._connection, message, at_s=at_s)

    def now_ms(self) -> int:
        return self._hub.now_ms()

    def next(self, *, at_ms: int) -> Frame | Close | None:
        """What to send now."""
        try:
            return self._live.room.next(self._connection, at_ms=at_ms)
        except Exception:
            # The same door, on the way out.
            log.exception("room socket")
            return Close(FAILED, "fault")

    @property
    def has_more(self) -> bool:
        """Whether there may be more to send now."""
        outbox = self._connection.outbox
        return outbox.has_more or outbox.owed_since_ms is not None

    @property
    def is_closing(self) -> bool:
        return self._connection.outbox.is_closing

    async def end(self) -> None:
        await self._line.close()
