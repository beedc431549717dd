"""What is decoded and encoded already of series on their way, in parts on disk; all of it can be made again."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import threading
import weakref
from collections import OrderedDict
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from collab.kit.settings import Settings
from dicom_render.readying import streams_of

# A part is lost with the process that makes it, and others wait for a worker meanwhile: 40 ms of an ordinary CT.
PART_FILES = 8
# Of series on their way, and of those prepared last, for images of the same series that come after: some studies.
KEPT_BYTES = 2 << 30
_LOCK = "lock"


@dataclass(frozen=True, kw_only=True)
class Part:
    """Some originals of a series, by their hashes, and where what is made of them goes."""

    series_id: str
    path: Path
    hashes: tuple[str, ...]


@dataclass(kw_only=True)
class _OfSeries:
    done: list[Part] = field(default_factory=list[Part])
    at_work: set[str] = field(default_factory=set[str])
    holders: int = 0
    bytes: int = 0

    def missing(self, hashes: Sequence[str]) -> list[str]:
        here = {each for part in self.done for each in part.hashes}
        return [each for each in hashes if each not in here]


class ReadiedParts:
    """The parts that this process makes, in a folder of its own; safe for several threads."""

    def __init__(self, settings: Settings) -> None:
        self._all = settings.data.absolute() / "readied"
        self._root = self._all / secrets.token_hex(8)
        self._closing: weakref.finalize[..., ReadiedParts] | None = None
        self._changed = threading.Condition()
        self._series: OrderedDict[str, _OfSeries] = OrderedDict()

    def claim(self, series_id: str, hashes: Sequence[str], *, sharers: int) -> Part | None:
        """Some of these originals that nobody has readied or is readying, for one of several `sharers`."""
        with self._changed:
            self._open()
            series = self._series.setdefault(series_id, _OfSeries())
            self._series.move_to_end(series_id)
            free = [each for each in series.missing(hashes) if each not in series.at_work]
            if not free:
                return None
            taken = tuple(free[: min(PART_FILES, -(-len(free) // sharers))])
            series.at_work.update(taken)
            return Part(series_id=series_id, path=self._root / secrets.token_hex(8), hashes=taken)

    def finish(self, part: Part) -> None:
        """The files of the part are there."""
        with self._changed:
            series = self._series[part.series_id]
            series.done.append(part)
            series.at_work.difference_update(part.hashes)
            series.bytes += streams_of(part.path).stat().st_size
            self._changed.notify_all()

    def give_up(self, part: Part) -> None:
        """They are not: somebody else may try."""
        with self._changed:
            self._series[part.series_id].at_work.difference_update(part.hashes)
            self._remove(part)
            self._changed.notify_all()

    def wait(self, series_id: str, hashes: Sequence[str], *, timeout_s: float) -> bool:
        """Until nobody is at work on these; are all readied?"""
        with self._changed:
            series = self._series.setdefault(series_id, _OfSeries())
            self._changed.wait_for(lambda: series.at_work.isdisjoint(hashes), timeout_s)
            return not series.missing(hashes)

    def paths_of(self, series_id: str, hashes: Sequence[str]) -> list[Path]:
        """The parts that hold any of these originals."""
        with self._changed:
            return [part.path for part in self._series[series_id].done if not set(part.hashes).isdisjoint(hashes)]

    def drop(self, series_id: str) -> None:
        """Forget what is readied of a series."""
        with self._changed:
            series = self._series[series_id]
            for part in series.done:
                self._remove(part)
            series.done, series.bytes = [], 0
            if not series.at_work and not series.holders:
                del self._series[series_id]

    @property
    def is_full(self) -> bool:
        """No more should be made before it is asked for."""
        with self._changed:
            return self._bytes() >= KEPT_BYTES

    @contextmanager
    def holding(self, series_id: str) -> Generator[None]:
        """The parts of a series stay in the block; those used longest ago go at its end, beyond what is kept."""
        with self._changed:
            self._series.setdefault(series_id, _OfSeries()).holders += 1
        try:
            yield
        finally:
            with self._changed:
                self._series[series_id].holders -= 1
                self._trim()

    def _trim(self) -> None:
        idle = [each for each, series in self._series.items() if not series.at_work and not series.holders]
        while idle and self._bytes() > KEPT_BYTES:
            self.drop(idle.pop(0))

    def _bytes(self) -> int:
        return sum(series.bytes for series in self._series.values())

    def close(self) -> None:
        """Remove all that is this process's; it can be used again."""
        with self._changed:
            self._series.clear()
            if self._closing is not None:
                self._closing()
                self._closing = None

    def sweep(self) -> None:
        """At a start: remove the folders of processes that are gone, which hold no lock any more."""
        for folder in self._all.iterdir() if self._all.is_dir() else ():
            with (folder / _LOCK).open("ab") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                shutil.rmtree(folder, ignore_errors=True)

    def _open(self) -> None:
        if self._closing is None:
            self._root.mkdir(parents=True)
            lock = os.open(self._root / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._closing = weakref.finalize(self, _give_back, self._root, lock)

    def _remove(self, part: Part) -> None:
        for left in self._root.glob(f"{part.path.name}.*"):
            left.unlink(missing_ok=True)


def _give_back(root: Path, lock: int) -> None:
    shutil.rmtree(root, ignore_errors=True)
    os.close(lock)
