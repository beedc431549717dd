"""The room's socket: who may come in, the first message, and the reason for the end; `talk` is what is between."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.types import Message, Receive, Scope, Send

from collab.kit.web import Site
from collab.rooms.admission import Admission, Door, Elsewhere, Refused
from collab.rooms.carriers import CLOSE_WITHIN_S, OnTasks, OnWire, Turn
from collab.rooms.frames import Frame
from collab.rooms.hub import CLOSED, STOPPING, RoomElsewhere, RoomGone, RoomHub
from collab.rooms.outbox import Close, Outbox
from collab.rooms.protocol import MAX_FRAME_BYTES, SUBPROTOCOL_JSON, Hello
from collab.rooms.relay import relay
from collab.rooms.room import FAILED, Connection
from collab.rooms.talk import Ear, Talk
from collab.rooms.versions import UNKNOWN, choose
from collab.rooms.wire import EXTENSION, Wire

__all__ = ["MAX_FRAME_BYTES", "Admission", "Refused", "sockets"]

log = logging.getLogger("consilium.rooms")

HELLO_WITHIN_S = 5.0

NO_HELLO = 4000


def sockets() -> list[BaseRoute]:
    """The socket's route."""
    return [WebSocketRoute("/rooms/{room_id}/live", Gateway())]


class Gateway:
    """Serves `/rooms/{room_id}/live` of an application whose `state.site` has a `RoomHub` among its parts."""

    def __init__(self) -> None:
        self._door = Door()
        self._turn = Turn()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        site: Site = scope["app"].state.site
        room_id = str(scope["path_params"]["room_id"])
        await receive()  # websocket.connect
        protocol, end = choose(scope["subprotocols"])
        await send({"type": "websocket.accept", "subprotocol": protocol, "headers": []})
        if protocol is None or end is not None:
            return await send(_closing(end or UNKNOWN))
        ending = Close(FAILED, "fault")
        try:
            admission = await self._door.admit(site, scope, room_id)
            if isinstance(admission, Elsewhere):
                ending = await relay(admission.address, scope, receive, send, protocol=protocol)
            else:
                socket = _Socket(receive, send, is_json=protocol == SUBPROTOCOL_JSON)
                wire: Wire | None = scope.get("extensions", {}).get(EXTENSION)
                carrier = OnTasks(socket) if wire is None else OnWire(wire, self._turn, is_json=socket.is_json)
                return await _serve(site.part(RoomHub), room_id, admission, socket, carrier)
        except Refused as refused:
            ending = refused.close
        except Exception:
            # The door: whatever else is wrong with the program or its database ends here, in the log.
            log.exception("room socket")
        with suppress(OSError):  # gone already (ASGI 2.4)
            await send(_closing(ending))
        return None


class _Socket:
    """One accepted connection as frames, as any ASGI server gives and takes them."""

    def __init__(self, receive: Receive, send: Send, *, is_json: bool) -> None:
        self._receive = receive
        self._send = send
        self.is_json = is_json

    async def read(self) -> bytes | str | None:
        """The next frame; None when the connection is gone."""
        event = await self._receive()
        if event["type"] != "websocket.receive":
            return None
        text = event.get("text")
        return event["bytes"] if text is None else text

    async def write(self, frame: Frame) -> None:
        if self.is_json:
            await self._send({"type": "websocket.send", "text": frame.text()})
        else:
            await self._send({"type": "websocket.send", "bytes": frame.packed()})

    async def close(self, close: Close) -> None:
        await self._send(_closing(close))


async def _serve(hub: RoomHub, room_id: str, admission: Admission, socket: _Socket, carrier: OnTasks | OnWire) -> None:
    """From the first message to the last. Raises `Refused` only before the room has let the connection in."""
    ear = Ear(is_json=socket.is_json)
    hello = await _first(socket, ear)
    if hello is None:
        return
    try:
        live = await hub.open(room_id)
    except RoomGone:
        raise Refused(CLOSED, "room_closed") from None
    except RoomElsewhere:
        raise Refused(STOPPING, "elsewhere") from None
    connection = Connection(member=admission.member, outbox=Outbox(is_json=socket.is_json, wake=carrier.wake))
    talk = Talk(hub, live, connection, ear)
    hub.hello(live, connection, hello, login_id=admission.login_id)
    try:
        close = await carrier.carry(talk)
    finally:
        hub.leave(live, connection)
        await talk.end()
    if close is not None:
        # A reader who has stopped reading does not read the reason for the closing either.
        with suppress(OSError, TimeoutError):
            await asyncio.wait_for(socket.close(close), CLOSE_WITHIN_S)


async def _first(socket: _Socket, ear: Ear) -> Hello | None:
    """Raises `Refused`."""
    try:
        received = await asyncio.wait_for(socket.read(), HELLO_WITHIN_S)
    except TimeoutError:
        raise Refused(NO_HELLO, "hello_late") from None
    if received is None:
        return None
    message = ear.hear(received, at_s=asyncio.get_running_loop().time())
    if isinstance(message, Close):
        raise Refused(message.code, message.reason)
    if not isinstance(message, Hello):
        raise Refused(NO_HELLO, "hello_first")
    return message


def _closing(close: Close) -> Message:
    return {"type": "websocket.close", "code": close.code, "reason": close.reason}
