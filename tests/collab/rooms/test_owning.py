"""Ownership of rooms: one owner at a time, by a lease that runs out; several servers on one database."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from collab.kit.database import Database
from collab.rooms import owning, service, store
from collab.rooms.owning import LEASE_S, RENEW_S, TRUST_S, Owner, RoomElsewhere, RoomGone
from collab.rooms.protocol import MovePointer, Said, Say
from tests import make
from tests.collab.rooms import live
from tests.collab.rooms import make as rooms

# pyright: reportPrivateUsage=false


def owner(database: Database, name: str, clock: make.TestClock) -> Owner:
    return Owner(database=database, clock=clock, address=f"http://{name}.example")


def test_r9_a_room_has_one_owner_until_its_lease_runs_out(database: Database) -> None:
    case, clock = rooms.case(database), make.TestClock()
    first, second = owner(database, "first", clock), owner(database, "second", clock)
    assert first.take(case.room_id).epoch == 1
    with pytest.raises(RoomElsewhere):
        second.take(case.room_id)
    clock.pass_by(seconds=LEASE_S - 1)
    assert first.renew({case.room_id: 1}) == {case.room_id}
    clock.pass_by(seconds=LEASE_S - 1)
    with pytest.raises(RoomElsewhere):
        second.take(case.room_id)
    clock.pass_by(seconds=2)
    assert second.take(case.room_id).epoch == 2
    assert first.renew({case.room_id: 1}) == set()


def test_r9_an_owner_gives_its_own_rooms_up_and_no_others(either_database: Database) -> None:
    case, clock = rooms.case(either_database), make.TestClock()
    first, second = owner(either_database, "first", clock), owner(either_database, "second", clock)
    first.take(case.room_id)
    second.release({case.room_id: 1})
    with pytest.raises(RoomElsewhere):
        second.take(case.room_id)
    first.release({case.room_id: 1})
    assert second.take(case.room_id).epoch == 2


def test_r9_the_database_tells_the_time_where_machines_share_it(postgres_database: Database) -> None:
    """A machine whose clock is a day ahead must not take what another holds."""
    case, right, ahead = rooms.case(postgres_database), make.TestClock(), make.TestClock()
    ahead.pass_by(seconds=86_400)
    owner(postgres_database, "first", right).take(case.room_id)
    with pytest.raises(RoomElsewhere):
        owner(postgres_database, "second", ahead).take(case.room_id)


def test_a_closed_room_is_nobodys(database: Database) -> None:
    case, clock = rooms.case(database), make.TestClock()
    with database.transaction() as session:
        service.close_room(session, None, room_id=case.room_id, at=clock(), by="test")
    with pytest.raises(RoomGone):
        owner(database, "first", clock).take(case.room_id)


def test_an_owner_stops_well_before_another_may_take_over() -> None:
    assert RENEW_S * 2 <= TRUST_S <= LEASE_S - RENEW_S


async def test_r9_a_server_that_stops_hands_its_rooms_over_at_once(database: Database) -> None:
    case = rooms.case(database)
    async with live.serving(database) as new:
        async with live.serving(database) as old:
            tab, _ = await old.enter(case.room_id, case.expert)
            await tab.ask(Say("before"))
            await tab.fact(Said)
            await old.hand_over()
            assert (await tab.closing()).code == 1012
        _, welcome = await new.enter(case.room_id, case.expert, seq=2, next_n=2)
        assert (welcome.epoch, welcome.acked, welcome.state) == (2, 1, None)


async def test_r9_an_owner_that_has_lost_a_room_says_nothing_more_in_it(database: Database) -> None:
    case = rooms.case(database)
    async with live.serving(database) as old:
        tab, _ = await old.enter(case.room_id, case.expert)
        with database.transaction() as session:
            rooms.take_over(session, case.room_id)
        await old.renew()
        closing = await tab.closing()
        assert (closing.code, closing.reason) == (1012, "moved")
        assert old.hub.counts == (0, 0)


async def test_r9_an_owner_that_cannot_renew_goes_on_for_a_while_and_then_stops_by_itself(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = rooms.case(database)
    async with live.serving(database) as cut_off:
        tab, _ = await cut_off.enter(case.room_id, case.expert)
        with database.transaction() as session:
            session.execute(text("CREATE TRIGGER cut BEFORE UPDATE ON room BEGIN SELECT RAISE(ABORT, 'cut off'); END"))
        await cut_off.renew()
        await tab.ask(Say("still here"))
        await tab.fact(Said)
        cut_off.hub._renewed_s -= TRUST_S
        await tab.send(MovePointer(1, rooms.pointer()))
        closing = await tab.closing()
        assert (closing.code, closing.reason) == (1012, "moved")


async def test_a_room_is_loaded_from_its_snapshot_and_what_came_after(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = rooms.case(database)
    async with live.serving(database) as server:
        tab, _ = await server.enter(case.room_id, case.expert)
        for number in range(3):
            await tab.ask(Say(str(number)))
            await tab.fact(Said)
    with database.transaction() as session:
        snapshot = store.find_snapshot(session, case.room_id)
        assert snapshot is not None
        assert snapshot.seq == 4
        assert service.find_any_break(session) is None
    monkeypatch.setattr(owning, "TAIL_FACTS", 0)
    async with live.serving(database) as server:
        tab, welcome = await server.enter(case.room_id, case.requester)
        assert welcome.state is not None
        assert [line.text for line in welcome.state.chat] == ["0", "1", "2"]
        assert (welcome.state.seq, welcome.epoch) == (5, 2)
        await tab.ask(Say("3"))
        await tab.fact(Said)
    with database.transaction() as session:
        assert [line.text for line in service.state_of(session, case.room_id).chat] == ["0", "1", "2", "3"]
        assert service.find_any_break(session) is None


async def test_a_snapshot_is_written_while_the_meeting_goes_on(database: Database) -> None:
    case = rooms.case(database)
    async with live.serving(database) as server:
        tab, _ = await server.enter(case.room_id, case.expert)
        await tab.ask(Say("one"))
        await tab.fact(Said)
        await server.renew()
        with database.transaction() as session:
            assert store.find_snapshot(session, case.room_id) is None
        server.clock.pass_by(seconds=61)
        await server.renew()
        with database.transaction() as session:
            found = store.find_snapshot(session, case.room_id)
            assert found is not None
            assert found.seq == 2


def test_leases_are_given_for_a_while_only(database: Database) -> None:
    case, clock = rooms.case(database), make.TestClock()
    owner(database, "first", clock).take(case.room_id)
    with database.transaction() as session:
        room = service.get_room(session, case.room_id)
        assert room.owner_until == clock() + timedelta(seconds=LEASE_S)


async def test_rooms_of_several_servers_do_not_wait_for_one_another(database: Database) -> None:
    first, second = rooms.case(database), rooms.other_room(database)
    async with live.serving(database) as one, live.serving(database, public=one.port) as two:
        left, right = await asyncio.gather(
            one.enter(first.room_id, first.expert), two.enter(second.room_id, second.expert)
        )
        await asyncio.gather(left[0].ask(Say("a")), right[0].ask(Say("b")))
        await asyncio.gather(left[0].fact(Said), right[0].fact(Said))
        assert (one.hub.counts, two.hub.counts) == ((1, 1), (1, 1))
