"""The facts of all live rooms on their way to the journal: gathered, committed together, then announced."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from collab.kit.database import Database
from collab.rooms.commits import Batch, commit
from collab.rooms.owning import Live

# Facts of all rooms gather for so long before one commit: a human does not feel it, a disk does.
GATHER_S = 0.005
BATCH_FACTS = 200


class Journaling:
    """In the event loop; only the commit itself runs in a thread. `failed` is told of a room that could not be written.

    The loop's own threads serve it, not those of HTTP: requests which queue for the database cannot keep it from one.
    """

    def __init__(self, database: Database, now_ms: Callable[[], int], failed: Callable[[Live], None]) -> None:
        self._database = database
        self._now_ms = now_ms
        self._failed = failed
        self._unsaved: dict[str, Live] = {}
        self._has_unsaved = asyncio.Event()
        self._committing = asyncio.Lock()

    def note(self, live: Live) -> None:
        """The room may have facts to journal."""
        if live.room.has_unsaved:
            self._unsaved[live.room_id] = live
            self._has_unsaved.set()

    def forget(self, room_id: str) -> None:
        self._unsaved.pop(room_id, None)

    async def run(self) -> None:
        while True:
            await self._has_unsaved.wait()
            await asyncio.sleep(GATHER_S)
            await self._commit()

    def under_way(self) -> asyncio.Lock:
        """Held while the journal is being given something that was not announced yet."""
        return self._committing

    async def finish(self) -> None:
        """Journal and announce everything that was accepted."""
        while self._unsaved:
            await self._commit()

    async def _commit(self) -> None:
        async with self._committing:
            await self._commit_gathered()

    async def _commit_gathered(self) -> None:
        """Journal what has gathered and announce it; rooms whose facts could not be journaled stop here."""
        self._has_unsaved.clear()
        lives, batches = self._gather()
        heads = await asyncio.to_thread(commit, self._database, batches) if batches else {}
        at_ms = self._now_ms()
        for live, batch in zip(lives, batches, strict=True):
            if batch.room_id not in heads:
                self._failed(live)
            elif not live.room.is_over:
                live.head_hash = heads[batch.room_id]
                live.room.saved(batch.facts[-1].seq, at_ms=at_ms)
                self.note(live)

    def _gather(self) -> tuple[list[Live], list[Batch]]:
        lives: list[Live] = []
        batches: list[Batch] = []
        left = BATCH_FACTS
        for room_id, live in list(self._unsaved.items()):
            if left <= 0:
                self._has_unsaved.set()
                break
            del self._unsaved[room_id]
            facts = live.room.unsaved(left)
            left -= len(facts)
            if facts:
                lives.append(live)
                epoch = live.room.epoch
                batches.append(Batch(room_id=room_id, epoch=epoch, previous_hash=live.head_hash, facts=facts))
        return lives, batches
