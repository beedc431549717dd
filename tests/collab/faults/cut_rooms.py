"""Power cuts in the middle of a meeting on the embedded database: whatever people were told is in the journal.

`python -m tests.collab.faults.cut_rooms FOLDER SEED CUTS [FAULT]`, below `alone`; ends with 1 if anything is lost.
`FAULT` is planted.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from random import Random

from sqlalchemy import update

from collab.accounts.models import Login
from collab.app import schema
from collab.kit.clock import utc_now
from collab.kit.database import Database
from collab.rooms.models import RoomMember
from tests import make as everyone
from tests.collab.faults.checking import violations
from tests.collab.faults.disk import Disk
from tests.collab.faults.history import Event
from tests.collab.faults.machine import PORT, run
from tests.collab.faults.region import now_s, read_journal, staying
from tests.collab.faults.visitor import Visitor
from tests.collab.rooms import make as rooms
from tests.conftest import ROOT

ORIGIN = f"http://127.0.0.1:{PORT}"
# Not a speed: what takes longer than this has failed.
PATIENCE_S = 60.0
# Of what is lost, the first say enough.
FEW = 5


class Meeting:
    """One machine with its database on a disk, and three people who stay whatever happens."""

    def __init__(self, folder: Path, *, seed: int, plant: str) -> None:
        run("ip", "link", "set", "lo", "up")
        self.folder, self.plant, self.chance = folder, plant, Random(seed)
        self.disk = Disk(image=folder / "disk", place=folder / "data")
        self.disk.make()
        self.data, self.url = self._lay()
        self.events: list[Event] = []
        self.case = self._furnish()
        self.visitors = [
            Visitor(
                actor=person.id,
                client_id=f"tab {n}",
                cookie=f"consilium={rooms.token_of(person)}",
                room_id=self.case.room_id,
                origin=ORIGIN,
                address="127.0.0.1",
                machines=[("127.0.0.1", PORT)],
                log=self.events,
                chance=Random(seed * 10 + n),
            )
            for n, person in enumerate((self.case.expert, self.case.requester, self.case.guest))
        ]
        self.server = self._start()

    def _lay(self) -> tuple[Path, str]:
        """Where Consilium's data lie, and its database."""
        return self.disk.place, f"sqlite:///{self.disk.place / 'consilium.sqlite3'}"

    def _furnish(self) -> rooms.Case:
        with closing(Database(self.url)) as database:
            schema.migrate(database)
            case = rooms.case(database)
            with database.transaction() as session:
                session.execute(update(Login).values(created_at=utc_now(), seen_at=utc_now()))
                session.execute(update(RoomMember).values(since=utc_now() - timedelta(days=2)))
        secret = self.data / "secret"
        secret.touch(0o600)
        secret.write_bytes(everyone.SECRET)
        os.sync()
        return case

    def _start(self) -> subprocess.Popen[bytes]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CONSILIUM_")}
        ours = {
            "CONSILIUM_DATA": str(self.data),
            "CONSILIUM_DATABASE_URL": self.url,
            "CONSILIUM_PORT": str(PORT),
            "CONSILIUM_WORKERS": "1",
            "CONSILIUM_DRAWERS": "1",
            "PYTHONPATH": str(ROOT),
        }
        program = ["tests.collab.faults.planted", self.plant] if self.plant else ["collab.app"]
        with (self.folder / "server.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *program, "serve"],
                cwd=self.folder, env={**kept, **ours}, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    async def spend(self, cuts: int) -> list[str]:
        """What is lost; no more cuts once something is."""
        async with staying(self.visitors):
            for _ in range(cuts):
                await self._all_there()
                await asyncio.sleep(self.chance.uniform(0.3, 1.5))
                if lost := await self.cut():
                    return lost
            await self._all_there()
        return []

    async def cut(self) -> Sequence[str]:
        """Cut the power, and let it come back; what is lost."""
        await asyncio.to_thread(self.disk.cut, self.server)
        # What was said before the cut is still on its way to them.
        await self.until(lambda: not any(one.epoch for one in self.visitors))
        lost = await asyncio.to_thread(self.judge)
        self.server = self._start()
        return lost

    def judge(self) -> Sequence[str]:
        with closing(Database(self.url)) as database:
            return violations(self.events, read_journal(database, self.case.room_id))

    async def _all_there(self) -> None:
        begun_s = now_s()
        await self.until(lambda: all(one.epoch and one.heard_s > begun_s for one in self.visitors))

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not holds():  # noqa: ASYNC110 - other processes have no event for us
                await asyncio.sleep(0.02)


def main(kind: type[Meeting], folder: Path, seed: int, cuts: int, plant: str = "") -> int:
    meeting = kind(folder, seed=seed, plant=plant)
    try:
        lost = asyncio.run(meeting.spend(cuts))
    finally:
        meeting.server.kill()
    told = sum(type(one).__name__ == "Told" for one in meeting.events)
    print(f"{cuts} cuts, {told} facts told")
    for one in lost[:FEW]:
        print(f"WRONG {one}")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main(Meeting, Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:]))
