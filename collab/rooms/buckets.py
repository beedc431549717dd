"""How fast one connection may talk: token buckets by kind of message; pure, the instant comes in."""

from __future__ import annotations

from math import inf
from typing import Literal

from collab.rooms.protocol import (
    Ask,
    Drawn,
    FromBrowser,
    MoveAnnotation,
    MovePointer,
    MoveView,
    Signal,
    SlidePointer,
)

# A presenter moves at 60 Hz and points at 30. A browser draws at 144 or 240 Hz where the screen does: what it sends
# beyond this is dropped, since the next sample, or the settled view, says more than the one left out.
MOVES_PER_S, MOVES_BURST = 90.0, 180.0
# Beyond this no screen is behind it.
FLOOD_PER_S, FLOOD_BURST = 300.0, 600.0
ASKS_PER_S, ASKS_BURST = 20.0, 60.0
# Setting up a call sends a few dozen candidates to each of the others at once.
SIGNALS_PER_S, SIGNALS_BURST = 20.0, 200.0
BYTES_PER_S, BYTES_BURST = float(256 << 10), float(512 << 10)

Verdict = Literal["act", "skip", "close"]


class Bucket:
    """`rate` tokens a second up to `burst`."""

    __slots__ = ("_at_s", "_burst", "_rate", "_tokens")

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = burst
        self._at_s = -inf

    def spend(self, cost: float, *, at_s: float) -> bool:
        """Take tokens; False when there are not enough. `at_s` is any clock that does not step back."""
        tokens = self._tokens + (at_s - self._at_s) * self._rate
        if tokens > self._burst:
            tokens = self._burst
        self._at_s = at_s
        is_enough = cost <= tokens
        self._tokens = tokens - cost if is_enough else tokens
        return is_enough


class Allowance:
    """What one connection may still say."""

    __slots__ = ("_asks", "_bytes", "_flood", "_moves", "_signals")

    def __init__(self) -> None:
        self._moves = Bucket(MOVES_PER_S, MOVES_BURST)
        self._flood = Bucket(FLOOD_PER_S, FLOOD_BURST)
        self._asks = Bucket(ASKS_PER_S, ASKS_BURST)
        self._signals = Bucket(SIGNALS_PER_S, SIGNALS_BURST)
        self._bytes = Bucket(BYTES_PER_S, BYTES_BURST)

    def has_room_for(self, size: int, *, at_s: float) -> bool:
        """Whether so many bytes may be read at all."""
        return self._bytes.spend(size, at_s=at_s)

    def judge(self, message: FromBrowser, *, at_s: float) -> Verdict:
        """Act upon a message, leave it out, or end the connection."""
        kind = type(message)
        if kind is Ask:
            return "act" if self._asks.spend(1.0, at_s=at_s) else "close"
        if kind is Signal:
            return "act" if self._signals.spend(1.0, at_s=at_s) else "close"
        if not self._flood.spend(1.0, at_s=at_s):
            return "close"
        # Nearly all that comes.
        if kind is Drawn:
            return "act"
        if kind is SlidePointer:
            return "act" if self._moves.spend(1.0, at_s=at_s) else "skip"
        return "skip" if _is_sample(message) and not self._moves.spend(1.0, at_s=at_s) else "act"


def _is_sample(message: FromBrowser) -> bool:
    """That somebody stops pointing or drawing is none: the next one may never come."""
    match message:
        case MoveView():
            return True
        case MovePointer(pointer=pointer):
            return pointer is not None
        case MoveAnnotation(drawing=drawing):
            return drawing is not None
        case _:
            return False
