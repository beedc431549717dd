"""Follows the live rooms of this process ten times a second and writes their trails, in a thread of its own.

Nothing of a room ever waits for it: a disk that is slow or full costs steps of the trail, which are counted.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from collab.rooms.owning import Live
from collab.rooms.trail import LOOK_EVERY_MS, Recorder, Stretch

log = logging.getLogger("consilium.rooms")

# A stop waits so long for the last steps; a disk that hangs must not keep the server from stopping.
LAST_WRITE_S = 2.0
WRITE_EVERY_LOOKS = 50


class Trails(Protocol):
    """Where trails are kept."""

    def append(self, room_id: str, epoch: int, stretch: Stretch) -> bool: ...


class Trailing:
    """In the event loop; only writing runs in its thread, one at a time. The loop's threads are the journal's."""

    def __init__(self, trails: Trails, now_ms: Callable[[], int]) -> None:
        self._trails = trails
        self._now_ms = now_ms
        # By the owner's epoch too: a room that comes back to this process is another owner's.
        self._recorders: dict[tuple[str, int], Recorder] = {}
        # Nothing but a hand makes them grow: a room in which nothing moves is not looked at.
        self._stirrings: dict[tuple[str, int], int] = {}
        self._writing: asyncio.Future[None] | None = None
        self._thread = ThreadPoolExecutor(1, "trails")

    async def run(self, lives: Mapping[str, Live]) -> None:
        looks = 0
        while True:
            await asyncio.sleep(LOOK_EVERY_MS / 1000)
            self.look(lives)
            looks += 1
            if looks % WRITE_EVERY_LOOKS == 0:
                self.write(lives)

    def look(self, lives: Mapping[str, Live]) -> None:
        """See what has moved in each room."""
        at_ms = self._now_ms()
        for room_id, live in lives.items():
            stirrings, key = live.room.stirrings, (room_id, live.room.epoch)
            if self._stirrings.get(key, 0) == stirrings:
                continue
            self._stirrings[key] = stirrings
            recorder = self._recorders.get(key)
            if recorder is None:
                recorder = self._recorders[key] = Recorder()
            recorder.look(live.room.moving(), at_ms=at_ms)

    def write(self, lives: Mapping[str, Live]) -> None:
        """Begin to write what has gathered, unless the last writing is still under way."""
        if self._writing is not None and not self._writing.done():
            return
        gathered = {key: stretch for key, one in self._recorders.items() if (stretch := one.take()) is not None}
        for room_id, epoch in list(self._recorders):
            live = lives.get(room_id)
            if live is None or live.room.epoch != epoch:
                del self._recorders[room_id, epoch], self._stirrings[room_id, epoch]
        if gathered:
            loop = asyncio.get_running_loop()
            self._writing = loop.run_in_executor(self._thread, self._append, gathered)

    async def finish(self) -> None:
        """Write the last steps, if that can be done soon."""
        try:
            async with asyncio.timeout(LAST_WRITE_S):
                if self._writing is not None:
                    await self._writing
                self.write({})
                if self._writing is not None:
                    await self._writing
        except TimeoutError:
            log.warning("trails: the last steps could not be written in time")
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _append(self, gathered: Mapping[tuple[str, int], Stretch]) -> None:
        for (room_id, epoch), stretch in gathered.items():
            try:
                if not self._trails.append(room_id, epoch, stretch):
                    log.warning("trail of room %s: full", room_id)
            except OSError as failure:
                log.error("trail of room %s: %s; %d steps lost", room_id, type(failure).__name__, len(stretch.steps))
