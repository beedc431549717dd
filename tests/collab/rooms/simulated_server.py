"""A process with a real hub on a virtual clock, and the one database as it reaches it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy.orm import Session

from collab.kit.database import Database
from collab.rooms.carriers import Turn
from collab.rooms.owning import Owner
from tests.collab.rooms.simulated_time import Machine

if TYPE_CHECKING:
    from tests.collab.rooms.simulated_region import Region

Fate = Literal["well", "refused", "answer lost", "lied about"]


class _LiedAbout(Exception):
    """Rolls back what is reported as written."""


class ReachedDatabase(Database):
    """The one database, as one server reaches it."""

    def __init__(self, whole: Database, fate: Callable[[], Fate]) -> None:
        self.url, self.engine = whole.url, whole.engine
        self._whole = whole
        self._fate = fate

    @contextmanager
    def transaction(self) -> Generator[Session]:
        fate = self._fate()
        if fate == "refused":
            raise OSError("simulated: the database was not reached")
        try:
            with self._whole.transaction() as session:
                yield session
                if fate == "lied about":
                    raise _LiedAbout
        except _LiedAbout:
            return
        if fate == "answer lost":
            raise OSError("simulated: written, and the answer was lost")


class Server(Machine):
    """A process with a hub."""

    def __init__(self, region: Region, name: str) -> None:
        super().__init__(region.clockwork)
        self.region = region
        self.address = f"http://{name}.example"
        self.turn = Turn()
        self.stalled_until_s = 0.0
        self.fates: deque[Fate] = deque()
        database = ReachedDatabase(region.database, lambda: self.fates.popleft() if self.fates else "well")
        self.hub = region.hub_kind(database=database, clock=self.wall, address=self.address, elapsed_s=self.time)
        # Servers on several machines ask the database for the time; here it is SQLite, whose clock is this.
        self.hub.owner = Owner(database=database, clock=region.clockwork, address=self.address)
        self._stop = asyncio.Event()
        self.life = self.create_task(self._live())

    async def _live(self) -> None:
        async with self.hub.running():
            await self._stop.wait()

    def stop(self) -> None:
        """As SIGTERM does: it hands over what it has and ends."""
        self.call_soon(self._stop.set)

    @property
    def is_over(self) -> bool:
        return self.is_dead or self.life.done()

    def call(self, act: Callable[[], Any], answer: Callable[[Any, BaseException | None], object]) -> None:
        chance = self.region.chance

        def carry_out() -> None:
            # What a dead process had asked of the database a moment before may still come about.
            if self.is_dead and chance.random() < 0.5:
                answer(None, OSError("simulated: this process is dead"))
                return
            try:
                value = act()
            except Exception as failure:
                answer(None, failure)
            else:
                answer(value, None)

        if self.is_dead:
            answer(None, OSError("simulated: this process is dead"))
        else:
            begun_s = max(self.clockwork.now_s, self.stalled_until_s)
            self.clockwork.at(begun_s + chance.uniform(0.001, 0.02), carry_out)
