"""JSON of expertise requests: the same verbs as the pages, for the room and for other programs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response
from starlette.routing import BaseRoute

from collab.conclusions import service as conclusions
from collab.conclusions.document import Consent, PatientIdentity
from collab.conclusions.sections import Words
from collab.conclusions.service import Receipt, RenderConclusion
from collab.delivery.bus import Bus
from collab.expertise import rooming, service, signing_steps
from collab.expertise.asking import AskExpertise
from collab.expertise.brief import Brief, key_lines
from collab.expertise.identity import Difference
from collab.expertise.models import ExpertiseRequest
from collab.expertise.pathways import KeyData
from collab.expertise.rules import DeclineReason, State, acts_now
from collab.expertise.signing import Preview, SignConclusion
from collab.expertise.worklist import Filter, Worklist, count_waiting, expert_name, list_requests
from collab.kit.refusals import Refusal
from collab.kit.web import Answer, Call, api, json_answer
from collab.rooms.hub import RoomHub

Note = Annotated[str, Meta(max_length=4000)]


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An empty body, `{}`."""


class Noted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said with an act."""

    note: Note = ""


class Declined(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why the expert will not answer."""

    reason: DeclineReason
    note: Note = ""


class Invited(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to let into the room."""

    person_id: str


class Waiting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many requests wait for the caller."""

    count: int


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A time on the clock of the case."""

    act: str
    at: datetime
    by: str
    reason: str | None
    note: str


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole request; `may` are the acts that the caller can do now."""

    request_id: str
    state: State
    urgency: str
    question: str
    reason: str
    callback_phone: str
    patient: PatientIdentity
    consent: Consent
    key_data: KeyData
    requester: str
    hospital: str
    expert: str
    study_ids: tuple[str, ...]
    identity_differences: tuple[Difference, ...]
    steps: tuple[Step, ...]
    room_id: str | None
    conclusion_id: str | None
    may: tuple[str, ...]


def routes(*, render_conclusion: RenderConclusion) -> Sequence[BaseRoute]:
    one, post = "/api/expertise/{request_id}", ["POST"]
    return [
        api("/api/expertise", list_all, gives=Worklist),
        api("/api/expertise", create, methods=post, takes=AskExpertise, gives=Case),
        api("/api/expertise/waiting", count, gives=Waiting),
        api(one, get_case, gives=Case),
        api(f"{one}/brief", get_brief, gives=Brief),
        api(f"{one}/submit", _then_case(_submit), methods=post, takes=Nothing, gives=Case),
        api(f"{one}/accept", _then_case(_accept), methods=post, takes=Nothing, gives=Case),
        api(f"{one}/decline", _then_case(_decline), methods=post, takes=Declined, gives=Case),
        api(f"{one}/ask-more", _then_case(_ask_more), methods=post, takes=Noted, gives=Case),
        api(f"{one}/tell-more", _then_case(_tell_more), methods=post, takes=Noted, gives=Case),
        api(f"{one}/confirm-identity", _then_case(_confirm), methods=post, takes=Noted, gives=Case),
        api(f"{one}/room", _then_case(_open_room), methods=post, takes=Nothing, gives=Case),
        api(f"{one}/invite", _then_case(_invite), methods=post, takes=Invited, gives=Case),
        api(f"{one}/cancel", _then_case(_cancel), methods=post, takes=Noted, gives=Case),
        api(f"{one}/acknowledge", _then_case(_acknowledge), methods=post, takes=Noted, gives=Case),
        api(f"{one}/close", _then_case(_close), methods=post, takes=Nothing, gives=Case),
        api(f"{one}/conclusion", preview_conclusion, gives=Preview),
        api(f"{one}/conclusion", partial(sign, render_conclusion), methods=post, takes=SignConclusion, gives=Receipt),
    ]


def list_all(call: Call) -> Response:
    chosen = Filter(is_open=call.request.query_params.get("show") != "all")
    return json_answer(list_requests(call.session, call.caller, chosen, at=call.site.clock()))


def count(call: Call) -> Response:
    return json_answer(Waiting(count=count_waiting(call.session, call.caller)))


def create(call: Call) -> Response:
    asked, at, site = call.read(AskExpertise), call.site.clock(), call.site
    request = service.ask(call.session, asked, by=call.caller, at=at, bus=site.part(Bus), demo=site.settings.demo)
    return json_answer(_case(call, request, at), 201)


def get_case(call: Call) -> Response:
    at = call.site.clock()
    request = service.open_request(call.session, call.path("request_id"), call.caller, at=at, bus=call.site.part(Bus))
    return json_answer(_case(call, request, at))


def get_brief(call: Call) -> Response:
    """The case in the reader's language, for the room."""
    at = call.site.clock()
    request = service.open_for_room(call.session, call.path("request_id"), call.caller, at=at)
    words = Words(language=call.language, time_zone=call.site.settings.time_zone)
    title = f"{words.phrase(f'pathway.{request.pathway}')} — {call.say(f'expertise.urgency.{request.urgency}')}"
    lines = key_lines(service.key_data_of(request), words)
    return json_answer(Brief(title=title, question=request.question, lines=lines))


def preview_conclusion(call: Call) -> Response:
    return json_answer(signing_steps.shown_to(call))


def sign(render_conclusion: RenderConclusion, call: Call) -> Answer:
    def outcome(_: Call, found: Receipt | Refusal) -> Response:
        if isinstance(found, Refusal):
            raise found
        return json_answer(found)

    asked = call.read(SignConclusion)
    return signing_steps.sign(
        call, call.path("request_id"), asked, render_conclusion=render_conclusion, outcome=outcome
    )


def _then_case(act: Callable[[Call, str, datetime, Bus], object]) -> Callable[[Call], Response]:
    """Do the act and answer with the case as it is then."""

    def done(call: Call) -> Response:
        request_id, at = call.path("request_id"), call.site.clock()
        act(call, request_id, at, call.site.part(Bus))
        return json_answer(_case(call, service.access_request(call.session, request_id, call.caller), at))

    return done


def _read_nothing(call: Call) -> None:
    """An act without words: what came all the same is refused, as everywhere; no body is `{}` too."""
    if call.body or call.fields:
        call.read(Nothing)


def _submit(call: Call, request_id: str, at: datetime, bus: Bus) -> None:
    _read_nothing(call)
    service.submit_draft(call.session, request_id, by=call.caller, at=at, bus=bus)


def _accept(call: Call, request_id: str, at: datetime, bus: Bus) -> None:
    _read_nothing(call)
    rooming.accept(call.session, request_id, by=call.caller, at=at, bus=bus)


def _decline(call: Call, request_id: str, at: datetime, bus: Bus) -> None:
    said = call.read(Declined)
    service.decline(call.session, request_id, said.reason, said.note, by=call.caller, at=at, bus=bus)


def _ask_more(call: Call, request_id: str, at: datetime, bus: Bus) -> None:
    service.ask_more(call.session, request_id, call.read(Noted).note, by=call.caller, at=at, bus=bus)


def _tell_more(call: Call, request_id: str, at: datetime, bus: Bus) -> None:
    service.tell_more(call.session, request_id, call.read(Noted).note, by=call.caller, at=at, bus=bus)


def _confirm(call: Call, request_id: str, at: datetime, bus: Bus) -> None:
    rooming.confirm_identity(call.session, request_id, call.read(Noted).note, by=call.caller, at=at, bus=bus)


def _open_room(call: Call, request_id: str, at: datetime, bus: Bus) -> None:
    _read_nothing(call)
    rooming.open_room(call.session, request_id, by=call.caller, at=at)


def _invite(call: Call, request_id: str, at: datetime, bus: Bus) -> None:
    rooming.invite(call.session, request_id, call.read(Invited).person_id, by=call.caller, at=at)


def _cancel(call: Call, request_id: str, at: datetime, bus: Bus) -> None:
    live = call.site.part(RoomHub)
    rooming.cancel(call.session, request_id, call.read(Noted).note, by=call.caller, at=at, bus=bus, live=live)


def _acknowledge(call: Call, request_id: str, at: datetime, bus: Bus) -> None:
    service.acknowledge(call.session, request_id, call.read(Noted).note, by=call.caller, at=at, bus=bus)


def _close(call: Call, request_id: str, at: datetime, bus: Bus) -> None:
    _read_nothing(call)
    rooming.close(call.session, request_id, by=call.caller, at=at, bus=bus, live=call.site.part(RoomHub))


def _case(call: Call, request: ExpertiseRequest, at: datetime) -> Case:
    conclusion = conclusions.find_conclusion_of(call.session, request.id)
    state = State(request.state)
    return Case(
        request_id=request.id,
        state=state,
        urgency=request.urgency,
        question=request.question,
        reason=request.reason,
        callback_phone=request.callback_phone,
        patient=service.patient_of(request),
        consent=service.consent_of_request(request),
        key_data=service.key_data_of(request),
        requester=request.requester.name,
        hospital=request.hospital.name,
        expert=expert_name(request),
        study_ids=tuple(service.places_of(call.session, request)),
        identity_differences=tuple(rooming.identity_differences(call.session, request, call.caller, at=at)),
        steps=tuple(
            Step(act=step.act, at=step.at, by=step.person_name, reason=step.reason, note=step.note)
            for step in service.steps_of(call.session, request)
        ),
        room_id=request.room_id,
        conclusion_id=conclusion.id if conclusion else None,
        may=tuple(sorted(acts_now(call.caller, service.parties_of(request), state))),
    )
