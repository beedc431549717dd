"""Sockets that reach another process than the room's owner: carried there and back, judged by the owner alone."""

from __future__ import annotations

from sqlalchemy import select

from collab.audit.models import AuditEntry
from collab.kit.database import Database
from collab.rooms.owning import LEASE_S
from collab.rooms.protocol import SUBPROTOCOL_JSON, MovePointer, PointerMoved, Presence, Said, Say
from tests.collab.rooms import live
from tests.collab.rooms import make as rooms


async def test_r9_whichever_server_is_reached_everybody_is_in_one_room(either_database: Database) -> None:
    case = rooms.case(either_database)
    async with live.serving(either_database) as here, live.serving(either_database, public=here.port) as there:
        expert, _ = await here.enter(case.room_id, case.expert)
        requester, welcome = await there.enter(case.room_id, case.requester)
        guest, _ = await there.enter(case.room_id, case.guest, protocol=SUBPROTOCOL_JSON)
        assert welcome.epoch == 1
        assert there.hub.counts == (0, 0)
        assert here.hub.counts == (1, 3)
        await requester.ask(Say("from the other server"))
        for tab in (expert, requester, guest):
            _, said = await tab.fact(Said)
            assert said.text == "from the other server"
        await expert.send(MovePointer(1, rooms.pointer(4.0)))
        moved = await requester.until(PointerMoved)
        assert moved.actor == case.expert.id
        await requester.cut()
        lost = await expert.until(Presence, lambda one: one.actor == case.requester.id)
        assert not lost.connected


async def test_r3_the_gate_is_asked_by_the_owner_and_the_coming_is_recorded_once(database: Database) -> None:
    case = rooms.case(database)
    async with live.serving(database) as here, live.serving(database, public=here.port) as there:
        await here.enter(case.room_id, case.expert)
        await there.enter(case.room_id, case.requester)
        stranger = live.Browser(await there.connect(case.room_id, case.outsider), "tab")
        assert (await stranger.closing()).code == 4403
        nobody = live.Browser(await there.connect(case.room_id, None), "tab")
        assert (await nobody.closing()).code == 4401
    with database.transaction() as session:
        joined = session.scalars(select(AuditEntry.actor_id).where(AuditEntry.act == "room.joined")).all()
    assert joined == [case.expert.id, case.requester.id]


async def test_r34_revoked_leave_closes_a_socket_that_came_through_another_server(database: Database) -> None:
    case = rooms.case(database)
    async with live.serving(database) as here, live.serving(database, public=here.port) as there:
        await here.enter(case.room_id, case.expert)
        guest, _ = await there.enter(case.room_id, case.guest)
        here.hub.revoke(case.guest.id, case.room_id)
        closing = await guest.closing()
        assert (closing.code, closing.reason) == (4403, "revoked")


async def test_r9_the_room_of_a_dead_server_is_out_of_reach_until_its_lease_has_run_out(database: Database) -> None:
    case = rooms.case(database)
    with database.transaction() as session:
        rooms.take_over(session, case.room_id, owner="http://127.0.0.1:9")
    async with live.serving(database) as alive:
        tab = live.Browser(await alive.connect(case.room_id, case.expert), "tab")
        closing = await tab.closing()
        assert (closing.code, closing.reason) == (1013, "owner_unreachable")
        alive.clock.pass_by(seconds=LEASE_S + 1)
        _, welcome = await alive.enter(case.room_id, case.expert)
        assert welcome.epoch == 2


async def test_r9_a_socket_is_carried_once_and_not_in_circles(database: Database) -> None:
    """The database names a server that does not know of it."""
    case = rooms.case(database)
    async with live.serving(database, address="http://first.example") as lost:
        with database.transaction() as session:
            rooms.take_over(session, case.room_id, owner=f"http://127.0.0.1:{lost.port}")
        tab = live.Browser(await lost.connect(case.room_id, case.expert), "tab")
        closing = await tab.closing()
        assert (closing.code, closing.reason) == (1013, "elsewhere")
