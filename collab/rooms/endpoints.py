"""The room's page, its start as JSON, and its facts for programs; the socket is the gateway's."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from starlette.responses import Response
from starlette.routing import BaseRoute

from collab.audit.service import record
from collab.kit.refusals import BadInput, NotFound
from collab.kit.settings import Settings
from collab.kit.web import Call, api, json_answer, page
from collab.rooms import gateway, replaying, service
from collab.rooms.embedding import embed
from collab.rooms.models import RoomRecord
from collab.rooms.page import RoomIceServer, RoomLinks, RoomPage, RoomPatient
from collab.rooms.protocol import Fact
from collab.rooms.service import Seat
from collab.rooms.view import View
from rtc.ice import IceSettings, ice_servers, transport_policy


def routes() -> Sequence[BaseRoute]:
    return [
        page("/rooms/{room_id}", show_room),
        api("/api/rooms/{room_id}", read_room, gives=RoomPage),
        api("/api/rooms/{room_id}/facts", list_facts, gives=list[Fact]),
        api("/api/rooms/{room_id}/views/{seq}", read_view, gives=View),
        *replaying.routes(),
        *gateway.sockets(),
    ]


def show_room(call: Call) -> Response:
    start = _start(call, _enter(call, "room.shown"))
    return call.page("rooms/room.html", room=start, start=embed(start), is_thin=_wishes_thin(call, start.actor))


def _wishes_thin(call: Call, actor: str) -> bool:
    """Whether the page will have its pictures drawn here (web/src/main/thin.ts): it needs less code then."""
    wished = call.request.query_params.get("view")
    if wished in {"thin", "full"}:
        return wished == "thin"
    return call.request.cookies.get("consilium_thin") == actor


def read_room(call: Call) -> Response:
    return json_answer(_start(call, _enter(call, "room.shown")))


def list_facts(call: Call) -> Response:
    seat = _enter(call, "room.journal_read")
    after = call.request.query_params.get("after", "0")
    if not after.isdecimal() or len(after) > 15:
        raise BadInput(detail="after")
    return json_answer(service.facts_of(call.session, seat.room.id, after=int(after)))


def read_view(call: Call) -> Response:
    """A view of the room's journal, by the number of its fact: what links to views lead to."""
    seat = _enter(call, "room.view_read")
    seq = call.path("seq")
    if not seq.isdecimal() or len(seq) > 15:
        raise NotFound
    return json_answer(service.view_of(call.session, seat.room.id, int(seq)))


def _enter(call: Call, act: str) -> Seat:
    """Through the gate, and into the audit."""
    at = call.site.clock()
    seat = service.access_room(call.session, call.path("room_id"), call.caller, at=at)
    record(call.session, act, by=call.caller, at=at, kind="room", object_id=seat.room.id)
    return seat


def _start(call: Call, seat: Seat) -> RoomPage:
    settings, room = call.site.settings, seat.room
    links = _links(room, settings)
    ice = _ice_settings(settings)
    # coturn logs the name: the room's seat, nobody's. Nobody calls in a closed room, so it gives no relay either.
    is_open = room.closed_at is None
    servers = ice_servers(ice, user=f"{room.id}.{seat.color}", at=call.site.clock()) if is_open else ()
    return RoomPage(
        room_id=room.id,
        actor=call.caller.person_id,
        role=seat.role,
        language=call.language,
        socket_path=f"/rooms/{room.id}/live",
        patient=msgspec.convert(room.patient, RoomPatient),
        study_ids=tuple(room.study_ids),
        links=links,
        phone=links.phone,
        ice_servers=tuple(RoomIceServer(one.urls, one.username, one.credential) for one in servers),
        ice_policy=transport_policy(ice),
        demo=settings.demo,
    )


def _links(room: RoomRecord, settings: Settings) -> RoomLinks:
    """With the aids that the site offers now, whatever it did when the room was opened."""
    links, offered = msgspec.convert(room.links, RoomLinks), _split(settings.modules)
    return msgspec.structs.replace(links, modules=tuple(each for each in links.modules if each in offered))


def _ice_settings(settings: Settings) -> IceSettings:
    return IceSettings(
        stun_urls=_split(settings.stun_urls),
        turn_urls=_split(settings.turn_urls),
        turn_secret=settings.turn_secret,
        force_relay=settings.force_relay,
    )


def _split(listed: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in listed.split(",") if each.strip())
