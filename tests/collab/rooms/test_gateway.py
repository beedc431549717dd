"""The room's socket on a real server: who comes in, what they see of each other, and how connections end."""

from __future__ import annotations

from collab.kit.database import Database
from collab.rooms.protocol import ControlTaken, MemberJoined, MoveView, Said, Say, TakeControl, ViewMoved
from tests.collab.rooms import live, make


async def test_two_members_share_a_view(database: Database) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        expert, welcome = await server.enter(case.room_id, case.expert)
        assert welcome.state is not None
        assert welcome.state.present == (case.expert.id,)
        requester, _ = await server.enter(case.room_id, case.requester)
        await expert.fact(MemberJoined)
        await requester.ask(TakeControl(0))
        _, taken = await expert.fact(ControlTaken)
        assert taken.holder == case.requester.id
        await requester.fact(ControlTaken)
        await requester.send(MoveView(1, 1, make.view(12.5)))
        moved = await expert.until(ViewMoved)
        assert moved.view == make.view(12.5)
        await expert.ask(Say("bonjour"))
        _, said = await requester.fact(Said)
        assert said.text == "bonjour"
