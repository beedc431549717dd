"""Pages of the worklist and of one request; the JSON twins stand in `api`, the forms in `asking_pages` and
`signing_pages`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Literal, get_args

import msgspec
from starlette.responses import Response
from starlette.routing import BaseRoute

from collab.accounts import service as accounts
from collab.conclusions import service as conclusions
from collab.conclusions.sections import Words, specialty_name
from collab.conclusions.service import RenderConclusion
from collab.delivery.bus import Bus
from collab.expertise import api, asking_pages, rooming, service, signing_pages
from collab.expertise.brief import key_lines
from collab.expertise.models import ExpertiseRequest
from collab.expertise.rules import LIVE, DeclineReason, Pathway, State, Urgency, acts_now, sides_of
from collab.expertise.worklist import Filter, expert_name, list_requests
from collab.kit.refusals import BadInput
from collab.kit.web import Call, page, see_other
from collab.rooms import service as rooms
from collab.rooms.hub import RoomHub
from collab.studies.models import Study


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A form of an act: what was written, and the reason or the person chosen."""

    note: str = ""
    reason: DeclineReason | Literal[""] = ""
    person: str = ""


@dataclass(frozen=True, kw_only=True)
class CaseStudy:
    """A study of the case; `is_changed` when images have come in since the request was sent."""

    study: Study
    is_prior: bool
    is_changed: bool


def routes(*, render_conclusion: RenderConclusion) -> Sequence[BaseRoute]:
    posts = {
        "submit": _submit,
        "decline": _decline,
        "ask-more": _ask_more,
        "tell-more": _tell_more,
        "cancel": _cancel,
        "close": _close,
        "acknowledge": _acknowledge,
        "confirm-identity": _confirm_identity,
        "invite": _invite,
    }
    return [
        page("/", show_worklist),
        *asking_pages.routes(),
        page("/expertise/{request_id}", show_request),
        page("/expertise/{request_id}/accept", accept, methods=["POST"]),
        page("/expertise/{request_id}/join", join),
        *signing_pages.routes(render_conclusion=render_conclusion),
        *[page(f"/expertise/{{request_id}}/{name}", _then_case(act), methods=["POST"]) for name, act in posts.items()],
        *api.routes(render_conclusion=render_conclusion),
    ]


def show_worklist(call: Call) -> Response:
    at, wanted = call.site.clock(), call.request.query_params
    service.expire_overdue(call.session, at=at, bus=call.site.part(Bus))
    chosen = Filter(
        is_open=wanted.get("show") != "all",
        pathway=_one_of(wanted.get("pathway", ""), get_args(Pathway)),
        urgency=_one_of(wanted.get("urgency", ""), get_args(Urgency)),
    )
    found = list_requests(call.session, call.caller, chosen, at=at)
    return call.page(
        "expertise/worklist.html",
        worklist=found,
        chosen=chosen,
        pathways=get_args(Pathway),
        urgencies=get_args(Urgency),
    )


def _one_of(text: str, choices: tuple[str, ...]) -> str:
    return text if text in choices else ""


def show_request(call: Call) -> Response:
    at, caller = call.site.clock(), call.caller
    request = service.open_request(call.session, call.path("request_id"), caller, at=at, bus=call.site.part(Bus))
    words = Words(language=call.language, time_zone=call.site.settings.time_zone)
    state, parties = State(request.state), service.parties_of(request)
    seen = rooming.studies_of(call.session, request, caller, at=at)
    return call.page(
        "expertise/case.html",
        request=request,
        state=state,
        patient=service.patient_of(request),
        consent=service.consent_of_request(request),
        lines=key_lines(service.key_data_of(request), words),
        steps=service.steps_of(call.session, request),
        studies=_case_studies(call, request, seen),
        differences=rooming.identity_differences(call.session, request, caller, at=at),
        confirmed=rooming.confirmed_sides(call.session, request),
        others=service.find_other_open(call.session, request),
        conclusion=conclusions.find_conclusion_of(call.session, request.id),
        may=acts_now(caller, parties, state),
        sides=sides_of(caller, parties),
        may_replay=rooms.has_met(call.session, request.room_id, caller, at=at),
        is_live=state in LIVE,
        expert=expert_name(request),
        decline_reasons=get_args(DeclineReason),
        doctors=_to_invite(call, request),
        specialty=partial(specialty_name, call.language),
    )


def _case_studies(call: Call, request: ExpertiseRequest, seen: Sequence[Study]) -> Sequence[CaseStudy]:
    places = service.places_of(call.session, request)
    return [
        CaseStudy(
            study=study,
            is_prior=places[study.id].is_prior,
            is_changed=study.version != places[study.id].versions[0],
        )
        for study in seen
    ]


def _to_invite(call: Call, request: ExpertiseRequest) -> Sequence[object]:
    """Doctors who are not in the room yet; none while there is no room."""
    if request.room_id is None or State(request.state) not in LIVE:
        return []
    inside = {member.person_id for member in rooms.list_members(call.session, request.room_id)}
    return [person for person in accounts.list_doctors(call.session) if person.id not in inside]


def accept(call: Call) -> Response:
    """Take the request, and with the same touch go to its room where it could be opened."""
    bus, at, said = call.site.part(Bus), call.site.clock(), call.form(Said)
    request = rooming.accept(call.session, call.path("request_id"), by=call.caller, at=at, bus=bus)
    goes_on = said.note == "join" and request.room_id is not None
    return see_other(f"/expertise/{request.id}/join" if goes_on else f"/expertise/{request.id}")


def join(call: Call) -> Response:
    bus = call.site.part(Bus)
    room_id = rooming.join(call.session, call.path("request_id"), by=call.caller, at=call.site.clock(), bus=bus)
    return see_other(f"/rooms/{room_id}")


def _then_case(act: Callable[[Call, str, datetime, Bus], object]) -> Callable[[Call], Response]:
    """Do the act and show the case."""

    def done(call: Call) -> Response:
        request_id = call.path("request_id")
        act(call, request_id, call.site.clock(), call.site.part(Bus))
        return see_other(f"/expertise/{request_id}")

    return done


def _submit(call: Call, request_id: str, at: datetime, bus: Bus) -> None:
    call.form(Said)
    service.submit_draft(call.session, request_id, by=call.caller, at=at, bus=bus)


def _decline(call: Call, request_id: str, at: datetime, bus: Bus) -> None:
    said = call.form(Said)
    if not said.reason:
        raise BadInput("wrong_field", field="reason", why="missing")
    service.decline(call.session, request_id, said.reason, said.note, by=call.caller, at=at, bus=bus)


def _ask_more(call: Call, request_id: str, at: datetime, bus: Bus) -> None:
    service.ask_more(call.session, request_id, call.form(Said).note, by=call.caller, at=at, bus=bus)


def _tell_more(call: Call, request_id: str, at: datetime, bus: Bus) -> None:
    service.tell_more(call.session, request_id, call.form(Said).note, by=call.caller, at=at, bus=bus)


def _cancel(call: Call, request_id: str, at: datetime, bus: Bus) -> None:
    live = call.site.part(RoomHub)
    rooming.cancel(call.session, request_id, call.form(Said).note, by=call.caller, at=at, bus=bus, live=live)


def _close(call: Call, request_id: str, at: datetime, bus: Bus) -> None:
    call.form(Said)
    rooming.close(call.session, request_id, by=call.caller, at=at, bus=bus, live=call.site.part(RoomHub))


def _acknowledge(call: Call, request_id: str, at: datetime, bus: Bus) -> None:
    service.acknowledge(call.session, request_id, call.form(Said).note, by=call.caller, at=at, bus=bus)


def _confirm_identity(call: Call, request_id: str, at: datetime, bus: Bus) -> None:
    rooming.confirm_identity(call.session, request_id, call.form(Said).note, by=call.caller, at=at, bus=bus)


def _invite(call: Call, request_id: str, at: datetime, bus: Bus) -> None:
    rooming.invite(call.session, request_id, call.form(Said).person, by=call.caller, at=at)
