"""Whose picture is drawn next, and by which process; it knows no process, no thread and no clock."""

from collections import Counter
from dataclasses import dataclass
from typing import Generic, TypeVar

from dicom_render.refusal import Refusal

T = TypeVar("T")
K = TypeVar("K")

# A volume of 300 slices is decoded anew in 1 to 3 s: for less waiting than that it is not worth another process' time.
LEND_AFTER_S = 1.0
# Pictures wait tens of milliseconds each; beyond this a caller had better ask for fewer.
MAX_WAITING = 64
# Nine panes, and each of three planes.
MAX_WAITING_EACH = 12
# Which process drew a stack last, and whose turn came when, is remembered for so many.
_MAX_REMEMBERED = 512


class QueueFull(Refusal):
    """No more pictures may wait: `too_many` of this caller, `busy` of all."""


@dataclass(frozen=True, slots=True)
class Place:
    """What decides a picture's turn: who asked, on which screen ("" for none), of which stack.

    `is_light`: an image drawn as it is, which needs no volume; any process may draw it at once.
    """

    who: str
    screen: str
    stack: tuple[str, int]
    is_light: bool


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[T]):
    place: Place
    since_s: float
    job: T


class DrawingQueue(Generic[T]):
    """Jobs that wait. Callers take turns, each with theirs in order; processes go on with the stacks that they have."""

    def __init__(self, *, most: int = MAX_WAITING, most_each: int = MAX_WAITING_EACH) -> None:
        self._most = most
        self._most_each = most_each
        self._waiting: list[_Waiting[T]] = []
        self._drew: dict[tuple[str, int], int] = {}
        self._turns = 0
        self._last_turn: dict[str, int] = {}

    @property
    def is_waiting(self) -> bool:
        return bool(self._waiting)

    def add(self, job: T, place: Place, *, at_s: float) -> list[T]:
        """Let a job wait; those that it overtakes are given back. Raises `QueueFull`."""
        overtaken = [each for each in self._waiting if place.screen and _is_same_screen(each.place, place)]
        self._waiting = [each for each in self._waiting if each not in overtaken]
        if sum(each.place.who == place.who for each in self._waiting) >= self._most_each:
            raise QueueFull("too_many", {"most": self._most_each})
        if len(self._waiting) >= self._most:
            raise QueueFull("busy", {"most": self._most})
        self._waiting.append(_Waiting(place, at_s, job))
        return [each.job for each in overtaken]

    def remove(self, job: T) -> None:
        """One that nobody waits for any more; no matter if it is gone already."""
        self._waiting = [each for each in self._waiting if each.job is not job]

    def take(self, process: int, *, at_s: float, idle: frozenset[int] = frozenset()) -> T | None:
        """What that process is to draw now; None if the others, `idle` among them, are better placed for all of it."""
        in_turn = self._in_turn()
        chosen = next((each for each in in_turn if self._drew.get(each.place.stack, process) == process), None)
        if chosen is None:
            chosen = next((each for each in in_turn if self._is_lent(each, at_s=at_s, idle=idle)), None)
        if chosen is None:
            return None
        self._waiting.remove(chosen)
        self._turns += 1
        _remember(self._drew, chosen.place.stack, process)
        _remember(self._last_turn, chosen.place.who, self._turns)
        return chosen.job

    def forget(self, process: int) -> None:
        """A process that has ended has no stacks left."""
        self._drew = {stack: each for stack, each in self._drew.items() if each != process}

    def drain(self) -> list[T]:
        """All that wait, which do so no more."""
        waiting, self._waiting = self._waiting, []
        return [each.job for each in waiting]

    def _in_turn(self) -> list[_Waiting[T]]:
        before: Counter[str] = Counter()
        turns: list[tuple[int, int, int]] = []
        for index, each in enumerate(self._waiting):
            who = each.place.who
            turns.append((before[who], self._last_turn.get(who, 0), index))
            before[who] += 1
        return [self._waiting[index] for _, _, index in sorted(turns)]

    def _is_lent(self, waiting: _Waiting[T], *, at_s: float, idle: frozenset[int]) -> bool:
        """Whether a process that has not the stack may draw it: the one that has is at work on something else."""
        if self._drew.get(waiting.place.stack) in idle:
            return False
        return waiting.place.is_light or at_s - waiting.since_s >= LEND_AFTER_S


def _remember(kept: dict[K, int], key: K, value: int) -> None:
    kept.pop(key, None)
    kept[key] = value
    if len(kept) > _MAX_REMEMBERED:
        del kept[next(iter(kept))]


def _is_same_screen(one: Place, other: Place) -> bool:
    return (one.who, one.screen) == (other.who, other.screen)
