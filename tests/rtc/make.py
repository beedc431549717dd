"""Builders for the tests of rtc: session descriptions, pairs of headless peers, and a check for tasks left behind."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from rtc.headless import HeadlessIce, HeadlessMedia, HeadlessPeer
from rtc.signals import Candidate, Offer, Signal

LOOPBACK = HeadlessIce(host_addresses=("127.0.0.1",))
GREEN, RED, BLACK = (32, 192, 64), (200, 30, 30), (0, 0, 0)
# Generous against a busy machine; nothing waits this long when all is well.
SOON_S = 20.0

FINGERPRINT = "a=fingerprint:sha-256 " + ":".join(["AB"] * 32)


def sdp(*media: str, fingerprint: str = FINGERPRINT, more: tuple[str, ...] = ()) -> str:
    """A small valid description (RFC 8866) with the given media lines; one of audio by default."""
    lines = ["v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0", fingerprint, *(media or (media_line("audio"),)), *more]
    return "\r\n".join(line for line in lines if line) + "\r\n"


def media_line(kind: str = "audio", *, port: int = 9, profile: str = "UDP/TLS/RTP/SAVPF") -> str:
    return f"m={kind} {port} {profile} 96"


def split_candidates(offer: Offer) -> tuple[Offer, list[Candidate]]:
    """A complete offer as a trickling browser sends it: the bare description, then the candidates, then their end."""
    lines = offer.sdp.split("\r\n")
    found = [line.removeprefix("a=") for line in lines if line.startswith("a=candidate:")]
    bare = [line for line in lines if not line.startswith(("a=candidate:", "a=end-of-candidates"))]
    return Offer("\r\n".join(bare)), [*(Candidate(one, "0", 0) for one in found), Candidate("", "0", 0)]


@dataclass
class Pair:
    """Two headless peers on the loopback, each the other's signalling."""

    caller: HeadlessPeer
    callee: HeadlessPeer
    passed: list[Signal]


@asynccontextmanager
async def connected_pair(
    caller: HeadlessMedia | None = None, callee: HeadlessMedia | None = None, *, ice: HeadlessIce = LOOPBACK
) -> AsyncIterator[Pair]:
    passed: list[Signal] = []

    async def to_callee(signal: Signal) -> None:
        passed.append(signal)
        await pair.callee.receive(signal)

    async def to_caller(signal: Signal) -> None:
        passed.append(signal)
        await pair.caller.receive(signal)

    pair = Pair(
        HeadlessPeer(to_callee, media=caller or HeadlessMedia(1000, GREEN), ice=ice),
        HeadlessPeer(to_caller, media=callee or HeadlessMedia(440, RED), ice=ice),
        passed,
    )
    try:
        await pair.caller.call()
        await pair.caller.connected(timeout_s=SOON_S)
        await pair.callee.connected(timeout_s=SOON_S)
        yield pair
    finally:
        await pair.caller.close()
        await pair.callee.close()


@contextmanager
def no_task_left() -> Iterator[None]:
    """Fails when a task started inside is still there at the end."""
    before = asyncio.all_tasks()
    yield
    left = {task for task in asyncio.all_tasks() - before if not task.done()}
    assert not left, left
