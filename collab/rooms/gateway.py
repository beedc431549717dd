"""The room's socket: who may come in, bytes to messages and back, one reader and one writer for each connection.

An ASGI application of its own, not a Starlette endpoint: at 60 messages a second for each pointer, what stands
between a frame and the room is paid for thousands of times.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.types import Message, Receive, Scope, Send

from collab.audit.service import record
from collab.kit.refusals import NotFound
from collab.kit.web import Site
from collab.rooms import service
from collab.rooms.buckets import Allowance
from collab.rooms.calls import Line
from collab.rooms.frames import BadMessage, Frame, read
from collab.rooms.hub import CLOSED, SIGNED_OUT, STOPPING, Live, RoomElsewhere, RoomGone, RoomHub
from collab.rooms.outbox import Close, Outbox
from collab.rooms.protocol import (
    MAX_FRAME_BYTES,
    SUBPROTOCOL,
    SUBPROTOCOL_JSON,
    FromBrowser,
    Hello,
    Member,
    Signal,
)
from collab.rooms.relay import relay
from collab.rooms.room import FAILED, REVOKED, Connection

log = logging.getLogger("consilium.rooms")

HELLO_WITHIN_S = 5.0
# A reader that has stopped reading does not read the reason for its closing either.
CLOSE_WITHIN_S = 1.0

NOT_UNDERSTOOD, TOO_BIG, NO_HELLO, TOO_FAST = 1003, 1009, 4000, 4029


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


def sockets() -> list[BaseRoute]:
    """The socket's route."""
    return [WebSocketRoute("/rooms/{room_id}/live", Gateway())]


class Gateway:
    """Serves `/rooms/{room_id}/live` of an application whose `state.site` has a `RoomHub` among its parts."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        site: Site = scope["app"].state.site
        room_id = str(scope["path_params"]["room_id"])
        await receive()  # websocket.connect
        protocol = next((one for one in scope["subprotocols"] if one in (SUBPROTOCOL, SUBPROTOCOL_JSON)), None)
        await send({"type": "websocket.accept", "subprotocol": protocol, "headers": []})
        ending = Close(FAILED, "fault")
        try:
            if protocol is None:
                raise Refused(1002, "subprotocol")
            admission = await run_in_threadpool(_admit, site, scope, room_id)
            if isinstance(admission, Elsewhere):
                ending = await relay(admission.address, scope, receive, send, protocol=protocol)
            else:
                socket = _Socket(receive, send, is_json=protocol == SUBPROTOCOL_JSON)
                await _serve(site.part(RoomHub), room_id, admission, socket)
                return
        except Refused as refused:
            ending = refused.close
        except Exception:
            # The door: whatever else is wrong with the program or its database ends here, in the log.
            log.exception("room socket")
        with suppress(OSError):  # gone already (ASGI 2.4)
            await send(_closing(ending))


def _admit(site: Site, scope: Scope, room_id: str) -> Admission | Elsewhere:
    """The gate, asked with every connection. Raises `Refused`."""
    with site.database.transaction() as session:
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


class _Socket:
    """One accepted connection as frames."""

    def __init__(self, receive: Receive, send: Send, *, is_json: bool) -> None:
        self._receive = receive
        self._send = send
        self.is_json = is_json
        self.allowance = Allowance()
        self._now_s = asyncio.get_running_loop().time

    async def read(self) -> FromBrowser | None:
        """The next message to act upon; None when the connection is gone. Raises `Refused`."""
        while True:
            event = await self._receive()
            if event["type"] != "websocket.receive":
                return None
            at_s = self._now_s()
            message = self._parse(event.get("text") if self.is_json else event.get("bytes"), at_s)
            match self.allowance.judge(message, at_s=at_s):
                case "act":
                    return message
                case "skip":
                    pass
                case "close":
                    raise Refused(TOO_FAST, "too_fast")

    def _parse(self, received: bytes | str | None, at_s: float) -> FromBrowser:
        if received is None:
            raise Refused(NOT_UNDERSTOOD, "wrong_frame")
        if len(received) > MAX_FRAME_BYTES:
            raise Refused(TOO_BIG, "too_big")
        if not self.allowance.has_room_for(len(received), at_s=at_s):
            raise Refused(TOO_FAST, "too_fast")
        try:
            return read(received)
        except BadMessage as bad:
            raise Refused(NOT_UNDERSTOOD, bad.code) from None

    async def write(self, frame: Frame) -> None:
        if self.is_json:
            await self._send({"type": "websocket.send", "text": frame.text()})
        else:
            await self._send({"type": "websocket.send", "bytes": frame.packed()})

    async def close(self, close: Close) -> None:
        await self._send(_closing(close))


async def _serve(hub: RoomHub, room_id: str, admission: Admission, socket: _Socket) -> None:
    """From the first message to the last. Raises `Refused` only before the room has let the connection in."""
    hello = await _first(socket)
    if hello is None:
        return
    try:
        live = await hub.open(room_id)
    except RoomGone:
        raise Refused(CLOSED, "room_closed") from None
    except RoomElsewhere:
        raise Refused(STOPPING, "elsewhere") from None
    awake = asyncio.Event()

    def wake() -> None:
        awake.set()
        if connection.outbox.is_closing:
            asyncio.get_running_loop().call_later(CLOSE_WITHIN_S, writer.cancel)

    connection = Connection(member=admission.member, outbox=Outbox(is_json=socket.is_json, wake=wake))
    line = hub.new_line(connection)
    writer = asyncio.create_task(_write(hub, live, connection, socket, awake), name="room writer")
    reader = asyncio.create_task(_read(hub, live, connection, socket, line), name="room reader")
    hub.hello(live, connection, hello, login_id=admission.login_id)
    try:
        await asyncio.wait({reader, writer}, return_when=asyncio.FIRST_COMPLETED)
        if connection.outbox.is_closing:
            await asyncio.wait({writer})
    finally:
        hub.leave(live, connection)
        for task in (reader, writer):
            task.cancel()
        faults = await asyncio.gather(reader, writer, line.close(), return_exceptions=True)
    for fault in faults:
        if isinstance(fault, Exception):
            log.error("room socket", exc_info=fault)


async def _read(hub: RoomHub, live: Live, connection: Connection, socket: _Socket, line: Line) -> None:
    """Messages to the room, until the connection ends or says what it may not."""
    try:
        while (message := await socket.read()) is not None:
            match message:
                case Hello():
                    raise Refused(NOT_UNDERSTOOD, "hello_again")
                case Signal():
                    line.signal(live.room, message, at_ms=hub.now_ms())
                case _:
                    hub.receive(live, connection, message)
    except Refused as refused:
        connection.outbox.close(refused.close.code, refused.close.reason)


async def _write(hub: RoomHub, live: Live, connection: Connection, socket: _Socket, awake: asyncio.Event) -> None:
    """What the outbox gives, one frame at a time; the only one who sends on this connection."""
    room = live.room
    try:
        while True:
            await awake.wait()
            awake.clear()
            at_ms = hub.now_ms()
            while (item := room.next(connection, at_ms=at_ms)) is not None:
                if isinstance(item, Close):
                    return await socket.close(item)
                await socket.write(item)
    except OSError:
        return None  # The connection is gone (ASGI 2.4); the reader hears of it too.


async def _first(socket: _Socket) -> Hello | None:
    try:
        message = await asyncio.wait_for(socket.read(), HELLO_WITHIN_S)
    except TimeoutError:
        raise Refused(NO_HELLO, "hello_late") from None
    if message is not None and not isinstance(message, Hello):
        raise Refused(NO_HELLO, "hello_first")
    return message


def _closing(close: Close) -> Message:
    return {"type": "websocket.close", "code": close.code, "reason": close.reason}
