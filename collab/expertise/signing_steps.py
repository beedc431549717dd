"""A signature over HTTP: its transactions, and between them the drawing that no transaction waits for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from starlette.responses import Response

from collab.accounts.rules import address_key
from collab.conclusions.service import Documents, Receipt, RenderConclusion
from collab.delivery.bus import Bus
from collab.expertise.concluding import Desk, Underway, conclude, proceed, start
from collab.expertise.printing import Printer
from collab.expertise.signing import Preview, SignConclusion, preview
from collab.kit.refusals import Refusal
from collab.kit.web import Answer, Call, Later, Site
from collab.rooms.hub import RoomHub
from collab.studies.importing import Intake
from collab.studies.objects import read_layer
from dicom_render.drawers import Drawers

Outcome = Callable[[Call, Receipt | Refusal], Response]


def sign(
    call: Call, request_id: str, asked: SignConclusion, *, render_conclusion: RenderConclusion, outcome: Outcome
) -> Answer:
    """What `outcome` makes of the receipt, or of the refusal in whose transaction it is called."""
    desk = _desk_of(call, render_conclusion)

    def step(call: Call, take: Callable[[], Receipt | Underway]) -> Answer:
        try:
            found = take()
        except Refusal as refusal:
            return outcome(call, refusal)
        if isinstance(found, Receipt):
            return outcome(call, found)
        who = f"print {call.caller.login_id}"
        return Later(work=lambda: _proceeded(found, desk, who), then=concluded)

    def concluded(call: Call, proceeded: Underway | Refusal) -> Answer:
        return step(call, partial(_concluded, call, proceeded, desk))

    by, at, address = call.caller, call.site.clock(), _address_of(call)
    return step(call, lambda: start(call.session, request_id, asked, by=by, address=address, at=at, desk=desk))


def _proceeded(underway: Underway, desk: Desk, who: str) -> Underway | Refusal:
    try:
        return proceed(underway, desk, who=who)
    except Refusal as refusal:
        return refusal


def _concluded(call: Call, proceeded: Underway | Refusal, desk: Desk) -> Receipt | Underway:
    if isinstance(proceeded, Refusal):
        raise proceeded
    return conclude(call.session, proceeded, by=call.caller, at=call.site.clock(), desk=desk)


def _desk_of(call: Call, render_conclusion: RenderConclusion) -> Desk:
    site = call.site
    return Desk(
        settings=site.settings,
        documents=site.part(Documents),
        render=render_conclusion,
        printer=printer_of(site),
        live=site.part(RoomHub),
        bus=site.part(Bus),
    )


def printer_of(site: Site) -> Printer:
    """What draws key images on this server."""
    return Printer(drawers=site.part(Drawers), read=lambda sha256: read_layer(site.part(Intake), sha256))


def shown_to(call: Call) -> Preview:
    """What the caller would sign now."""
    at, settings = call.site.clock(), call.site.settings
    return preview(call.session, call.path("request_id"), by=call.caller, at=at, settings=settings)


def _address_of(call: Call) -> str:
    """What wrong passwords are counted by, besides the account."""
    client = call.request.client
    return address_key(client.host if client else "unknown")
