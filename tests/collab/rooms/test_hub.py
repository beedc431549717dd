"""The hub: what it journals before it announces, what it does when it cannot, and how rooms come and go."""

from __future__ import annotations

import asyncio
import threading

import pytest

from collab.kit.database import Database
from collab.rooms import hub as hub_module
from collab.rooms import service
from collab.rooms.hub import RoomGone, RoomHub, to_ms
from collab.rooms.owning import LEASE_S
from collab.rooms.policy import ASKED_AFTER_MS, LISTENED_MS, SILENT_MS
from collab.rooms.protocol import (
    Ask,
    ConfirmIdentity,
    DraftLocked,
    IdentityConfirmed,
    Ping,
    Pong,
    Refused,
    Said,
    Say,
    TextUpdated,
    UpdateText,
    Welcome,
)
from tests import make
from tests.collab.rooms import live
from tests.collab.rooms import make as rooms


async def test_r9_an_owner_that_has_been_replaced_cannot_write(database: Database) -> None:
    case = rooms.case(database)
    async with live.serving(database) as old, live.serving(database) as new:
        left, welcome = await old.enter(case.room_id, case.expert)
        assert welcome.epoch == 1
        new.clock.pass_by(seconds=LEASE_S + 1)  # nobody has renewed it
        right, welcome = await new.enter(case.room_id, case.requester)
        assert welcome.epoch == 2
        await left.ask(Say("to a room that has moved"))
        assert (await left.closing()).code == 1011
        await right.ask(Say("here"))
        await right.fact(Said)
        with database.transaction() as session:
            said = [one.done for one in service.facts_of(session, case.room_id) if isinstance(one.done, Said)]
            assert said == [Said("here")]
            assert service.find_journal_break(session, case.room_id) is None


async def test_r9_a_restarted_server_goes_on_where_the_journal_ends(database: Database) -> None:
    case = rooms.case(database)
    async with live.serving(database) as server:
        tab, _ = await server.enter(case.room_id, case.expert)
        await tab.ask(Say("before"))
        await tab.fact(Said)
    async with live.serving(database) as server:
        tab, welcome = await server.enter(case.room_id, case.expert, next_n=2, seq=2)
        assert (welcome.epoch, welcome.acked, welcome.state) == (2, 1, None)
        await tab.ask(Say("after"))
        fact, _ = await tab.fact(Said)
        assert fact.seq == 3


async def test_r28_signing_locks_the_draft_as_the_rooms_own_next_fact(database: Database) -> None:
    case = rooms.case(database)
    [update] = rooms.updates("Pas d'hémorragie.")
    async with live.serving(database) as server:
        expert, _ = await server.enter(case.room_id, case.expert)
        await expert.ask(UpdateText(update))
        await expert.fact(TextUpdated)
        with database.transaction() as session:
            assert service.draft_text_of(session, case.room_id) == "Pas d'hémorragie."
            by = rooms.caller(session, case.expert)
            service.lock_draft(
                session, server.hub, room_id=case.room_id, conclusion_id="EXC-1", by=by, at=server.clock()
            )
        fact, locked = await expert.fact(DraftLocked)
        assert (locked.conclusion_id, fact.actor) == ("EXC-1", case.expert.id)
        await expert.ask(UpdateText(update))
        assert (await expert.until(Refused)).code == "draft_locked"


async def test_r28_text_that_was_under_way_at_the_signature_never_reaches_the_journal(database: Database) -> None:
    case = rooms.case(database)
    [update] = rooms.updates("ajouté trop tard")
    async with live.serving(database) as server:
        expert, _ = await server.enter(case.room_id, case.expert)
        with database.transaction() as session:
            by = rooms.caller(session, case.expert)
            service.lock_draft(session, None, room_id=case.room_id, conclusion_id="EXC-1", by=by, at=server.clock())
            # The room does not know yet; the text waits for this very transaction to end.
            await expert.ask(UpdateText(update))
            await expert.send(Ask(2, ConfirmIdentity()))
            while server.hub._rooms[case.room_id].room.has_unsaved is False:  # pyright: ignore[reportPrivateUsage]  # noqa: ASYNC110
                await asyncio.sleep(0)
        assert (await expert.closing()).code == 1011
        again, welcome = await server.enter(case.room_id, case.expert)
        assert welcome.acked == 0
        await again.send(Ask(1, UpdateText(update)))
        await again.send(Ask(2, ConfirmIdentity()))
        assert (await again.until(Refused)).code == "draft_locked"
        await again.fact(IdentityConfirmed)
        with database.transaction() as session:
            assert service.draft_text_of(session, case.room_id) == ""
            assert service.state_of(session, case.room_id).conclusion_id == "EXC-1"


async def test_r28_a_signature_that_is_rolled_back_locks_nothing(database: Database) -> None:
    case = rooms.case(database)
    async with live.serving(database) as server:
        expert, _ = await server.enter(case.room_id, case.expert)
        with database.transaction() as session:
            by = rooms.caller(session, case.expert)
            service.lock_draft(
                session, server.hub, room_id=case.room_id, conclusion_id="EXC-1", by=by, at=server.clock()
            )
            session.rollback()
        await expert.ask(UpdateText(rooms.updates("encore libre")[0]))
        await expert.fact(TextUpdated)


async def test_a_room_is_loaded_once_however_many_come_at_once(database: Database) -> None:
    case = rooms.case(database)
    async with live.serving(database) as server:
        tabs = await asyncio.gather(
            *(server.enter(case.room_id, case.expert, client_id=f"window {number}") for number in range(6)),
            server.enter(case.room_id, case.requester),
        )
        assert {welcome.epoch for _, welcome in tabs} == {1}
        assert server.hub.counts == (1, 7)


async def test_there_is_no_room_to_open_that_is_absent_or_closed(database: Database) -> None:
    case = rooms.case(database)
    hub = RoomHub(database=database, clock=make.TestClock())
    with pytest.raises(RoomGone):
        await hub.open("ROO-0000000000000000")
    with database.transaction() as session:
        service.close_room(session, None, room_id=case.room_id, at=make.NIGHT, by="test")
    with pytest.raises(RoomGone):
        await hub.open(case.room_id)


async def test_an_empty_room_leaves_memory_and_comes_back(database: Database) -> None:
    case = rooms.case(database)
    async with live.serving(database) as server:
        tab, _ = await server.enter(case.room_id, case.expert)
        await tab.socket.close()
        while server.hub.counts[0]:
            server.clock.pass_by(seconds=60)
            await asyncio.sleep(hub_module.TICK_S / 10)
        _, welcome = await server.enter(case.room_id, case.expert)
        assert welcome.epoch == 2
        assert welcome.state is not None
        assert welcome.state.present == (case.expert.id,)


async def test_r36_a_server_whose_clock_is_set_takes_its_rooms_up_anew(database: Database) -> None:
    case = rooms.case(database)
    async with live.serving(database, elapsed_s=lambda: 0.0) as server:
        tab, welcome = await server.enter(case.room_id, case.expert)
        assert welcome.epoch == 1
        server.clock.pass_by(seconds=1800)
        assert (await tab.closing()).code == 1012
        _, welcome = await server.enter(case.room_id, case.expert)
        assert welcome.epoch == 2


async def test_r36_whoever_was_there_before_the_server_stood_still_is_there_after_it(database: Database) -> None:
    case = rooms.case(database)
    async with live.serving(database) as server:
        tab, _ = await server.enter(case.room_id, case.expert)
        server.clock.pass_by(seconds=0.25)
        await server.hub._tick()  # pyright: ignore[reportPrivateUsage]
        server.clock.pass_by(seconds=50)
        await server.hub._tick()  # pyright: ignore[reportPrivateUsage]
        await tab.send(Ping(1))
        assert await tab.until(Pong) == Pong(1)


async def test_the_hub_hears_from_any_thread_and_is_deaf_when_it_does_not_run(database: Database) -> None:
    case = rooms.case(database)
    hub = RoomHub(database=database, clock=make.TestClock())
    hub.revoke(case.guest.id, case.room_id)
    hub.look_again(case.room_id)
    async with live.serving(database) as server:
        guest, welcome = await server.enter(case.room_id, case.guest)
        assert isinstance(welcome, Welcome)
        assert server.hub.present(case.room_id) == (case.guest.id,)
        thread = threading.Thread(target=server.hub.revoke, args=(case.guest.id, case.room_id))
        thread.start()
        assert (await guest.closing()).code == 4403
        thread.join()


def test_r36_the_tick_is_short_enough_for_a_loss_within_twelve_seconds() -> None:
    assert SILENT_MS + hub_module.TICK_S * 1000 <= 12_000
    # Else whoever is asked would have no time to answer over a slow link, and every tick would count as a standstill.
    assert SILENT_MS - ASKED_AFTER_MS >= 4_000
    assert hub_module.TICK_S * 1000 * 4 <= LISTENED_MS


def test_instants_become_whole_milliseconds() -> None:
    assert to_ms(make.NIGHT) == 1_795_486_200_000
