"""The gate before the socket, when many come at one moment: each has their own answer, whatever the others do."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from sqlalchemy import event
from starlette.types import Scope

from collab.accounts.models import Person
from collab.audit.models import AuditEntry
from collab.kit.database import Database
from collab.kit.web import Site
from collab.rooms.admission import AT_ONCE, Admission, Door, Elsewhere, Refused
from collab.rooms.hub import RoomHub
from tests import make
from tests.collab.rooms import make as rooms


def site_of(database: Database) -> Site:
    clock = make.TestClock()
    built = make.server(database, [], parts={RoomHub: RoomHub(database=database, clock=clock)})
    return replace(built.site, clock=clock)


def scope_of(person: Person | None) -> Scope:
    cookie = [(b"cookie", f"consilium={rooms.token_of(person)}".encode())] if person else []
    return {"type": "websocket", "path": "/", "query_string": b"", "headers": cookie}


def who(answer: Admission | Elsewhere | BaseException) -> object:
    if isinstance(answer, Admission):
        return answer.member.actor
    return answer.close.code if isinstance(answer, Refused) else type(answer)


async def test_r3_each_of_those_who_come_at_once_is_judged_by_their_own_leave(database: Database) -> None:
    case, site, door = rooms.case(database), site_of(database), Door()
    people = [case.outsider, case.expert, None, case.guest, case.requester]
    answers = await asyncio.gather(
        *(door.admit(site, scope_of(one), case.room_id) for one in people), return_exceptions=True
    )
    assert [who(one) for one in answers] == [4403, case.expert.id, 4401, case.guest.id, case.requester.id]
    with database.transaction() as session:
        joined = session.query(AuditEntry).filter(AuditEntry.act == "room.joined").all()
        assert {one.actor_id for one in joined} == {case.expert.id, case.guest.id, case.requester.id}


async def test_those_who_come_while_the_door_is_open_wait_for_one_next_transaction(database: Database) -> None:
    case, site, door = rooms.case(database), site_of(database), Door()
    commits: list[object] = []
    event.listen(database.engine, "commit", commits.append)
    await asyncio.gather(*(door.admit(site, scope_of(case.expert), case.room_id) for _ in range(2 * AT_ONCE)))
    assert len(commits) == 2


async def test_what_is_wrong_with_one_keeps_nobody_else_out(database: Database) -> None:
    case, site, door = rooms.case(database), site_of(database), Door()
    broken: Scope = {"type": "websocket"}
    answers = await asyncio.gather(
        door.admit(site, scope_of(case.expert), case.room_id),
        door.admit(site, broken, case.room_id),
        door.admit(site, scope_of(case.guest), case.room_id),
        return_exceptions=True,
    )
    assert [who(one) for one in answers] == [case.expert.id, KeyError, case.guest.id]
    assert who(await door.admit(site, scope_of(case.requester), case.room_id)) == case.requester.id


async def test_whoever_goes_away_before_the_answer_keeps_nobody_else_out(database: Database) -> None:
    case, site, door = rooms.case(database), site_of(database), Door()
    gone = asyncio.create_task(door.admit(site, scope_of(case.expert), case.room_id))
    stays = asyncio.create_task(door.admit(site, scope_of(case.guest), case.room_id))
    await asyncio.sleep(0)
    gone.cancel()
    assert who(await stays) == case.guest.id
