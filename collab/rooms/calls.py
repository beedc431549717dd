"""Call signals of one connection: checked, then passed to another member or to the server's own echo."""

from __future__ import annotations

import asyncio
import logging

import msgspec

from collab.rooms.frames import Frame
from collab.rooms.protocol import Signal as Signalling
from collab.rooms.protocol import Signalled
from collab.rooms.room import Connection, Room
from rtc.echo import EchoLimit, EchoPeer, EchoRefused, EchoSettings
from rtc.signals import BadSignal, Bye, ByeReason, Offer, Signal, parse_signal

log = logging.getLogger("consilium.rooms")

# The name under which the server's echo is called; no member has it.
SERVER = "server"
# An offer and every candidate of one browser; more than that at a time is a flood.
ECHO_SIGNALS = 64


class Line:
    """One connection's end of calls. Made when its first signal comes; `close` ends its echo."""

    def __init__(self, connection: Connection, limit: EchoLimit, settings: EchoSettings | None) -> None:
        self._connection = connection
        self._limit = limit
        self._settings = settings
        self._signals: asyncio.Queue[Signal] = asyncio.Queue(ECHO_SIGNALS)
        self._echo: asyncio.Task[None] | None = None

    def signal(self, room: Room, message: Signalling, *, at_ms: int) -> None:
        """Pass a signal on. One that cannot be is answered with a bye from whoever it was for."""
        room.hear(self._connection, at_ms=at_ms)
        try:
            signal = parse_signal(message.data)
        except BadSignal as bad:
            log.info("signal refused: %s", bad.code)
            return self._say(message.to, Bye("refused"), at_ms=at_ms)
        if message.to == SERVER:
            return self._call_echo(signal, at_ms=at_ms)
        outboxes = room.outboxes_of(message.to)
        if not outboxes or message.to == self._connection.actor:
            return self._hang_up(message.to, signal, "left", at_ms=at_ms)
        # A member with two windows takes the call in the one opened last.
        sender = self._connection.actor
        return outboxes[-1].push(Frame(Signalled(sender, message.data)), at_ms=at_ms)

    async def close(self) -> None:
        if self._echo is not None:
            self._echo.cancel()
            await asyncio.gather(self._echo, return_exceptions=True)

    def _hang_up(self, other: str, answered: Signal, reason: ByeReason, *, at_ms: int) -> None:
        # A bye is never answered: two ends would say it to each other for ever.
        if not isinstance(answered, Bye):
            self._say(other, Bye(reason), at_ms=at_ms)

    def _say(self, sender: str, signal: Signal, *, at_ms: int) -> None:
        self._connection.outbox.push(Frame(Signalled(sender, msgspec.json.encode(signal).decode())), at_ms=at_ms)

    # ---- the echo: aiortc takes its time, so it has a task of its own and the socket is read meanwhile

    def _call_echo(self, signal: Signal, *, at_ms: int) -> None:
        if self._echo is None or self._echo.done():
            self._echo = asyncio.create_task(self._run_echo(at_ms), name="room echo")
        try:
            self._signals.put_nowait(signal)
        except asyncio.QueueFull:
            self._hang_up(SERVER, signal, "refused", at_ms=at_ms)

    async def _run_echo(self, at_ms: int) -> None:
        peer: EchoPeer | None = None
        try:
            while True:
                signal = await self._signals.get()
                if isinstance(signal, Offer):
                    if peer is not None:
                        await peer.close()
                    peer = EchoPeer(self._limit, settings=self._settings)
                if peer is not None:
                    await self._hand_over(peer, signal, at_ms)
        finally:
            if peer is not None:
                await peer.close()

    async def _hand_over(self, peer: EchoPeer, signal: Signal, at_ms: int) -> None:
        try:
            if isinstance(signal, Offer):
                self._say(SERVER, await peer.answer(signal), at_ms=at_ms)
            else:
                await peer.receive(signal)
        except (BadSignal, EchoRefused) as refused:
            log.info("echo refused: %s", refused.code)
            self._hang_up(SERVER, signal, "refused", at_ms=at_ms)
