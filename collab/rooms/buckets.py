"""How fast one connection may talk: token buckets by kind of message; pure, the instant comes in."""

from __future__ import annotations

from collab.rooms.protocol import Ask, Drawn, FromBrowser, MovePointer, MoveView, Ping, Signal, Tell

# A presenter moves at 60 Hz and points at 30; hands and keyboards make far fewer asks than these.
EPHEMERAL_PER_S, EPHEMERAL_BURST = 90.0, 180.0
ASKS_PER_S, ASKS_BURST = 20.0, 60.0
# One answer for each ephemeral frame drawn, at most once a picture, and a ping now and then.
CREDITS_PER_S, CREDITS_BURST = 120.0, 240.0
# Setting up a call sends a few dozen candidates to each of the others at once.
SIGNALS_PER_S, SIGNALS_BURST = 20.0, 200.0
BYTES_PER_S, BYTES_BURST = float(256 << 10), float(512 << 10)


class Bucket:
    """`rate` tokens a second up to `burst`."""

    __slots__ = ("_at_s", "_burst", "_rate", "_tokens")

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = burst
        self._at_s: float | None = None

    def spend(self, cost: float, *, at_s: float) -> bool:
        """Take tokens; False when there are not enough. `at_s` is any clock that does not step back."""
        if self._at_s is not None:
            self._tokens = min(self._burst, self._tokens + (at_s - self._at_s) * self._rate)
        self._at_s = at_s
        if cost > self._tokens:
            return False
        self._tokens -= cost
        return True


class Allowance:
    """What one connection may still say."""

    __slots__ = ("_bytes", "_of")

    def __init__(self) -> None:
        ephemeral = Bucket(EPHEMERAL_PER_S, EPHEMERAL_BURST)
        credits_ = Bucket(CREDITS_PER_S, CREDITS_BURST)
        self._bytes = Bucket(BYTES_PER_S, BYTES_BURST)
        self._of: dict[type[FromBrowser], Bucket] = {
            MoveView: ephemeral,
            MovePointer: ephemeral,
            Tell: ephemeral,
            Drawn: credits_,
            Ping: credits_,
            Ask: Bucket(ASKS_PER_S, ASKS_BURST),
            Signal: Bucket(SIGNALS_PER_S, SIGNALS_BURST),
        }

    def has_room_for(self, size: int, *, at_s: float) -> bool:
        """Whether so many bytes may be read at all."""
        return self._bytes.spend(size, at_s=at_s)

    def allows(self, message: FromBrowser, *, at_s: float) -> bool:
        """Whether a message may be acted upon; hello is said once and has no bucket."""
        bucket = self._of.get(type(message))
        return bucket is None or bucket.spend(1.0, at_s=at_s)
