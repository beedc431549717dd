"""What waits to be sent on one connection, bounded whatever its reader does; no socket, no clock.

Facts and answers stand in one line; of ephemeral messages only the newest of each kind and actor waits, and all that
wait go out as one frame while the reader has credit. Socket back-pressure is no measure of that: on a line of
32 kbit/s it showed the pointer 22 s late, credit of four frames 0.25 s.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, cast

from collab.rooms.frames import Frame
from collab.rooms.protocol import Moved, Movements

# A reader further behind is told the whole state instead.
LINE_FRAMES = 512
LINE_BYTES = 256 << 10
# Ephemeral frames on their way that the browser has not yet said it has drawn.
CREDIT_FRAMES = 4
# More on a link that answers so quickly, where four are answered at once.
MOST_CREDIT_FRAMES, QUICK_MS = 8, 60
# Fewer while answers take so much longer than the quickest has: they wait on the link, and are old when they are drawn.
LEAST_CREDIT_FRAMES, LONGER_MS, AS_QUICK_MS = 2, 120, 60

Slot = tuple[str, str]


class Sample(NamedTuple):
    """A frame, the slot in which it replaces the one before, and the number that `drawn` gives back.

    A pointer's image has a number, `image_n` (else 0); `slid` is for who knows the image by it, where there may be any.
    """

    slot: Slot
    frame: Frame
    number: int
    image_n: int = 0
    slid: Frame | None = None


@dataclass(frozen=True)
class Close:
    """The last thing to be sent on a connection."""

    code: int
    reason: str


class Outbox:
    """`wake` is called whenever there may be something to take."""

    __slots__ = (
        "_bytes",
        "_close",
        "_credit",
        "_images",
        "_latest",
        "_line",
        "_presences",
        "_quickest_ms",
        "_unseen",
        "_wake",
        "is_json",
        "owed_since_ms",
    )

    def __init__(self, *, is_json: bool, wake: Callable[[], None]) -> None:
        self.is_json = is_json
        self.owed_since_ms: int | None = None
        self._wake = wake
        self._line: deque[tuple[Frame, int]] = deque()
        self._bytes = 0
        self._latest: dict[Slot, Sample] = {}
        # By slot the number of the image that this connection has been told of last.
        self._images: dict[Slot, int] = {}
        self._presences: dict[str, Frame] = {}
        # Number and instant of each that is on its way.
        self._unseen: deque[tuple[int, int]] = deque()
        self._credit = CREDIT_FRAMES
        self._quickest_ms: int | None = None
        self._close: Close | None = None

    def push(self, frame: Frame, *, at_ms: int) -> None:
        """Queue a fact or an answer. A full line is dropped whole and a snapshot owed in its place."""
        if self._close is not None or self.owed_since_ms is not None:
            return
        size = len(frame.text()) if self.is_json else len(frame.packed())
        if len(self._line) >= LINE_FRAMES or (self._line and self._bytes + size > LINE_BYTES):
            self._forget()
            self.owed_since_ms = at_ms
        else:
            self._line.append((frame, size))
            self._bytes += size
        self._wake()

    def pay(self, snapshot: Frame, *, at_ms: int) -> None:
        """Give the snapshot that was owed."""
        self.owed_since_ms = None
        self.push(snapshot, at_ms=at_ms)

    def offer(self, sample: Sample) -> None:
        """Replace what waits in an ephemeral slot."""
        self._latest[sample.slot] = sample
        if len(self._unseen) < self._credit:
            self._wake()

    def withdraw(self, slot: Slot) -> None:
        """What waits in a slot is no longer true."""
        self._latest.pop(slot, None)

    def tell(self, actor: str, presence: Frame) -> None:
        """Replace what waits to be said of an actor's presence."""
        self._presences[actor] = presence
        self._wake()

    def drawn(self, number: int, *, at_ms: int) -> None:
        """The browser has drawn ephemeral frames up to this number."""
        sent_ms: int | None = None
        while self._unseen and self._unseen[0][0] <= number:
            sent_ms = self._unseen.popleft()[1]
        if sent_ms is not None:
            self._judge_link(at_ms - sent_ms)
        if self._latest:
            self._wake()

    def _judge_link(self, took_ms: int) -> None:
        """A long round trip is no reason for less credit, a growing one is: what is sent then only waits longer."""
        if self._quickest_ms is None or took_ms < self._quickest_ms:
            self._quickest_ms = took_ms
        longer_ms = took_ms - self._quickest_ms
        if longer_ms > LONGER_MS:
            self._credit = max(LEAST_CREDIT_FRAMES, self._credit - 1)
        elif longer_ms < AS_QUICK_MS:
            self._credit = min(max(self._credit, self._most(took_ms)), self._credit + 1)

    def _most(self, took_ms: int) -> int:
        return MOST_CREDIT_FRAMES if took_ms < QUICK_MS else CREDIT_FRAMES

    def close(self, code: int, reason: str) -> None:
        """Nothing more but this; the first reason stands."""
        if self._close is None:
            self._forget()
            self.owed_since_ms = None
            self._latest.clear()
            self._presences.clear()
            self._close = Close(code, reason)
            self._wake()

    @property
    def is_closing(self) -> bool:
        return self._close is not None

    def take(self, *, at_ms: int) -> Frame | Close | None:
        """The next to be sent, if there is any; facts first."""
        if self._line:
            frame, size = self._line.popleft()
            self._bytes -= size
            return frame
        if self._close is not None:
            return self._close
        if self._presences:
            return self._presences.pop(next(iter(self._presences)))
        if self._latest and len(self._unseen) < self._credit:
            return self._take_moving(at_ms)
        return None

    def _take_moving(self, at_ms: int) -> Frame:
        """All that moves, in one frame."""
        newest = self._latest
        if len(newest) == 1:
            _, only = newest.popitem()
            self._unseen.append((only.number, at_ms))
            return self._as_known(only)
        self._unseen.append((max(sample.number for sample in newest.values()), at_ms))
        frames = [self._as_known(sample) for sample in newest.values()]
        newest.clear()
        return Frame(Movements(tuple(cast(Moved, frame.message) for frame in frames)))

    def _as_known(self, sample: Sample) -> Frame:
        """An image is named once; what follows on an ordered connection refers to that by its number."""
        slot, frame, _, image_n, slid = sample
        if slid is not None and self._images.get(slot) == image_n:
            return slid
        if image_n:
            self._images[slot] = image_n
        return frame

    @property
    def has_more(self) -> bool:
        """Whether `take` may have something: not that it has, where credit is out."""
        return bool(self._line or self._latest or self._presences) or self._close is not None

    def _forget(self) -> None:
        self._line.clear()
        self._bytes = 0

    @property
    def waiting(self) -> tuple[int, int, int]:
        """Frames and bytes in the line, and ephemeral slots filled."""
        return len(self._line), self._bytes, len(self._latest) + len(self._presences)
