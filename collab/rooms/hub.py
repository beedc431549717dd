"""The rooms that this process owns: loads them, journals and announces their facts, lets time pass in them.

The only place where rooms meet a clock, a database and threads. All of a room runs in the event loop; the database is
reached through the loop's own threads, not through those of HTTP, so that requests which queue for the database cannot
keep the journal from a thread. `revoke` and `look_again` may be called from any thread.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from collab.kit.clock import Clock
from collab.kit.database import Database
from collab.rooms import store
from collab.rooms.calls import Line
from collab.rooms.commits import Batch, commit
from collab.rooms.protocol import Fact, Hello
from collab.rooms.room import FAILED, Connection, Message, Room
from collab.rooms.store import Standing
from rtc.echo import EchoLimit, EchoSettings

log = logging.getLogger("consilium.rooms")

# Facts of all rooms gather for so long before one commit: a human does not feel it, a disk does.
GATHER_S = 0.005
BATCH_FACTS = 200
TICK_S = 0.25
# How long a revocation made by another process may take to be felt here; two seconds are promised.
REVIEW_S = 1.0
# A room without anybody leaves memory after this; coming back costs one reading of its journal.
KEEP_EMPTY_MS = 60_000

# Pre-call checks at a time: each costs about 1 % of a core.
ECHOES = 8

CLOSED, SIGNED_OUT, STOPPING = 4410, 4401, 1012


class RoomGone(Exception):
    """There is no such room, or it is closed."""


@dataclass(eq=False, kw_only=True)
class Live:
    """A room in memory, with what its shell keeps: the journal's head and the logins that its sockets came with."""

    room_id: str
    room: Room
    head_hash: str
    logins: dict[Connection, str] = field(default_factory=dict[Connection, str])
    empty_since_ms: int | None = None


@dataclass(frozen=True, kw_only=True)
class _Loaded:
    facts: list[Fact]
    epoch: int
    head_hash: str
    study_uids: frozenset[str]
    standing: Standing


class RoomHub:
    """Made once by the application; works while `running`."""

    def __init__(
        self, *, database: Database, clock: Clock, echoes: int = ECHOES, echo: EchoSettings | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self._echo_limit = EchoLimit(echoes)
        self._echo = echo
        self._rooms: dict[str, Live] = {}
        self._loading: dict[str, asyncio.Task[Live]] = {}
        self._unsaved: dict[str, Live] = {}
        self._has_unsaved = asyncio.Event()
        self._committing = asyncio.Lock()
        self._look_again = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Journal, tick and review until the block ends; then what was accepted is journaled and sockets close."""
        self._loop = asyncio.get_running_loop()
        works = [asyncio.create_task(work, name=f"rooms {name}") for name, work in self._works().items()]
        try:
            yield
        finally:
            async with self._committing:  # what the journal is being given now is announced first
                for work in works:
                    work.cancel()
            await asyncio.gather(*works, return_exceptions=True)
            while self._unsaved:
                await self._commit()
            for live in list(self._rooms.values()):
                self._drop(live, STOPPING, "stopping")
            self._loop = None

    def _works(self) -> dict[str, Coroutine[Any, Any, None]]:
        return {"journal": self._journal(), "tick": self._every(TICK_S, self._tick), "review": self._review_on_demand()}

    # ---- what the gateway calls, in the loop

    async def open(self, room_id: str) -> Live:
        """The room in memory, loaded if need be. Raises `RoomGone`."""
        live = self._rooms.get(room_id)
        if live is not None:
            return live
        loading = self._loading.get(room_id)
        if loading is None:
            loading = asyncio.create_task(self._load(room_id))
            self._loading[room_id] = loading
            loading.add_done_callback(lambda task: self._loaded(room_id, task))
        # Shielded: one browser that goes away must not stop the loading that others wait for.
        return await asyncio.shield(loading)

    def hello(self, live: Live, connection: Connection, message: Hello, *, login_id: str) -> None:
        """Let a connection in; its outbox says how it went."""
        live.logins[connection] = login_id
        live.empty_since_ms = None
        live.room.hello(connection, message, at_ms=self.now_ms())
        self._note_unsaved(live)

    def receive(self, live: Live, connection: Connection, message: Message) -> None:
        live.room.receive(connection, message, at_ms=self.now_ms())
        if live.room.has_unsaved:
            self._note_unsaved(live)

    def leave(self, live: Live, connection: Connection) -> None:
        live.logins.pop(connection, None)
        live.room.leave(connection, at_ms=self.now_ms())

    def new_line(self, connection: Connection) -> Line:
        """The connection's end of calls."""
        return Line(connection, self._echo_limit, self._echo)

    def now_ms(self) -> int:
        return to_ms(self._clock())

    # ---- what other features call, from any thread

    def revoke(self, person_id: str, room_id: str) -> None:
        """Close a person's sockets in a room, now. To be called when the revocation is durable."""
        self._call(lambda: self._evict(room_id, person_id))

    def look_again(self, room_id: str) -> None:
        """Something about the room has changed in the database: a signature, its closing."""
        self._call(self._look_again.set)

    def present(self, room_id: str) -> tuple[str, ...]:
        """Who is in the room, as its journal has it; empty for a room that is not in memory."""
        live = self._rooms.get(room_id)
        return live.room.state.present if live else ()

    @property
    def counts(self) -> tuple[int, int]:
        """Rooms in memory, and connections in them."""
        return len(self._rooms), sum(len(live.logins) for live in self._rooms.values())

    def _call(self, act: Callable[[], None]) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(act)

    def _evict(self, room_id: str, person_id: str) -> None:
        live = self._rooms.get(room_id)
        if live is not None:
            live.room.evict(person_id, at_ms=self.now_ms())
            self._note_unsaved(live)

    # ---- loading

    def _loaded(self, room_id: str, task: asyncio.Task[Live]) -> None:
        del self._loading[room_id]
        if not task.cancelled():
            task.exception()  # Whoever waited has it; if nobody did any more, it is not worth a warning.

    async def _load(self, room_id: str) -> Live:
        loaded = await asyncio.to_thread(self._read, room_id)
        room = Room(loaded.facts, epoch=loaded.epoch, study_uids=loaded.study_uids, at_ms=self.now_ms())
        live = Live(room_id=room_id, room=room, head_hash=loaded.head_hash)
        self._rooms[room_id] = live
        self._apply_standing(live, loaded.standing)
        return live

    def _read(self, room_id: str) -> _Loaded:
        with self._database.transaction() as session:
            record = store.find_room(session, room_id)
            if record is None or record.closed_at is not None:
                raise RoomGone(room_id)
            epoch = store.take_epoch(session, room_id)
            return _Loaded(
                facts=store.list_facts(session, room_id),
                epoch=epoch,
                head_hash=store.head_hash(session, room_id),
                study_uids=store.list_study_uids(session, record.study_ids),
                standing=store.standings(session, [room_id], hold=False)[room_id],
            )

    def _drop(self, live: Live, code: int, reason: str) -> None:
        """Forget a room; its browsers come back and find it loaded anew."""
        live.room.close_all(code, reason)
        self._unsaved.pop(live.room_id, None)
        if self._rooms.get(live.room_id) is live:
            del self._rooms[live.room_id]

    # ---- journal

    def _note_unsaved(self, live: Live) -> None:
        if live.room.has_unsaved:
            self._unsaved[live.room_id] = live
            self._has_unsaved.set()

    async def _journal(self) -> None:
        while True:
            await self._has_unsaved.wait()
            await asyncio.sleep(GATHER_S)
            await self._commit()

    async def _commit(self) -> None:
        async with self._committing:
            await self._commit_gathered()

    async def _commit_gathered(self) -> None:
        """Journal what has gathered and announce it; rooms whose facts could not be journaled stop here."""
        self._has_unsaved.clear()
        lives, batches = self._gather()
        heads = await asyncio.to_thread(commit, self._database, batches) if batches else {}
        at_ms = self.now_ms()
        for live, batch in zip(lives, batches, strict=True):
            if batch.room_id not in heads:
                self._drop(live, FAILED, "journal")
            elif not live.room.is_over:
                live.head_hash = heads[batch.room_id]
                live.room.saved(batch.facts[-1].seq, at_ms=at_ms)
                self._note_unsaved(live)

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

    # ---- time

    async def _every(self, seconds: float, act: Callable[[], Awaitable[None]]) -> None:
        while True:
            await asyncio.sleep(seconds)
            await act()

    async def _tick(self) -> None:
        at_ms = self.now_ms()
        for live in list(self._rooms.values()):
            live.room.tick(at_ms)
            self._note_unsaved(live)
            if not live.room.is_empty:
                live.empty_since_ms = None
            elif live.empty_since_ms is None:
                live.empty_since_ms = at_ms
            elif at_ms - live.empty_since_ms >= KEEP_EMPTY_MS:
                self._drop(live, STOPPING, "empty")

    async def _review_on_demand(self) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._look_again.wait(), REVIEW_S)
            self._look_again.clear()
            if self._rooms:
                await self._review()

    async def _review(self) -> None:
        """Compare who is here, and how the rooms stand, with the database, whoever has changed it."""
        lives = dict(self._rooms)
        logins = {login_id for live in lives.values() for login_id in live.logins.values()}
        try:
            seen = await asyncio.to_thread(self._look, set(lives), logins, self._clock())
        except (SQLAlchemyError, OSError) as failure:
            log.error("review of rooms: %s", type(failure).__name__)
            return
        standings, members, ended = seen
        for room_id, live in lives.items():
            self._apply_standing(live, standings.get(room_id))
            for actor in {connection.actor for connection in live.logins}:
                if (room_id, actor) not in members:
                    self._evict(room_id, actor)
            for connection, login_id in list(live.logins.items()):
                if login_id in ended:
                    connection.outbox.close(SIGNED_OUT, "signed_out")
                    self.leave(live, connection)

    def _look(
        self, room_ids: set[str], login_ids: set[str], at: datetime
    ) -> tuple[dict[str, Standing], set[tuple[str, str]], set[str]]:
        with self._database.transaction() as session:
            return (
                store.standings(session, room_ids, hold=False),
                store.list_current_members(session, room_ids, at),
                store.list_ended_logins(session, login_ids, at),
            )

    def _apply_standing(self, live: Live, standing: Standing | None) -> None:
        if live.room.is_over:
            return None
        if standing is None or standing.is_closed:
            return self._drop(live, CLOSED, "room_closed")
        if standing.signed_conclusion_id is not None:
            signer = standing.signed_by_id or ""
            live.room.lock_draft(standing.signed_conclusion_id, actor=signer, at_ms=self.now_ms())
            self._note_unsaved(live)
        return None


def to_ms(at: datetime) -> int:
    """Milliseconds since 1970."""
    return int(at.timestamp() * 1000)
