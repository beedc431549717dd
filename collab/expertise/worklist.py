"""The worklist: one line a request, what waits for the reader first; it reads and changes nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy.orm import Session

from collab.audit.service import record
from collab.expertise import store
from collab.expertise.models import ExpertiseRequest
from collab.expertise.rules import LIVE, OPEN, Side, State, may_act
from collab.expertise.service import parties_of, patient_of
from collab.kit.caller import Caller, Role

_URGENCY_ORDER = {"immediate": 0, "urgent": 1, "planned": 2}


class WorklistLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One request as a list shows it. `needs_me`: the next step is the reader's; `rings`: nobody has opened it yet."""

    request_id: str
    side: Side
    state: State
    urgency: str
    pathway: str
    patient_name: str
    birth_date: str
    sex: str
    question: str
    requester: str
    hospital: str
    expert: str
    room_id: str | None
    since: datetime
    needs_me: bool
    rings: bool


class Worklist(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked of me, and what my hospital asked."""

    for_me: tuple[WorklistLine, ...]
    by_us: tuple[WorklistLine, ...]


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What to show; empty for all."""

    is_open: bool = True
    pathway: str = ""
    urgency: str = ""


def list_requests(session: Session, caller: Caller, chosen: Filter, *, at: datetime) -> Worklist:
    """Both lists, in the order of who waits for the reader, urgency, and how long. Only doctors have any."""
    if caller.role is not Role.DOCTOR:
        return Worklist(for_me=(), by_us=())
    states = OPEN | {State.DRAFT} if chosen.is_open else set(State)
    found = Worklist(
        for_me=_lines(session, store.list_for_expert(session, caller, states), caller, chosen, "expert"),
        by_us=_lines(session, store.list_of_hospital(session, caller, states), caller, chosen, "requester"),
    )
    shown = len(found.for_me) + len(found.by_us)
    record(session, "expertise.listed", by=caller, at=at, kind="expertise_request", object_id="*", shown=shown)
    return found


def count_waiting(session: Session, caller: Caller) -> int:
    """How many requests wait for the caller's next step."""
    if caller.role is not Role.DOCTOR:
        return 0
    asked = _lines(session, store.list_for_expert(session, caller, OPEN), caller, Filter(), "expert")
    ours = _lines(session, store.list_of_hospital(session, caller, OPEN), caller, Filter(), "requester")
    return sum(line.needs_me for line in (*asked, *ours))


def _lines(
    session: Session, requests: Sequence[ExpertiseRequest], caller: Caller, chosen: Filter, side: Side
) -> tuple[WorklistLine, ...]:
    sent = store.submitted_at(session, [request.id for request in requests])
    lines = [
        _line(request, caller, side, since=sent.get(request.id, request.created_at))
        for request in requests
        if _is_chosen(request, chosen)
    ]
    return tuple(sorted(lines, key=_order))


def _is_chosen(request: ExpertiseRequest, chosen: Filter) -> bool:
    return chosen.pathway in {"", request.pathway} and chosen.urgency in {"", request.urgency}


def _order(line: WorklistLine) -> tuple[bool, int, float]:
    waits = line.since.timestamp()
    # Among what is over, the newest first; among what waits, the one that has waited longest.
    return not line.needs_me, _URGENCY_ORDER[line.urgency], waits if line.state in OPEN else -waits


def _line(request: ExpertiseRequest, caller: Caller, side: Side, *, since: datetime) -> WorklistLine:
    patient, state = patient_of(request), State(request.state)
    may_conclude = may_act(caller, parties_of(request), "conclude")
    return WorklistLine(
        request_id=request.id,
        side=side,
        state=state,
        urgency=request.urgency,
        pathway=request.pathway,
        patient_name=f"{patient.family_name} {patient.given_name}".strip(),
        birth_date=patient.birth_date,
        sex=patient.sex,
        question=request.question,
        requester=request.requester.name,
        hospital=request.hospital.name,
        expert=expert_name(request),
        room_id=request.room_id if state in LIVE else None,
        since=since,
        needs_me=_needs(side, state, may_conclude=may_conclude),
        rings=side == "expert" and may_conclude and state is State.SUBMITTED,
    )


def _needs(side: Side, state: State, *, may_conclude: bool) -> bool:
    waiting: Collection[State]
    if side == "expert":
        waiting = {State.SUBMITTED, State.RECEIVED, *LIVE} if may_conclude else set()
    else:
        waiting = {State.DRAFT, State.NEEDS_INFO, State.CONCLUDED}
    return state in waiting


def expert_name(request: ExpertiseRequest) -> str:
    """Who has it, else who was asked."""
    if request.accepted_by is not None:
        return request.accepted_by.name
    if request.expert_person is not None:
        return request.expert_person.name
    return request.expert_team.name if request.expert_team is not None else ""
