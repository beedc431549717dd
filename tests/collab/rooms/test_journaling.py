"""Journaling: what is announced is durable, and a room that cannot be journaled stops without stopping another."""

from __future__ import annotations

import asyncio

from sqlalchemy import text

from collab.kit.database import Database
from collab.rooms import service
from collab.rooms.protocol import Ask, Fact, Said, Say
from tests.collab.rooms import live
from tests.collab.rooms import make as rooms


async def test_r12_what_is_announced_is_in_the_journal(database: Database) -> None:
    case = rooms.case(database)
    async with live.serving(database) as server:
        expert, _ = await server.enter(case.room_id, case.expert)
        await expert.ask(Say("bonjour"))
        fact, _ = await expert.fact(Said)
        with database.transaction() as session:
            assert service.facts_of(session, case.room_id, after=fact.seq - 1) == [fact]
            assert service.find_journal_break(session, case.room_id) is None


async def test_r35_when_the_journal_cannot_be_written_nothing_is_announced(database: Database) -> None:
    case = rooms.case(database)
    async with live.serving(database) as server:
        expert, _ = await server.enter(case.room_id, case.expert)
        requester, _ = await server.enter(case.room_id, case.requester)
        with database.transaction() as session:
            session.execute(
                text("CREATE TRIGGER full BEFORE INSERT ON room_fact BEGIN SELECT RAISE(ABORT, 'full'); END")
            )
        await expert.ask(Say("never said"))
        assert (await expert.closing()).code == 1011
        assert (await requester.closing()).code == 1011
        for tab in (expert, requester):
            assert not any(isinstance(one, Fact) and isinstance(one.done, Said) for one in tab.got)
        with database.transaction() as session:
            session.execute(text("DROP TRIGGER full"))
        again, welcome = await server.enter(case.room_id, case.expert)
        assert (welcome.acked, welcome.epoch) == (0, 2)
        await again.send(Ask(1, Say("said after all")))
        await again.fact(Said)


async def test_r35_one_rooms_fault_does_not_stop_another(database: Database) -> None:
    first, second = rooms.case(database), rooms.other_room(database)
    async with live.serving(database) as server:
        broken, _ = await server.enter(first.room_id, first.expert)
        whole, _ = await server.enter(second.room_id, second.expert)
        with database.transaction() as session:
            refuse = "SELECT RAISE(ABORT, 'no') WHERE NEW.room_id = "
            when = f"CREATE TRIGGER part BEFORE INSERT ON room_fact BEGIN {refuse}'{first.room_id}'; END"
            session.execute(text(when))
        await asyncio.gather(broken.ask(Say("a")), whole.ask(Say("b")))
        assert (await broken.closing()).code == 1011
        await whole.fact(Said)


async def test_what_was_accepted_is_journaled_before_the_server_stops(database: Database) -> None:
    case = rooms.case(database)
    async with live.serving(database) as server:
        tab, _ = await server.enter(case.room_id, case.expert)
        await tab.ask(Say("last words"))
        while not server.hub._rooms[case.room_id].room.has_unsaved:  # pyright: ignore[reportPrivateUsage]  # noqa: ASYNC110
            await asyncio.sleep(0)
    with database.transaction() as session:
        assert service.state_of(session, case.room_id).chat[0].text == "last words"
