"""The room does not know what carries its frames: the same is heard, said and ended on a wire and on tasks."""

from __future__ import annotations

import asyncio

import pytest

from collab.kit.database import Database
from collab.rooms.buckets import FLOOD_BURST
from collab.rooms.protocol import SUBPROTOCOL, SUBPROTOCOL_JSON, MovePointer, Ping, PointerMoved, Pong, Said, Say
from collab.rooms.wire import RoomWire
from tests.collab.rooms import live, make

CARRIERS = pytest.mark.parametrize("ws", [RoomWire, "websockets-sansio"], ids=["wire", "tasks"])


@CARRIERS
@pytest.mark.parametrize("protocol", [SUBPROTOCOL, SUBPROTOCOL_JSON])
async def test_facts_and_samples_pass(database: Database, ws: object, protocol: str) -> None:
    case = make.case(database)
    async with live.serving(database, ws=ws) as server:
        expert, _ = await server.enter(case.room_id, case.expert, protocol=protocol)
        requester, _ = await server.enter(case.room_id, case.requester, protocol=protocol)
        await expert.ask(Say("Bonsoir"))
        assert (await requester.fact(Said))[1].text == "Bonsoir"
        await expert.send(MovePointer(1, make.pointer(3.0)))
        assert (await requester.until(PointerMoved)).pointer == make.pointer(3.0)


@CARRIERS
async def test_r32_whoever_floods_is_told_why_they_are_out(database: Database, ws: object) -> None:
    case = make.case(database)
    async with live.serving(database, ws=ws) as server:
        tab, _ = await server.enter(case.room_id, case.expert)
        for number in range(int(FLOOD_BURST) + 100):
            await tab.send(Ping(number))
        closed = await tab.closing()
        assert (closed.code, closed.reason) == (4029, "too_fast")


@CARRIERS
async def test_r34_a_revoked_member_is_out_and_the_others_stay(database: Database, ws: object) -> None:
    case = make.case(database)
    async with live.serving(database, ws=ws) as server:
        guest, _ = await server.enter(case.room_id, case.guest)
        expert, _ = await server.enter(case.room_id, case.expert)
        server.hub.revoke(case.guest.id, case.room_id)
        assert (await guest.closing()).code == 4403
        await expert.send(Ping(1))
        assert await expert.until(Pong) == Pong(1)


@CARRIERS
async def test_a_connection_that_is_cut_leaves_nothing_behind(database: Database, ws: object) -> None:
    case = make.case(database)
    async with live.serving(database, ws=ws) as server:
        before = len(asyncio.all_tasks())
        tab, _ = await server.enter(case.room_id, case.expert)
        await tab.cut()
        while server.hub.counts[1] or len(asyncio.all_tasks()) > before:
            await live.turn()
