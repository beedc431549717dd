"""Three machines, one PostgreSQL and three visitors of one room; it tells when they are well, and judges in the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random

import httpx
from sqlalchemy import select, update
from sqlalchemy.engine import make_url

from collab.accounts.models import Login
from collab.app import schema
from collab.kit.clock import utc_now
from collab.kit.database import Database
from collab.rooms import service
from collab.rooms.models import RoomFact, RoomMember, RoomRecord
from tests import make as everyone
from tests import postgres
from tests.collab.faults import machine as machines
from tests.collab.faults.checking import violations
from tests.collab.faults.history import Event, Written
from tests.collab.faults.machine import DATABASE, PORT, Machine
from tests.collab.faults.visitor import Visitor
from tests.collab.rooms import make as rooms

ORIGIN = "http://consilium.example"
# Not a speed: what takes longer than this has failed.
PATIENCE_S = 60.0


@dataclass(eq=False, kw_only=True)
class Region:
    """`took_s`: what was measured, by name. `works`: what keeps the visitors there."""

    database: Database
    room_id: str
    machines: list[Machine]
    visitors: list[Visitor]
    chance: Random
    events: list[Event] = field(default_factory=list[Event])
    took_s: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])
    works: list[asyncio.Task[None]] = field(default_factory=list[asyncio.Task[None]])

    async def until(self, holds: Callable[[], Awaitable[bool]], what: str) -> float:
        """Wait; how long it took."""
        begun_s = now_s()
        while not await holds():
            assert now_s() - begun_s < PATIENCE_S, f"never: {what}"
            for work in self.works:
                assert not work.done(), work.exception()
            await asyncio.sleep(0.02)  # other processes have no event for us
        return now_s() - begun_s

    async def owner(self) -> Machine:
        """Whoever the database says has the room."""
        found: list[Machine] = []

        async def look() -> bool:
            address = await asyncio.to_thread(self._owner)
            found[:] = [one for one in self.machines if address and f"//{one.host}:" in address]
            return bool(found)

        await self.until(look, "somebody owns the room")
        return found[0]

    def _owner(self) -> str | None:
        with self.database.transaction() as session:
            return session.scalars(select(RoomRecord.owner).where(RoomRecord.id == self.room_id)).one()

    @property
    def epoch(self) -> int:
        return max(one.epoch for one in self.visitors)

    async def replaced(self, name: str, epoch: int) -> None:
        """Until everybody is with an owner after that of `epoch`; how long it took."""

        async def all_there() -> bool:
            return all(one.epoch > epoch for one in self.visitors)

        self.took_s.append((name, await self.until(all_there, f"everybody has another owner after: {name}")))

    async def all_well(self, name: str = "") -> None:
        """Until everybody is in the room and has heard of something since now."""
        begun_s = now_s()

        async def heard() -> bool:
            return all(one.epoch and one.heard_s > begun_s for one in self.visitors)

        took_s = await self.until(heard, f"everybody hears something after: {name}")
        if name:
            self.took_s.append((name, took_s))

    async def ready(self, machine: Machine) -> None:
        async with httpx.AsyncClient(trust_env=False, timeout=2) as client:

            async def answers() -> bool:
                assert machine.process is not None
                assert machine.process.poll() is None, f"{machine.name} has ended"
                try:
                    return (await client.get(f"http://{machine.host}:{PORT}/readyz")).status_code == 200
                except httpx.TransportError:
                    return False

            await self.until(answers, f"{machine.name} answers")

    # ---- in the end

    async def settle(self) -> list[str]:
        """Nobody does anything more: everybody comes to the same. What was wrong with the evening."""

        async def same() -> bool:
            journal = await asyncio.to_thread(read_journal, self.database, self.room_id)
            return all(not one.unanswered and one.seq == len(journal) for one in self.visitors)

        await self.until(same, "everybody has the whole journal, and every answer")
        return self.judge()

    def judge(self) -> list[str]:
        with self.database.transaction() as session:
            whole = service.find_any_break(session)
        broken = [] if whole is None else [f"the chain of the journal breaks: {whole}"]
        return [*broken, *violations(self.events, read_journal(self.database, self.room_id))]


def read_journal(database: Database, room_id: str) -> list[Written]:
    """All that it holds, with who wrote it."""
    with database.transaction() as session:
        facts = service.facts_of(session, room_id)
        epochs = session.scalars(select(RoomFact.epoch).where(RoomFact.room_id == room_id).order_by(RoomFact.seq)).all()
    return [Written(epoch, fact) for epoch, fact in zip(epochs, facts, strict=True)]


@asynccontextmanager
async def staying(
    visitors: Sequence[Visitor],
) -> AsyncGenerator[tuple[list[asyncio.Task[None]], list[asyncio.Task[None]]]]:
    """Everybody comes and goes on: what they do, which may be cancelled before they go, and what keeps them there."""
    busy = [asyncio.create_task(one.act()) for one in visitors]
    there = [asyncio.create_task(work) for one in visitors for work in (one.stay(), one.be_heard())]
    try:
        yield busy, there
    finally:
        tasks = [*busy, *there]
        # More than once: a library on the way may take a cancelling for an end of its own.
        while pending := [task for task in tasks if not task.done()]:
            for task in pending:
                task.cancel()
            await asyncio.wait(pending, timeout=1)


def now_s() -> float:
    return asyncio.get_running_loop().time()


@contextmanager
def region(folder: Path, seed: int, plant: str = "") -> Iterator[Region]:
    machines.lay_network(visitors=3)
    programs = postgres.find_programs()
    assert programs is not None
    with postgres.running(programs, address=DATABASE) as server, server.database() as socket_url:
        url = str(make_url(socket_url).set(host=DATABASE, query={}))
        database = Database(url)
        schema.migrate(database)
        case = rooms.case(database)
        # Clocks are set back here: whoever is here has been for long.
        with database.transaction() as session:
            session.execute(update(Login).values(created_at=utc_now(), seen_at=utc_now()))
            session.execute(update(RoomMember).values(since=utc_now() - timedelta(days=2)))
        (folder / "secret").touch(0o600)
        (folder / "secret").write_bytes(everyone.SECRET)
        settings = {
            "CONSILIUM_DATA": str(folder),
            "CONSILIUM_DATABASE_URL": url,
            "CONSILIUM_PUBLIC_URL": ORIGIN,
            "CONSILIUM_WORKERS": "1",
            "CONSILIUM_DRAWERS": "1",
        }
        clock = machines.build_clock(folder)
        there = [Machine(number=n, folder=folder, settings=settings, clock=clock, plant=plant) for n in (1, 2, 3)]
        events: list[Event] = []
        visitors = [
            Visitor(
                actor=person.id,
                client_id=f"tab {n}",
                cookie=f"consilium={rooms.token_of(person)}",
                room_id=case.room_id,
                origin=ORIGIN,
                address=machines.visitor_address(n),
                machines=[(one.host, PORT) for one in (*there[n:], *there[:n])],
                log=events,
                chance=Random(seed * 10 + n),
            )
            for n, person in enumerate((case.expert, case.requester, case.guest))
        ]
        try:
            yield Region(
                database=database,
                room_id=case.room_id,
                machines=there,
                visitors=visitors,
                chance=Random(seed),
                events=events,
            )
        finally:
            database.close()
            for one in there:
                one.kill()
