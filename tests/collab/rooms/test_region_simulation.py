"""Evenings of a region on a virtual clock: servers die, pause and lose their database, and nothing is lost.

`CONSILIUM_SEEDS=10000` tries as many evenings; a seed that ever failed is kept.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import event, update

from collab.kit.database import Database
from collab.rooms import hub as hub_module
from collab.rooms.frames import Frame
from collab.rooms.hub import RoomHub
from collab.rooms.models import RoomMember, RoomRecord
from collab.rooms.protocol import Ask, Hello, MemberRole
from collab.rooms.room import Connection, Room
from tests import make as everyone
from tests.collab.rooms import make
from tests.collab.rooms.simulated_faults import NEMESES, fail, nemesis
from tests.collab.rooms.simulated_region import Nemesis, Region
from tests.collab.rooms.simulated_server import Server
from tests.collab.rooms.simulated_visitor import Visitor
from tests.collab.rooms.simulation import Violation
from tests.conftest import tables_in

# pyright: reportPrivateUsage=false
# A fault is planted where it would be made: inside.

# What these found: a connection given up long ago put out the one that had taken its place (13, 14, 15); an ask that
# was refused before an earlier one was durable left a number that no new owner ever saw again (9, 38).
KEPT_SEEDS = (9, 13, 14, 15, 38)
# Seconds of the virtual clock.
EVENING_S = 120
SEEDS = range(int(os.environ.get("CONSILIUM_SEEDS", "4")))


def region(
    database: Database,
    seed: int,
    *,
    hub_kind: type[RoomHub] = RoomHub,
) -> Region:
    # What the disk does at a power cut is another test's; here it would only be slow.
    @event.listens_for(database.engine, "connect")
    def _hurry(connection: object, _: object) -> None:  # pyright: ignore[reportUnusedFunction]
        connection.execute("PRAGMA synchronous=OFF")  # pyright: ignore[reportAttributeAccessIssue]

    database.engine.dispose()
    case = make.case(database)
    with database.transaction() as session:
        # Since long ago: a server's clock may be set back an hour.
        session.execute(update(RoomMember).values(since=everyone.NIGHT - timedelta(days=1)))
    people: dict[str, MemberRole] = {
        case.expert.id: "expert",
        case.requester.id: "requester",
        case.guest.id: "participant",
    }
    return Region(database, case.room_id, people, seed=seed, hub_kind=hub_kind)


def spend(evening: Region, nemeses: Mapping[str, Nemesis] = NEMESES) -> None:
    """Faults from the fifth second on; then everything works again and must be whole."""
    evening.clockwork.after(5, lambda: nemesis(evening, nemeses))
    try:
        evening.clockwork.run(EVENING_S)
        evening.settle()
    finally:
        print("\n".join(evening.log))
        evening.end()


@pytest.mark.parametrize("seed", sorted({*SEEDS, *KEPT_SEEDS}))
def test_r9_an_evening_of_faults_loses_nothing_and_shows_nobody_two_rooms(database: Database, seed: int) -> None:
    spend(region(database, seed))


# ---- how long it takes: DESIGN 6, and the promise of two and of fifteen seconds


def greeted_again_after_s(database: Database, befalls: Callable[[Region, Server], None]) -> float:
    """A quiet meeting; then something befalls the owner. Until everybody has been welcomed by another one."""
    evening = region(database, 1)
    try:
        evening.clockwork.run(20)
        owner = evening.owner()
        assert owner is not None
        befalls(evening, owner)
        begun_s, epoch = evening.clockwork.now_s, evening.highest_epoch
        while any(_epoch_of(one) <= epoch for one in evening.visitors):
            assert evening.clockwork.now_s - begun_s < 60, "nobody takes the room over"
            evening.clockwork.run(0.1)
        took_s = evening.clockwork.now_s - begun_s
        evening.clockwork.run(30)
        evening.settle()
        return took_s
    finally:
        evening.end()


def _epoch_of(visitor: Visitor) -> int:
    return visitor.line.epoch if visitor.line is not None and visitor.greeted_s is not None else 0


def test_r9_a_server_that_stops_hands_over_within_two_seconds(database: Database) -> None:
    assert greeted_again_after_s(database, lambda _, owner: owner.stop()) < 2


def test_r9_a_killed_owner_is_replaced_within_fifteen_seconds(database: Database) -> None:
    def kill(evening: Region, owner: Server) -> None:
        owner.kill()
        evening.lose_server(owner)

    assert greeted_again_after_s(database, kill) < 15


def test_r9_a_paused_owner_is_replaced_and_does_nothing_more_when_it_wakes(database: Database) -> None:
    # A page needs up to twelve seconds to find out that nobody is there any more, and a lease ten to run out.
    assert greeted_again_after_s(database, lambda _, owner: owner.pause(25)) < 20


# ---- that the search would find what is wrong


class TrustsForEver(RoomHub):
    def _is_trusted(self) -> bool:
        return True


class LetsAnybodyTake(RoomHub):
    def hello(self, live: hub_module.Live, connection: Connection, message: Hello, *, login_id: str) -> None:
        super().hello(live, connection, message, login_id=login_id)
        with self._database.transaction() as session:
            session.execute(update(RoomRecord).values(owner=None))

    def _is_trusted(self) -> bool:
        return True


class WelcomesTheLate(Room):
    def hello(self, connection: Connection, message: Hello, *, at_ms: int) -> None:
        super().hello(connection, replace(message, attempt=0), at_ms=at_ms)


class RefusesAtOnce(Room):
    def _refuse(self, at_ms: int) -> None:
        while self._refusals:
            _, connection, refused = self._refusals.popleft()
            connection.outbox.push(refused, at_ms=at_ms)


class AnnouncesBeforeDurable(Room):
    def _ask(self, connection: Connection, ask: Ask, at_ms: int) -> None:
        known = len(self._unsaved)
        super()._ask(connection, ask, at_ms)
        for fact in list(self._unsaved)[known:]:
            for one in self._audience:
                one.outbox.push(Frame(fact), at_ms=at_ms)


LIES: dict[str, Nemesis] = {**NEMESES, "lie": partial(fail, fate="lied about")}

# What is planted, and the rule that must be found broken: found for another reason, the search proves nothing.
FAULTS: dict[str, tuple[type[RoomHub], type[Room], Mapping[str, Nemesis], str]] = {
    "an owner trusts its lease for ever": (TrustsForEver, Room, NEMESES, "R9"),
    "a lease binds nobody": (LetsAnybodyTake, Room, NEMESES, "R9"),
    "a connection that comes late is welcomed": (RoomHub, WelcomesTheLate, NEMESES, "R6"),
    "a refusal overtakes a fact": (RoomHub, RefusesAtOnce, NEMESES, "R11"),
    "facts are announced before they are durable": (RoomHub, AnnouncesBeforeDurable, NEMESES, "R12"),
    "the database says that it has written and has not": (RoomHub, Room, LIES, "R12"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_r9_a_planted_fault_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    hub_kind, room_kind, nemeses, broken = FAULTS[fault]
    monkeypatch.setattr(hub_module, "Room", room_kind)

    def search() -> None:
        for seed in (*KEPT_SEEDS, *range(100, 110)):
            with tables_in(f"sqlite:///{tmp_path / str(seed)}.sqlite3") as database:
                spend(region(database, seed, hub_kind=hub_kind), nemeses)

    with pytest.raises(Violation, match=f"^{broken}:"):
        search()
