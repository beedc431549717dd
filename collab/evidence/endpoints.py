"""The download of a meeting's evidence, for the doctor who signed and for the administrators of both sides."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response
from starlette.routing import BaseRoute

from collab.conclusions.service import Documents
from collab.evidence.service import make_evidence
from collab.kit.caller import Caller, Role
from collab.kit.refusals import NotAllowed, NotFound
from collab.kit.web import Call, api
from collab.rooms import service as rooms


def routes() -> Sequence[BaseRoute]:
    return [api("/api/rooms/{room_id}/evidence.zip", send_evidence)]


def send_evidence(call: Call) -> Response:
    at, room_id = call.site.clock(), call.path("room_id")
    _check_access(call, room_id, call.caller)
    documents = call.site.part(Documents)
    evidence = make_evidence(call.session, room_id, documents=documents, secret=call.site.secret, by=call.caller, at=at)
    headers = {"Content-Disposition": f'attachment; filename="{room_id}-evidence.zip"', "Cache-Control": "no-store"}
    return Response(evidence, headers=headers, media_type="application/zip")


def _check_access(call: Call, room_id: str, caller: Caller) -> None:
    """Whoever does not see the room must not learn that it is there. Raises `NotFound`, `NotAllowed`."""
    if caller.role is Role.ADMINISTRATOR:
        if caller.hospital_id not in rooms.hospitals_of(call.session, room_id):
            raise NotFound
        return
    seat = rooms.access_room(call.session, room_id, caller, at=call.site.clock())
    if seat.room.signed_by_id != caller.person_id:
        raise NotAllowed
