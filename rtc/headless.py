"""A participant without a browser: calls or is called over any signalling, sends a tone and a colour, measures both."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence

import msgspec
from aiortc import MediaStreamTrack, RTCPeerConnection
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame, VideoFrame

from rtc.connection import add_candidate, make_answer, make_offer, new_connection, set_remote
from rtc.ice import IceServer, TransportPolicy
from rtc.meters import Ear, Eye
from rtc.signals import Answer, Bye, ByeReason, Candidate, Offer, Signal
from rtc.sources import Colour, ColourTrack, ToneTrack

# A browser may send a few dozen candidates before its description has been relayed.
MAX_EARLY_CANDIDATES = 64

SendSignal = Callable[[Signal], Awaitable[None]]


class NotConnected(Exception):
    def __init__(self, state: str) -> None:
        super().__init__(f"not connected: {state}")
        self.code = "not_connected"
        self.facts = {"state": state}


class HeadlessMedia(msgspec.Struct, frozen=True):
    """What it sends. None leaves that kind out; a caller without it does not receive it either."""

    tone_hz: float | None = 1000.0
    colour: Colour | None = (32, 192, 64)


class HeadlessIce(msgspec.Struct, frozen=True):
    """`host_addresses`: ("127.0.0.1",) for a call inside one machine; None: every address but loopback."""

    servers: Sequence[IceServer] = ()
    policy: TransportPolicy = "all"
    host_addresses: tuple[str, ...] | None = None


class HeadlessPeer:
    """One end of one connection; a new leg of a call is a new HeadlessPeer.

    aiortc cannot roll an offer back, so it makes one offer at most, and only when told to `call`.
    """

    def __init__(self, send: SendSignal, *, media: HeadlessMedia | None = None, ice: HeadlessIce | None = None) -> None:
        media, self._ice = media or HeadlessMedia(), ice or HeadlessIce()
        self.ear, self.eye = Ear(), Eye()
        self._send = send
        self._connection: RTCPeerConnection = new_connection(self._ice.servers, policy=self._ice.policy)
        self._tone = None if media.tone_hz is None else ToneTrack(media.tone_hz)
        self._colour = None if media.colour is None else ColourTrack(media.colour)
        self._is_described = False
        self._early: list[Candidate] = []
        self._listeners: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Condition()
        self._notices: set[asyncio.Task[None]] = set()
        self.bye: ByeReason | None = None
        self._connection.on("track", self._on_track)
        self._connection.on("connectionstatechange", self._on_state)

    @property
    def state(self) -> str:
        """`new`, `connecting`, `connected`, `failed` or `closed`."""
        return self._connection.connectionState

    async def call(self) -> None:
        """Send the first offer."""
        self._add_tracks()
        await self._send(await make_offer(self._connection, self._ice.host_addresses))

    async def receive(self, signal: Signal) -> None:
        """Take a signal of the other end; an offer is answered through `send`, a bye closes."""
        match signal:
            case Offer():
                await set_remote(self._connection, signal)
                self._add_tracks()
                await self._flush_early()
                await self._send(await make_answer(self._connection, self._ice.host_addresses))
            case Answer():
                await set_remote(self._connection, signal)
                await self._flush_early()
            case Candidate():
                await self._take_candidate(signal)
            case Bye():
                self.bye = signal.reason
                await self.close()

    def mute(self) -> None:
        assert self._tone is not None
        self._tone.is_muted = True

    def unmute(self) -> None:
        assert self._tone is not None
        self._tone.is_muted = False

    def camera_off(self) -> None:
        assert self._colour is not None
        self._colour.is_off = True

    def camera_on(self) -> None:
        assert self._colour is not None
        self._colour.is_off = False

    async def connected(self, *, timeout_s: float) -> None:
        """Wait for the connection; raises NotConnected when it fails or takes longer."""
        await self._until({"connected"}, timeout_s)

    async def disconnected(self, *, timeout_s: float) -> None:
        """Wait until the other end is gone; raises NotConnected when it is not."""
        await self._until({"closed", "failed"}, timeout_s)

    async def hang_up(self, reason: ByeReason = "left") -> None:
        """Say goodbye, then close."""
        try:
            await self._send(Bye(reason))
        finally:
            await self.close()

    async def close(self) -> None:
        await self._connection.close()
        await self._notify()
        # A track whose media never began has no end either: its listener would wait for ever.
        for listener in self._listeners:
            listener.cancel()
        await asyncio.gather(*self._listeners, *self._notices, return_exceptions=True)

    def _add_tracks(self) -> None:
        for track in (self._tone, self._colour):
            if track is not None:
                self._connection.addTrack(track)

    async def _take_candidate(self, signal: Candidate) -> None:
        if self._is_described:
            await add_candidate(self._connection, signal)
        elif len(self._early) < MAX_EARLY_CANDIDATES:
            self._early.append(signal)

    async def _flush_early(self) -> None:
        self._is_described = True
        early, self._early = self._early, []
        for signal in early:
            await add_candidate(self._connection, signal)

    async def _until(self, states: set[str], timeout_s: float) -> None:
        final = {*states, "failed", "closed"}
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s), self._changed:
                await self._changed.wait_for(lambda: self.state in final)
        if self.state not in states:
            raise NotConnected(self.state)

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    def _on_state(self) -> None:
        _keep(self._notices, asyncio.create_task(self._notify()))

    def _on_track(self, track: MediaStreamTrack) -> None:
        _keep(self._listeners, asyncio.create_task(self._listen(track)))

    async def _listen(self, track: MediaStreamTrack) -> None:
        # Every received track is read to its end: aiortc keeps unread frames without bound.
        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                if isinstance(frame, AudioFrame):
                    await self.ear.take(frame)
                elif isinstance(frame, VideoFrame):
                    await self.eye.take(frame)


def _keep(tasks: set[asyncio.Task[None]], task: asyncio.Task[None]) -> None:
    tasks.add(task)
    task.add_done_callback(tasks.discard)
