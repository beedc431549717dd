"""The gate before a room's socket: asked anew with every connection, for all that come at one moment at once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.types import Scope

from collab.audit.service import record
from collab.kit.refusals import NotFound
from collab.kit.web import Site
from collab.rooms import service
from collab.rooms.hub import CLOSED, SIGNED_OUT, RoomHub
from collab.rooms.outbox import Close
from collab.rooms.protocol import Member
from collab.rooms.room import REVOKED

# Whoever comes waits for those in the same transaction, and the chain of the audit is held for as long.
AT_ONCE = 32


@dataclass(frozen=True)
class Admission:
    """Who has come, before they say hello."""

    member: Member
    login_id: str


@dataclass(frozen=True)
class Elsewhere:
    """The address of the process that owns the room; it asks the gate itself."""

    address: str


class Refused(Exception):
    """The connection ends here."""

    def __init__(self, code: int, reason: str) -> None:
        self.close = Close(code, reason)
        super().__init__(code, reason)


@dataclass(frozen=True, eq=False)
class _Asked:
    scope: Scope
    room_id: str
    answer: asyncio.Future[Admission | Elsewhere]


_Verdict = Admission | Elsewhere | Exception


class Door:
    """One for all sockets. After a cut of the network hundreds come back at one moment, and each commit is a disk's.

    While one transaction is under way, those who come wait for the next, which is for all of them.
    """

    def __init__(self) -> None:
        self._waiting: list[_Asked] = []
        self._opening: asyncio.Task[None] | None = None

    async def admit(self, site: Site, scope: Scope, room_id: str) -> Admission | Elsewhere:
        """Who has come, and for which room. Raises `Refused`."""
        asked = _Asked(scope, room_id, asyncio.get_running_loop().create_future())
        self._waiting.append(asked)
        if self._opening is None:
            self._opening = asyncio.create_task(self._open(site), name="room door")
        return await asked.answer

    async def _open(self, site: Site) -> None:
        asked: list[_Asked] = []
        try:
            while self._waiting:
                asked, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
                for one, verdict in zip(asked, await run_in_threadpool(_judge, site, asked), strict=True):
                    if one.answer.done():
                        continue  # gone meanwhile
                    if isinstance(verdict, Exception):
                        one.answer.set_exception(verdict)
                    else:
                        one.answer.set_result(verdict)
        finally:
            self._opening = None
            for one in (*asked, *self._waiting):
                one.answer.cancel()  # of those only who have none: the server stops


def _judge(site: Site, asked: Sequence[_Asked]) -> list[_Verdict]:
    """One transaction for all; should it fail, one for each, so that nobody is kept out by another's fault."""
    try:
        with site.database.transaction() as session:
            return [_verdict(session, site, one) for one in asked]
    except Exception as failure:
        # The door of sockets: what is wrong with the program or its database is raised where each of them waits.
        if len(asked) == 1:
            return [failure]
    return [verdict for one in asked for verdict in _judge(site, [one])]


def _verdict(session: Session, site: Site, asked: _Asked) -> _Verdict:
    try:
        return _admit(session, site, asked.scope, asked.room_id)
    except Refused as refused:
        return refused


def _admit(session: Session, site: Site, scope: Scope, room_id: str) -> Admission | Elsewhere:
    """Raises `Refused`."""
    at = site.clock()
    caller = site.find_caller(session, HTTPConnection(scope), site=site)
    if caller is None:
        raise Refused(SIGNED_OUT, "sign_in")
    try:
        seat = service.access_room(session, room_id, caller, at=at)
    except NotFound:
        raise Refused(REVOKED, "no_access") from None
    if seat.room.closed_at is not None:
        raise Refused(CLOSED, "room_closed")
    address = site.part(RoomHub).owner.elsewhere(session, seat.room)
    if address is not None:
        return Elsewhere(address)
    record(session, "room.joined", by=caller, at=at, kind="room", object_id=room_id)
    member = Member(
        actor=caller.person_id,
        name=caller.name,
        role=seat.role,
        hospital=caller.hospital_name,
        specialty=caller.specialty,
        color=seat.color,
    )
    return Admission(member, caller.login_id)
