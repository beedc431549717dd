"""What people do with an expertise request, but its room (`rooming`) and its conclusion (`signing`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy.orm import Session

from collab.audit.service import record
from collab.conclusions import service as conclusions
from collab.conclusions.document import Consent, PatientIdentity
from collab.delivery.bus import Bus, LiveEvent
from collab.delivery.endpoints import hospital_topic, person_topic, team_topic
from collab.delivery.publishing import publish_after_commit
from collab.expertise import store
from collab.expertise.asking import AskExpertise, check, consent_of
from collab.expertise.models import ExpertiseRequest, RequestStep, RequestStudy
from collab.expertise.pathways import KeyData, pathway_of
from collab.expertise.rules import EXPIRES_AFTER, DeclineReason, Parties, State, may_act, may_see, next_state
from collab.kit import ids
from collab.kit.caller import Caller, Role
from collab.kit.refusals import BadInput, NotAllowed, NotFound
from collab.rooms import service as rooms
from collab.studies import service as studies
from collab.studies.models import Study
from collab.studies.rules import is_of_house


@dataclass(frozen=True, kw_only=True)
class Act:
    """Something done to a request, with what was said about it."""

    name: str
    note: str = ""
    reason: str | None = None


def ask(session: Session, asked: AskExpertise, *, by: Caller, at: datetime, bus: Bus, demo: bool) -> ExpertiseRequest:
    """Ask an expert, or keep a draft. Raises `BadInput`, `NotAllowed`, `NotFound` for a study one may not see."""
    if by.role is not Role.DOCTOR:
        raise NotAllowed
    check(asked, at=at, demo=demo)
    _check_expert(session, asked, by)
    chosen = [studies.access_study(session, study_id, by, at=at) for study_id in dict.fromkeys(asked.study_ids)]
    request = _new_request(asked, by=by, at=at)
    session.add(request)
    session.flush()
    session.add_all(_request_study(request, study, place, chosen[0]) for place, study in enumerate(chosen))
    facts = {"pathway": request.pathway, "urgency": request.urgency}
    record(session, "expertise.drafted", by=by, at=at, kind="expertise_request", object_id=request.id, **facts)
    if not asked.as_draft:
        submit(session, request, by=by, at=at, bus=bus)
    return request


def _check_expert(session: Session, asked: AskExpertise, by: Caller) -> None:
    if asked.expert_person_id is not None:
        person = store.find_person(session, asked.expert_person_id)
        if person is None or person.disabled_at is not None or person.role != Role.DOCTOR:
            raise BadInput("wrong_field", field="expert", why="not_a_doctor")
        if person.id == by.person_id:
            raise BadInput("wrong_field", field="expert", why="oneself")
    elif asked.expert_team_id is None or store.find_team(session, asked.expert_team_id) is None:
        raise BadInput("wrong_field", field="expert", why="missing")


def _new_request(asked: AskExpertise, *, by: Caller, at: datetime) -> ExpertiseRequest:
    return ExpertiseRequest(
        id=ids.new_id(ids.EXPERTISE_REQUEST),
        activity_kind="expertise",
        pathway=pathway_of(asked.key_data),
        urgency=asked.urgency,
        state=State.DRAFT.value,
        question=asked.question,
        reason=asked.reason,
        callback_phone=asked.callback_phone,
        patient=msgspec.to_builtins(asked.patient),
        consent=msgspec.to_builtins(consent_of(asked)),
        key_data=msgspec.to_builtins(asked.key_data),
        requester_id=by.person_id,
        hospital_id=by.hospital_id,
        expert_person_id=asked.expert_person_id,
        expert_team_id=asked.expert_team_id,
        accepted_by_id=None,
        room_id=None,
        created_at=at,
        changed_at=at,
    )


def _request_study(request: ExpertiseRequest, study: Study, place: int, main: Study) -> RequestStudy:
    """A study of an earlier day than the one asked about is a prior; one of the same day is part of the question."""
    is_prior = study.study_date < main.study_date
    return RequestStudy(
        request_id=request.id, study_id=study.id, place=place, is_prior=is_prior, versions=[study.version]
    )


def access_request(session: Session, request_id: str, caller: Caller, *, hold: bool = False) -> ExpertiseRequest:
    """The gate: the request, for the two sides only. `hold` for whoever is about to change it. Raises `NotFound`."""
    request = store.find_request(session, request_id, hold=hold)
    if request is None or not may_see(caller, parties_of(request), State(request.state)):
        raise NotFound
    return request


def open_request(session: Session, request_id: str, caller: Caller, *, at: datetime, bus: Bus) -> ExpertiseRequest:
    """Read a request; the first reading on the side asked is its reception, and everything read is recorded."""
    request = access_request(session, request_id, caller, hold=True)
    record(session, "expertise.opened", by=caller, at=at, kind="expertise_request", object_id=request.id)
    if request.state == State.SUBMITTED and may_act(caller, parties_of(request), "receive"):
        move(session, request, Act(name="receive"), by=caller, at=at, bus=bus)
    return request


def open_for_room(session: Session, request_id: str, caller: Caller, *, at: datetime) -> ExpertiseRequest:
    """Read a request from its room: whoever may be in the room may read what it is about. Raises `NotFound`."""
    request = store.find_request(session, request_id)
    if request is None:
        raise NotFound
    if not may_see(caller, parties_of(request), State(request.state)):
        if request.room_id is None:
            raise NotFound
        rooms.access_room(session, request.room_id, caller, at=at)
    record(session, "expertise.opened", by=caller, at=at, kind="expertise_request", object_id=request.id)
    return request


def submit_draft(session: Session, request_id: str, *, by: Caller, at: datetime, bus: Bus) -> ExpertiseRequest:
    """Send what was kept as a draft; a draft is seen, and sent, by its author alone."""
    request = access_request(session, request_id, by, hold=True)
    if not may_act(by, parties_of(request), "submit"):
        raise NotAllowed
    submit(session, request, by=by, at=at, bus=bus)
    return request


def submit(session: Session, request: ExpertiseRequest, *, by: Caller, at: datetime, bus: Bus) -> None:
    """Send it: from now on the expert or the team sees the request and its images."""
    move(session, request, Act(name="submit"), by=by, at=at, bus=bus)
    for place in store.list_studies(session, request.id):
        study = studies.access_study(session, place.study_id, by, at=at)
        place.versions = [study.version]
        # A prior that another hospital shared with ours is not ours to share on; the expert sees it where they may.
        if is_of_house(by, study.hospital_id):
            studies.grant_study(
                session,
                study.id,
                by=by,
                at=at,
                purpose=request.id,
                person_id=request.expert_person_id,
                team_id=request.expert_team_id,
            )


def decline(
    session: Session, request_id: str, reason: DeclineReason, note: str, *, by: Caller, at: datetime, bus: Bus
) -> ExpertiseRequest:
    """The expert will not answer, and says why; the images are theirs no longer."""
    act = Act(name="decline", reason=reason, note=note)
    request = act_on(session, request_id, act, by=by, at=at, bus=bus)
    studies.revoke_grants(session, request.id, by=by, at=at)
    return request


def ask_more(session: Session, request_id: str, note: str, *, by: Caller, at: datetime, bus: Bus) -> ExpertiseRequest:
    """The expert wants to know more before they accept."""
    access_request(session, request_id, by)
    check_note(note)
    return act_on(session, request_id, Act(name="ask_more", note=note), by=by, at=at, bus=bus)


def tell_more(session: Session, request_id: str, note: str, *, by: Caller, at: datetime, bus: Bus) -> ExpertiseRequest:
    """The requesting side answers."""
    access_request(session, request_id, by)
    check_note(note)
    return act_on(session, request_id, Act(name="tell_more", note=note), by=by, at=at, bus=bus)


def acknowledge(
    session: Session, request_id: str, what_was_done: str, *, by: Caller, at: datetime, bus: Bus
) -> ExpertiseRequest:
    """The requesting side has read the conclusion and says what it did."""
    access_request(session, request_id, by)
    check_note(what_was_done)
    act = Act(name="acknowledge", note=what_was_done)
    request = act_on(session, request_id, act, by=by, at=at, bus=bus)
    conclusion = conclusions.find_conclusion_of(session, request.id)
    assert conclusion is not None, "a concluded request without a conclusion"
    conclusions.acknowledge(session, conclusion, what_was_done, by=by, at=at)
    return request


def check_note(note: str) -> None:
    """Some acts are nothing without words. Raises `BadInput`."""
    if not note.strip():
        raise BadInput("wrong_field", field="note", why="missing")


def act_on(session: Session, request_id: str, act: Act, *, by: Caller, at: datetime, bus: Bus) -> ExpertiseRequest:
    """Do an act of the caller's side. Raises `NotFound`, `NotAllowed`, `WrongState`."""
    request = access_request(session, request_id, by, hold=True)
    if not may_act(by, parties_of(request), act.name):
        raise NotAllowed
    move(session, request, act, by=by, at=at, bus=bus)
    return request


def move(session: Session, request: ExpertiseRequest, act: Act, *, by: Caller, at: datetime, bus: Bus) -> None:
    """Take the step, write its time, and tell both sides once it stands. Raises `WrongState`."""
    before, after = State(request.state), next_state(State(request.state), act.name)
    request.state, request.changed_at = after.value, at
    note_step(session, request, act, by=by, at=at)
    facts = {"before": before.value, "after": after.value, "reason": act.reason}
    record(session, f"expertise.{act.name}", by=by, at=at, kind="expertise_request", object_id=request.id, **facts)
    tell(session, request, f"expertise.{act.name}", by_person_id=by.person_id, bus=bus)


def note_step(session: Session, request: ExpertiseRequest, act: Act, *, by: Caller, at: datetime) -> None:
    """Write a time on the clock of the case."""
    session.add(
        RequestStep(
            request_id=request.id,
            act=act.name,
            at=at,
            person_id=by.person_id,
            person_name=by.name,
            reason=act.reason,
            note=act.note,
        )
    )
    session.flush()


def tell(session: Session, request: ExpertiseRequest, kind: str, *, by_person_id: str, bus: Bus) -> None:
    """Let the pages of both sides know, once the transaction stands."""
    topics = {person_topic(request.requester_id), hospital_topic(request.hospital_id)}
    if request.expert_person_id is not None:
        topics.add(person_topic(request.expert_person_id))
    if request.expert_team_id is not None:
        topics.add(team_topic(request.expert_team_id))
    event = LiveEvent(kind=kind, object_id=request.id, urgency=request.urgency, by_person_id=by_person_id)
    publish_after_commit(session, bus, topics, event)


def expire_overdue(session: Session, *, at: datetime, bus: Bus) -> int:
    """End what nobody took in time; how many there were."""
    overdue = store.list_overdue(session, at - EXPIRES_AFTER)
    for request in overdue:
        request.state, request.changed_at = next_state(State(request.state), "expire").value, at
        step = RequestStep(request_id=request.id, act="expire", at=at, person_name="Consilium", note="")
        session.add(step)
        record(session, "expertise.expire", by="expertise", at=at, kind="expertise_request", object_id=request.id)
        studies.revoke_grants(session, request.id, by="expertise", at=at)
        tell(session, request, "expertise.expire", by_person_id="", bus=bus)
    session.flush()
    return len(overdue)


def parties_of(request: ExpertiseRequest) -> Parties:
    return Parties(
        requester_id=request.requester_id,
        hospital_id=request.hospital_id,
        expert_person_id=request.expert_person_id,
        expert_team_id=request.expert_team_id,
        accepted_by_id=request.accepted_by_id,
    )


def patient_of(request: ExpertiseRequest) -> PatientIdentity:
    return msgspec.convert(request.patient, PatientIdentity)


def consent_of_request(request: ExpertiseRequest) -> Consent:
    return msgspec.convert(request.consent, Consent)


def key_data_of(request: ExpertiseRequest) -> KeyData:
    return msgspec.convert(request.key_data, KeyData)


def steps_of(session: Session, request: ExpertiseRequest) -> Sequence[RequestStep]:
    return store.list_steps(session, request.id)


def places_of(session: Session, request: ExpertiseRequest) -> Mapping[str, RequestStudy]:
    """The request's studies by their id, in its order."""
    return {place.study_id: place for place in store.list_studies(session, request.id)}


def find_other_open(session: Session, request: ExpertiseRequest) -> Sequence[ExpertiseRequest]:
    """Other requests about the same images: two centres asked at once should know of each other."""
    study_ids = [place.study_id for place in store.list_studies(session, request.id)]
    return store.list_other_open(session, request, study_ids)
