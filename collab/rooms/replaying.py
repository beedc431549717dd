"""The page that shows a meeting again, and what moved in it; the facts are those of the room's own journal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec
from starlette.responses import Response
from starlette.routing import BaseRoute

from collab.audit.service import record
from collab.kit.web import Call, api, page
from collab.rooms import service
from collab.rooms.embedding import embed
from collab.rooms.hub import to_ms
from collab.rooms.page import ReplayPage, RoomLinks, RoomPatient
from collab.rooms.service import Seat
from collab.rooms.trail_files import TrailFiles


def routes() -> Sequence[BaseRoute]:
    return [
        page("/rooms/{room_id}/replay", show_replay),
        api("/api/rooms/{room_id}/trail", read_trail),
    ]


def show_replay(call: Call) -> Response:
    start = _start(call, _enter(call, "room.replayed"))
    return call.page("rooms/replay.html", replay=start, start=embed(start))


def read_trail(call: Call) -> Response:
    """The records of the trail, as they are kept (`trail.pack`); nothing where there are none any more."""
    seat = _enter(call, "room.trail_read")
    trail = call.site.part(TrailFiles).read_packed(seat.room.id)
    return Response(trail, media_type="application/octet-stream")


def _enter(call: Call, act: str) -> Seat:
    """Through the room's own gate, and into the audit."""
    at = call.site.clock()
    seat = service.access_room(call.session, call.path("room_id"), call.caller, at=at)
    record(call.session, act, by=call.caller, at=at, kind="room", object_id=seat.room.id)
    return seat


def _start(call: Call, seat: Seat) -> ReplayPage:
    settings, room = call.site.settings, seat.room
    return ReplayPage(
        room_id=room.id,
        language=call.language,
        time_zone=settings.time_zone,
        patient=msgspec.convert(room.patient, RoomPatient),
        study_ids=tuple(room.study_ids),
        page=msgspec.convert(room.links, RoomLinks).page,
        opened_at_ms=to_ms(room.opened_at),
        is_over=room.closed_at is not None,
        kept_from_ms=to_ms(call.site.clock() - timedelta(days=settings.trail_days)),
        demo=settings.demo,
    )
