"""The pre-call echo: the server's own end of a connection that hands one person's voice and picture back to them."""

import asyncio
import enum
import time
from collections.abc import Mapping
from typing import Literal

import msgspec
from aiortc import RTCPeerConnection

from rtc.connection import add_candidate, make_answer, new_connection, set_remote
from rtc.reflector import Reflector
from rtc.sdp import count_media
from rtc.signals import Answer, Bye, Candidate, Offer, Signal, check_signal

# One microphone and one camera.
ECHO_M_LINES = 2
# Beyond what a browser sends once; a flood of them would make the server send checks to addresses of its choosing.
MAX_CANDIDATES = 32


class EchoEnd(enum.Enum):
    """Why an echo is over."""

    LEFT = "left"
    TIMED_OUT = "timed_out"
    NOT_CONNECTED = "not_connected"
    DISCONNECTED = "disconnected"
    TOO_MUCH = "too_much"
    CLOSED = "closed"


class EchoSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`host_addresses`: the local addresses offered to the browser; None leaves every one but loopback."""

    host_addresses: tuple[str, ...] | None = None
    longest_s: float = 120.0
    connect_s: float = 15.0
    # 3.3 Mbit/s for two minutes; a 720p camera of Chromium sends half of that.
    most_octets: int = 50_000_000


class EchoReport(msgspec.Struct, frozen=True):
    """What one echo received, and returned; counts of RTP packets, and of pictures completed."""

    audio_packets: int = 0
    audio_packets_lost: int = 0
    video_packets: int = 0
    video_packets_lost: int = 0
    video_frames: int = 0
    octets: int = 0
    connected_s: float = 0.0
    ended: EchoEnd | None = None


class EchoRefused(Exception):
    def __init__(self, code: Literal["echo_busy", "echo_media", "echo_over"], facts: Mapping[str, int]) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class EchoLimit:
    """How many echoes one process carries at a time: each 720p camera costs about 2 % of a core."""

    def __init__(self, at_most: int) -> None:
        self.at_most = at_most
        self.taken = 0

    def take(self) -> None:
        if self.taken >= self.at_most:
            raise EchoRefused("echo_busy", {"limit": self.at_most})
        self.taken += 1

    def give_back(self) -> None:
        assert self.taken > 0
        self.taken -= 1


class EchoPeer:
    """One echo: `answer` once, then `receive` the browser's signals, `finished` waits for the end, `close` makes it."""

    def __init__(self, limit: EchoLimit, *, settings: EchoSettings | None = None) -> None:
        self._limit = limit
        self._settings = settings or EchoSettings()
        self._reflectors: list[Reflector] = []
        self._candidates = 0
        self._early: list[Candidate] = []
        self._octets = 0
        self._connection: RTCPeerConnection | None = None
        self._connected = asyncio.Event()
        self._connected_at: float | None = None
        self._ended_at: float | None = None
        self._end: asyncio.Future[EchoEnd] = asyncio.get_running_loop().create_future()
        self._life: asyncio.Task[EchoReport] | None = None

    async def answer(self, offer: Offer) -> Answer:
        """Take the browser's offer; raises BadSignal, or EchoRefused when the server is full or the media are not
        those of one person. Nothing is left behind by a refusal.
        """
        check_signal(offer, max_m_lines=ECHO_M_LINES)
        audio, video, data = (count_media(offer.sdp, kind) for kind in ("audio", "video", "application"))
        if audio > 1 or video > 1 or data > 0:
            raise EchoRefused("echo_media", {"audio": audio, "video": video, "data": data})
        if self._connection is not None or self._end.done():
            raise EchoRefused("echo_over", {})
        self._limit.take()
        self._connection = connection = new_connection()
        try:
            answer = await self._negotiate(connection, offer)
        except BaseException:
            self._finish(EchoEnd.CLOSED)
            await connection.close()
            self._limit.give_back()
            raise
        self._life = asyncio.create_task(self._live(connection), name="echo")
        return answer

    async def receive(self, signal: Signal) -> None:
        """A candidate or the bye of the browser; an echo is never negotiated twice."""
        check_signal(signal, max_m_lines=ECHO_M_LINES)
        match signal:
            case Candidate():
                await self._take_candidate(signal)
            case Bye():
                self._finish(EchoEnd.LEFT)
                await self.finished()
            case Offer() | Answer():
                raise EchoRefused("echo_over", {})

    async def finished(self) -> EchoReport:
        """Wait until the echo has ended, for whatever reason, and everything is closed."""
        if self._life is None:
            return self.report()
        return await asyncio.shield(self._life)

    async def close(self) -> EchoReport:
        self._finish(EchoEnd.CLOSED)
        return await self.finished()

    def report(self) -> EchoReport:
        audio = [one for one in self._reflectors if one.kind == "audio"]
        video = [one for one in self._reflectors if one.kind == "video"]
        return EchoReport(
            audio_packets=sum(one.packets for one in audio),
            audio_packets_lost=sum(one.packets_lost for one in audio),
            video_packets=sum(one.packets for one in video),
            video_packets_lost=sum(one.packets_lost for one in video),
            video_frames=sum(one.frames for one in video),
            octets=self._octets,
            connected_s=self._connected_s(),
            ended=self._end.result() if self._end.done() else None,
        )

    def _connected_s(self) -> float:
        if self._connected_at is None:
            return 0.0
        return (self._ended_at or time.monotonic()) - self._connected_at

    async def _take_candidate(self, candidate: Candidate) -> None:
        self._candidates += 1
        if self._end.done() or self._candidates > MAX_CANDIDATES:
            return
        if self._connection is None or self._life is None:
            self._early.append(candidate)
        else:
            await add_candidate(self._connection, candidate)

    async def _negotiate(self, connection: RTCPeerConnection, offer: Offer) -> Answer:
        connection.on("connectionstatechange", self._on_state)
        await set_remote(connection, offer)
        for transceiver in connection.getTransceivers():
            transceiver.direction = "sendrecv"
            self._reflectors.append(Reflector(transceiver, on_bytes=self._count))
        answer = await make_answer(connection, self._settings.host_addresses)
        for candidate in self._early:
            await add_candidate(connection, candidate)
        return answer

    async def _live(self, connection: RTCPeerConnection) -> EchoReport:
        try:
            await self._until_ended()
            report = self.report()
        finally:
            self._finish(EchoEnd.CLOSED)
            await connection.close()
            self._limit.give_back()
        return report

    async def _until_ended(self) -> None:
        connected = asyncio.create_task(self._connected.wait())
        try:
            waiting = (connected, self._end)
            await asyncio.wait(waiting, timeout=self._settings.connect_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            connected.cancel()
        if not self._connected.is_set():
            self._finish(EchoEnd.NOT_CONNECTED)
        await asyncio.wait((self._end,), timeout=self._settings.longest_s)
        self._finish(EchoEnd.TIMED_OUT)

    def _on_state(self) -> None:
        state = None if self._connection is None else self._connection.connectionState
        if state == "connected" and self._connected_at is None:
            self._connected_at = time.monotonic()
            self._connected.set()
        elif state in ("failed", "closed"):
            self._finish(EchoEnd.DISCONNECTED)

    def _count(self, octets: int) -> None:
        self._octets += octets
        if self._octets > self._settings.most_octets:
            self._finish(EchoEnd.TOO_MUCH)

    def _finish(self, end: EchoEnd) -> None:
        """The first reason stands."""
        if not self._end.done():
            self._ended_at = time.monotonic()
            self._end.set_result(end)
