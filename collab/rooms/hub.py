"""The rooms that this process owns: loads them, holds them, lets time pass in them, and gives them up.

The only place where rooms meet a clock, a database and threads. All of a room runs in the event loop. `revoke` and
`look_again` may be called from any thread.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from collab.kit.clock import Clock
from collab.kit.database import Database
from collab.rooms import store
from collab.rooms.calls import Line
from collab.rooms.journaling import Journaling
from collab.rooms.owning import RENEW_S, TRUST_S, Live, Owner, RoomElsewhere, RoomGone
from collab.rooms.policy import LISTENED_MS
from collab.rooms.protocol import Hello
from collab.rooms.room import FAILED, Connection, Message, Room
from collab.rooms.snapshots import Snapshot
from collab.rooms.store import Standing
from collab.rooms.trailing import Trailing, Trails
from rtc.echo import EchoLimit, EchoSettings

__all__ = ["Live", "RoomElsewhere", "RoomGone", "RoomHub"]

log = logging.getLogger("consilium.rooms")

TICK_S = 0.25
# A clock that goes otherwise than time has been set: who is silent or lost since when cannot be known from it.
CLOCK_SET_S = 2.0
# How long a revocation made by another process may take to be felt here; two seconds are promised.
REVIEW_S = 1.0
# A room without anybody leaves memory after this; coming back costs one reading of its journal.
KEEP_EMPTY_MS = 60_000
# A snapshot is written when so many facts, or any and so much time, have come since the last one.
SNAPSHOT_FACTS = 500
SNAPSHOT_MS = 60_000

# Pre-call checks at a time: each costs about 1 % of a core.
ECHOES = 8

CLOSED, SIGNED_OUT, STOPPING = 4410, 4401, 1012


class RoomHub:
    """Made once by the application; works while `running`."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        address: str = "here",
        elapsed_s: Callable[[], float] = time.monotonic,
        trails: Trails | None = None,
        echoes: int = ECHOES,
        echo: EchoSettings | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._elapsed_s = elapsed_s
        self._clock_off_s = self._clock_off()
        self.owner = Owner(database=database, clock=clock, address=address)
        self._echo_limit = EchoLimit(echoes)
        self._echo = echo
        self._rooms: dict[str, Live] = {}
        self._loading: dict[str, asyncio.Task[Live]] = {}
        self._journal = Journaling(database, self.now_ms, lambda live: self._drop(live, FAILED, "journal"))
        self._trailing = Trailing(trails, self.now_ms) if trails else None
        self._look_again = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._renewed_s = 0.0
        self._ticked_ms = self.now_ms()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Journal, tick and review until the block ends; then what was accepted is journaled and sockets close."""
        self._loop = asyncio.get_running_loop()
        self._renewed_s = self._now_s()
        self._ticked_ms = self.now_ms()
        works = [asyncio.create_task(work, name=f"rooms {name}") for name, work in self._works().items()]
        try:
            yield
        finally:
            async with self._journal.under_way():
                for work in works:
                    work.cancel()
            await asyncio.gather(*works, return_exceptions=True)
            await self._journal.finish()
            if self._trailing:
                await self._trailing.finish()
            if self._rooms:
                await self._give_up(list(self._rooms.values()))
            self._loop = None

    def _works(self) -> dict[str, Coroutine[Any, Any, None]]:
        works: dict[str, Coroutine[Any, Any, None]] = {
            "journal": self._journal.run(),
            "tick": self._every(TICK_S, self._tick),
            "review": self._review_on_demand(),
            "lease": self._every(RENEW_S, self._renew),
        }
        return works | ({"trail": self._trailing.run(self._rooms)} if self._trailing else {})

    # ---- what the gateway calls, in the loop

    async def open(self, room_id: str) -> Live:
        """The room in memory, loaded if need be. Raises `RoomGone`, `RoomElsewhere`."""
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
        self._journal.note(live)

    def receive(self, live: Live, connection: Connection, message: Message, *, at_s: float) -> None:
        """`at_s`: by the clock of the event loop."""
        if at_s - self._renewed_s < TRUST_S or self._is_trusted():
            live.room.receive(connection, message, at_ms=self.now_ms())
            if live.room.has_unsaved:
                self._journal.note(live)

    def leave(self, live: Live, connection: Connection) -> None:
        live.logins.pop(connection, None)
        live.room.leave(connection, at_ms=self.now_ms())

    def new_line(self, connection: Connection) -> Line:
        """The connection's end of calls."""
        return Line(connection, self._echo_limit, self._echo)

    def now_ms(self) -> int:
        # The clock as it was at the last tick and the time since: asked for with every message, a date costs 4 % of it.
        return int((self._elapsed_s() + self._clock_off_s) * 1000)

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
            self._journal.note(live)

    # ---- loading

    def _loaded(self, room_id: str, task: asyncio.Task[Live]) -> None:
        del self._loading[room_id]
        if not task.cancelled():
            task.exception()  # Whoever waited has it; if nobody did any more, it is not worth a warning.

    async def _load(self, room_id: str) -> Live:
        found = await asyncio.to_thread(self.owner.take, room_id)
        room = Room(
            found.facts,
            epoch=found.epoch,
            study_uids=found.study_uids,
            at_ms=self.now_ms(),
            snapshot=found.snapshot,
        )
        kept_seq = found.snapshot.seq if found.snapshot else 0
        live = Live(room_id=room_id, room=room, head_hash=found.head_hash, kept_seq=kept_seq, kept_ms=self.now_ms())
        self._rooms[room_id] = live
        self._apply_standing(live, found.standing)
        return live

    def _drop(self, live: Live, code: int, reason: str) -> None:
        """Forget a room; its browsers come back and find it loaded anew."""
        live.room.close_all(code, reason)
        self._journal.forget(live.room_id)
        if self._rooms.get(live.room_id) is live:
            del self._rooms[live.room_id]

    # ---- the lease, and snapshots

    def _now_s(self) -> float:
        return asyncio.get_running_loop().time()

    def _is_trusted(self) -> bool:
        """Whether the rooms here are surely still this process's; if not, they end here and now."""
        if self._now_s() - self._renewed_s < TRUST_S:
            return True
        for live in list(self._rooms.values()):
            log.warning("room %s gives way: its lease could not be renewed", live.room_id)
            self._drop(live, STOPPING, "moved")
        return False

    async def _renew(self) -> None:
        held = {room_id: live.room.epoch for room_id, live in self._rooms.items()}
        # Taken before: what counts is when the database was asked at the latest, not when its answer came.
        at_s = self._now_s()
        if held:
            try:
                still = await asyncio.to_thread(self.owner.renew, held)
            except (SQLAlchemyError, OSError) as failure:
                log.error("lease of rooms: %s", type(failure).__name__)
                self._is_trusted()
                return
            for room_id, live in list(self._rooms.items()):
                if held.get(room_id) == live.room.epoch and room_id not in still:
                    self._drop(live, STOPPING, "moved")
        self._renewed_s = at_s
        worth = [live for live in self._rooms.values() if self._is_worth_keeping(live)]
        if worth:
            await self._keep(worth)

    def _is_worth_keeping(self, live: Live) -> bool:
        new = live.room.state.seq - live.kept_seq
        return new >= SNAPSHOT_FACTS or (new > 0 and self.now_ms() - live.kept_ms >= SNAPSHOT_MS)

    async def _keep(self, lives: list[Live]) -> None:
        """Write snapshots. They save time when the room is loaded again; without them nothing is lost."""
        snapshots = _keepable(lives)
        if await self._try("snapshots", lambda: self.owner.keep(snapshots)):
            for live in lives:
                live.kept_seq, live.kept_ms = snapshots[live.room_id].seq, self.now_ms()

    async def _give_up(self, lives: list[Live]) -> None:
        """Let rooms go: their browsers come back at once, wherever the rooms are loaded next."""
        held = {live.room_id: live.room.epoch for live in lives}
        snapshots = _keepable([live for live in lives if live.room.state.seq > live.kept_seq])
        for live in lives:
            self._drop(live, STOPPING, "stopping")
        await self._try("snapshots", lambda: self.owner.keep(snapshots))
        # Should this fail, the lease runs out by itself.
        await self._try("leases", lambda: self.owner.release(held))

    async def _try(self, what: str, act: Callable[[], None]) -> bool:
        """In a thread. What fails here costs time later, never a fact."""
        try:
            await asyncio.to_thread(act)
        except (SQLAlchemyError, OSError) as failure:
            log.error("%s of rooms: %s", what, type(failure).__name__)
            return False
        return True

    # ---- time

    async def _every(self, seconds: float, act: Callable[[], Awaitable[None]]) -> None:
        while True:
            await asyncio.sleep(seconds)
            await act()

    def _clock_off(self) -> float:
        return self._clock().timestamp() - self._elapsed_s()

    async def _tick(self) -> None:
        if not self._is_trusted():
            return
        before_s, self._clock_off_s = self._clock_off_s, self._clock_off()
        if abs(self._clock_off_s - before_s) > CLOCK_SET_S and self._rooms:
            log.warning("the clock was set by %.0f s: rooms are loaded anew", self._clock_off_s - before_s)
            await self._give_up(list(self._rooms.values()))
            return
        at_ms = self.now_ms()
        listened_ms, self._ticked_ms = self._ticked_ms, at_ms
        stood_still = not 0 <= at_ms - listened_ms <= LISTENED_MS
        for live in list(self._rooms.values()):
            if stood_still or live.room.due_ms <= at_ms:
                self._tick_room(live, at_ms, listened_ms)
        left = [live for live in self._rooms.values() if self._is_left(live, at_ms)]
        if left:
            await self._give_up(left)

    def _tick_room(self, live: Live, at_ms: int, listened_ms: int) -> None:
        live.room.tick(at_ms, listened_ms=listened_ms)
        self._journal.note(live)
        if not live.room.is_empty:
            live.empty_since_ms = None
        elif live.empty_since_ms is None:
            live.empty_since_ms = at_ms

    def _is_left(self, live: Live, at_ms: int) -> bool:
        return live.empty_since_ms is not None and at_ms - live.empty_since_ms >= KEEP_EMPTY_MS

    async def _review_on_demand(self) -> None:
        while True:
            # Not `wait_for`, which in Python 3.11 can swallow the cancelling that ends this.
            with suppress(TimeoutError):
                async with asyncio.timeout(REVIEW_S):
                    await self._look_again.wait()
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
        standings, former, ended = seen
        for room_id, standing in standings.items():
            self._apply_standing(lives[room_id], standing)
        for room_id, actor in former:
            if any(connection.actor == actor for connection in lives[room_id].logins):
                self._evict(room_id, actor)
        for live in lives.values() if ended else ():
            for connection, login_id in list(live.logins.items()):
                if login_id in ended:
                    connection.outbox.close(SIGNED_OUT, "signed_out")
                    self.leave(live, connection)

    def _look(
        self, room_ids: set[str], login_ids: set[str], at: datetime
    ) -> tuple[dict[str, Standing | None], set[tuple[str, str]], set[str]]:
        """Of all that is here only what is not as it was: once a second, for a thousand rooms."""
        with self._database.transaction() as session:
            changed = store.list_changed(session, room_ids)
            found = store.standings(session, changed, hold=False)
            return (
                {room_id: found.get(room_id) for room_id in changed},
                store.list_former_members(session, room_ids, at),
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
            self._journal.note(live)
        return None


def _keepable(lives: Iterable[Live]) -> dict[str, Snapshot]:
    return {live.room_id: live.room.keepable(live.head_hash) for live in lives}


def to_ms(at: datetime) -> int:
    """Milliseconds since 1970."""
    return int(at.timestamp() * 1000)
