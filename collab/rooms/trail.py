"""What moved in a room, ten times a second, for a replay: picked from the room's samples, packed and read again; pure.

The trail is no journal: it proves nothing, may have holes, and is deleted earlier.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from collab.rooms.outbox import Sample, Slot
from collab.rooms.protocol import AnnotationMoved, PointerMoved, ViewMoved

Moved = ViewMoved | PointerMoved | AnnotationMoved

LOOK_EVERY_MS = 100
# Of one room, until they are written: half a minute of ten hands that all move.
MOST_STEPS = 3000
# One record on the disk and in memory, unpacked: what a reader of a damaged file must be able to refuse.
MOST_RECORD_BYTES = 32 << 20


class Step(msgspec.Struct, frozen=True, array_like=True):
    """What moved at an instant; a pointer or drawing that is None has stopped."""

    at_ms: int
    moved: Moved


class Stretch(msgspec.Struct, frozen=True, array_like=True):
    """Steps in their order; `lost` of them could not be kept."""

    steps: tuple[Step, ...]
    lost: int


_PACK = msgspec.msgpack.Encoder()
_READ = msgspec.msgpack.Decoder(Stretch)


class Recorder:
    """Gathers one room's steps; what exceeds the bound is counted and lost."""

    def __init__(self) -> None:
        self._numbers: dict[Slot, int] = {}
        self._moving: dict[Slot, Moved] = {}
        self._steps: list[Step] = []
        self._lost = 0

    def look(self, samples: Iterable[Sample], *, at_ms: int) -> None:
        """Keep what has moved since the last look, and what has stopped."""
        now = {sample.slot: sample for sample in samples}
        for slot in [slot for slot in self._moving if slot not in now]:
            stopped = _stopped(self._moving.pop(slot))
            if stopped is not None:
                self._keep(Step(at_ms, stopped))
        for slot, sample in now.items():
            moved = sample.frame.message
            assert isinstance(moved, Moved)
            if self._numbers.get(slot) != sample.number:
                self._keep(Step(at_ms, moved))
                self._numbers[slot], self._moving[slot] = sample.number, moved

    def take(self) -> Stretch | None:
        """What has gathered since the last time; None for nothing."""
        if not self._steps and not self._lost:
            return None
        taken = Stretch(tuple(self._steps), self._lost)
        self._steps, self._lost = [], 0
        return taken

    def _keep(self, step: Step) -> None:
        if len(self._steps) < MOST_STEPS:
            self._steps.append(step)
        else:
            self._lost += 1


def _stopped(moved: Moved) -> Moved | None:
    match moved:
        case ViewMoved():
            # It has come to rest, which the journal tells, and better.
            return None
        case PointerMoved(frame, actor, n):
            return PointerMoved(frame, actor, n, None)
        case AnnotationMoved(frame, actor, n, annotation_id):
            return AnnotationMoved(frame, actor, n, annotation_id, None)


def pack(stretch: Stretch) -> bytes:
    """One record: four bytes of length, four of CRC-32, and the steps as compressed msgpack."""
    body = zlib.compress(_PACK.encode(stretch))
    return len(body).to_bytes(4, "big") + zlib.crc32(body).to_bytes(4, "big") + body


def whole(content: bytes) -> bytes:
    """The records up to the first that is torn or damaged: the trail ends there."""
    return content[: sum(8 + len(body) for body in _bodies(content))]


def unpack(content: bytes) -> Iterator[Stretch]:
    """What the whole records hold, up to one that another version of the program wrote."""
    for body in _bodies(content):
        try:
            yield _READ.decode(zlib.decompressobj().decompress(body, MOST_RECORD_BYTES))
        except (zlib.error, msgspec.DecodeError):
            return


def _bodies(content: bytes) -> Iterator[bytes]:
    at = 0
    while at + 8 <= len(content):
        length, checksum = int.from_bytes(content[at : at + 4], "big"), int.from_bytes(content[at + 4 : at + 8], "big")
        body = content[at + 8 : at + 8 + length]
        if not length or len(body) != length or zlib.crc32(body) != checksum:
            return
        yield body
        at += 8 + length


def join(stretches: Sequence[Stretch]) -> Stretch:
    """One stretch of several, in the order of time: machines of several owners may differ in it."""
    steps = sorted((step for stretch in stretches for step in stretch.steps), key=lambda step: step.at_ms)
    return Stretch(tuple(steps), sum(stretch.lost for stretch in stretches))
