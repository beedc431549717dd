"""From an accepted request to its room: accept, check the patient's identity, join, invite, and the end of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from collab.accounts.models import Person
from collab.audit.service import record
from collab.delivery.bus import Bus
from collab.expertise import store
from collab.expertise.identity import Difference, differences
from collab.expertise.models import ExpertiseRequest
from collab.expertise.rules import LIVE, Side, State, WrongState, sides_of
from collab.expertise.service import (
    Act,
    access_request,
    act_on,
    check_note,
    move,
    note_step,
    parties_of,
    patient_of,
    tell,
)
from collab.kit.caller import Caller, Role
from collab.kit.refusals import BadInput, NotAllowed, NotFound, Refusal
from collab.rooms import service as rooms
from collab.rooms.page import Module, RoomLinks, RoomPatient
from collab.rooms.service import LiveRooms, NewMember
from collab.studies import service as studies
from collab.studies.describing import patient_entry
from collab.studies.models import Study
from collab.studies.rules import is_of_house

SUBJECT = "expertise_request"
CONFIRMED = "identity_confirmed"
# Where a haematoma's volume is part of the question; elsewhere nobody is offered the number.
_MODULES: dict[str, tuple[Module, ...]] = {"stroke": ("abc2",), "neurosurgery": ("abc2",)}


class IdentityMismatch(Refusal):
    """The request and the images name different patients; both sides must say that it is one, or nobody enters."""

    code = "identity_mismatch"


def studies_of(session: Session, request: ExpertiseRequest, caller: Caller, *, at: datetime) -> Sequence[Study]:
    """The request's studies that the caller may see, in the request's order."""
    seen: list[Study] = []
    for place in store.list_studies(session, request.id):
        try:
            seen.append(studies.access_study(session, place.study_id, caller, at=at))
        except NotFound:
            continue
    return seen


def identity_differences(
    session: Session, request: ExpertiseRequest, caller: Caller, *, at: datetime
) -> Sequence[Difference]:
    """What tells the request's patient from the images'."""
    asked = patient_of(request)
    return [
        difference
        for study in studies_of(session, request, caller, at=at)
        for difference in differences(asked, study.id, patient_entry(study))
    ]


def confirmed_sides(session: Session, request: ExpertiseRequest) -> set[Side]:
    """The sides that have said, with a reason, that both are one patient: two different people."""
    steps = [step for step in store.list_steps(session, request.id) if step.act == CONFIRMED]
    requesters = {step.person_id for step in steps if step.reason == "requester"}
    experts = {step.person_id for step in steps if step.reason == "expert"} - requesters
    sides: set[Side] = set()
    if requesters:
        sides.add("requester")
    if experts:
        sides.add("expert")
    return sides


def confirm_identity(
    session: Session, request_id: str, note: str, *, by: Caller, at: datetime, bus: Bus
) -> ExpertiseRequest:
    """One side says why the differing names are one patient's; with the second side's word the room opens."""
    request = access_request(session, request_id, by, hold=True)
    sides = sides_of(by, parties_of(request))
    if not sides:
        raise NotAllowed
    check_note(note)
    if State(request.state) not in LIVE:
        raise WrongState(state=request.state, act=CONFIRMED)
    # Somebody who stands on both sides speaks for the expert's only: the other must be another person.
    side: Side = "expert" if "expert" in sides else "requester"
    note_step(session, request, Act(name=CONFIRMED, reason=side, note=note), by=by, at=at)
    facts = {"side": side}
    record(session, "expertise.identity_confirmed", by=by, at=at, kind=SUBJECT, object_id=request.id, **facts)
    if len(confirmed_sides(session, request)) == 2 and request.room_id is None:
        _open(session, request, by=by, at=at)
    tell(session, request, "expertise.identity_confirmed", by_person_id=by.person_id, bus=bus)
    return request


def accept(session: Session, request_id: str, *, by: Caller, at: datetime, bus: Bus) -> ExpertiseRequest:
    """Take the request: of a team the first wins. The room opens at once unless the patient's identity is in doubt."""
    request = act_on(session, request_id, Act(name="accept"), by=by, at=at, bus=bus)
    request.accepted_by_id = by.person_id
    session.flush()
    session.refresh(request, ["accepted_by"])
    if not identity_differences(session, request, by, at=at):
        _open(session, request, by=by, at=at)
    return request


def open_room(session: Session, request_id: str, *, by: Caller, at: datetime) -> str:
    """The room of an accepted request, opened if it is not yet. Raises `IdentityMismatch` saying what differs."""
    request = access_request(session, request_id, by, hold=True)
    if not sides_of(by, parties_of(request)):
        raise NotAllowed
    if request.room_id is None:
        _open(session, request, by=by, at=at)
    assert request.room_id is not None
    return request.room_id


def _open(session: Session, request: ExpertiseRequest, *, by: Caller, at: datetime) -> None:
    if State(request.state) not in LIVE or request.accepted_by_id is None:
        raise WrongState(state=request.state, act="open_room")
    found = identity_differences(session, request, by, at=at)
    if found and len(confirmed_sides(session, request)) < 2:
        raise IdentityMismatch(traits=", ".join(sorted({difference.trait for difference in found})))
    patient = patient_of(request)
    room = rooms.open_room(
        session,
        patient=RoomPatient(
            name=f"{patient.family_name} {patient.given_name}".strip(),
            family_name=patient.family_name,
            given_name=patient.given_name,
            birth_date=patient.birth_date,
            sex=patient.sex,
            birth_place_insee=patient.birth_place_insee,
            ins=patient.ins,
            ins_oid=patient.ins_oid,
            identity_status=patient.identity_status,
            local_id=patient.local_patient_id,
        ),
        study_ids=[study.id for study in studies_of(session, request, by, at=at)],
        members=[
            NewMember(person_id=request.requester_id, role="requester"),
            NewMember(person_id=request.accepted_by_id, role="expert"),
        ],
        subject=(SUBJECT, request.id),
        links=RoomLinks(
            brief=f"/api/expertise/{request.id}/brief",
            sign=f"/expertise/{request.id}/conclude",
            page=f"/expertise/{request.id}",
            phone=request.callback_phone,
            pathway=request.pathway,
            modules=_MODULES.get(request.pathway, ()),
        ),
        at=at,
        by=by,
    )
    request.room_id = room.id
    session.flush()


def join(session: Session, request_id: str, *, by: Caller, at: datetime, bus: Bus) -> str:
    """Go to the room; the first time that each side does is a time on the clock of the case."""
    room_id = open_room(session, request_id, by=by, at=at)
    request = access_request(session, request_id, by, hold=True)
    sides = sides_of(by, parties_of(request))
    if request.state == State.ACCEPTED and by.person_id == request.accepted_by_id:
        move(session, request, Act(name="start"), by=by, at=at, bus=bus)
    elif "requester" in sides:
        _let_in(session, request, by, room_id=room_id, at=at)
        if store.find_step(session, request.id, "requester_joined") is None:
            note_step(session, request, Act(name="requester_joined"), by=by, at=at)
    note_versions(session, request, by, at=at)
    return room_id


def _let_in(session: Session, request: ExpertiseRequest, by: Caller, *, room_id: str, at: datetime) -> None:
    """A colleague of the requester who has taken over the patient's care is let in."""
    if all(member.person_id != by.person_id for member in rooms.list_members(session, room_id)):
        rooms.add_member(session, room_id, NewMember(person_id=by.person_id, role="requester"), at=at, by=by)


def note_versions(session: Session, request: ExpertiseRequest, caller: Caller, *, at: datetime) -> None:
    """Remember the exact sets of images that people were shown from now on."""
    current = {study.id: study.version for study in studies_of(session, request, caller, at=at)}
    for place in store.list_studies(session, request.id, hold=True):
        version = current.get(place.study_id)
        if version is not None and version not in place.versions:
            place.versions = [*place.versions, version]
    session.flush()


def invite(session: Session, request_id: str, person_id: str, *, by: Caller, at: datetime) -> ExpertiseRequest:
    """The requesting side lets another doctor take part: in the room, and to the images for as long as the case."""
    request = access_request(session, request_id, by, hold=True)
    person = store.find_person(session, person_id)
    if "requester" not in sides_of(by, parties_of(request)):
        raise NotAllowed
    if person is None or person.disabled_at is not None or person.role != Role.DOCTOR:
        raise BadInput("wrong_field", field="person", why="not_a_doctor")
    if request.room_id is None or State(request.state) not in LIVE:
        raise WrongState(state=request.state, act="invite")
    if all(member.person_id != person.id for member in rooms.list_members(session, request.room_id)):
        _invite(session, request, person, by=by, at=at)
    return request


def _invite(session: Session, request: ExpertiseRequest, person: Person, *, by: Caller, at: datetime) -> None:
    assert request.room_id is not None
    new = NewMember(person_id=person.id, role="participant")
    rooms.add_member(session, request.room_id, new, at=at, by=by)
    for study in studies_of(session, request, by, at=at):
        if is_of_house(by, study.hospital_id):
            studies.grant_study(session, study.id, by=by, at=at, purpose=request.id, person_id=person.id)
    note_step(session, request, Act(name="invited", note=person.name), by=by, at=at)


def cancel(
    session: Session, request_id: str, note: str, *, by: Caller, at: datetime, bus: Bus, live: LiveRooms | None
) -> ExpertiseRequest:
    """The requesting side no longer asks."""
    act = Act(name="cancel", note=note)
    return _end(session, act_on(session, request_id, act, by=by, at=at, bus=bus), by=by, at=at, live=live)


def close(
    session: Session, request_id: str, *, by: Caller, at: datetime, bus: Bus, live: LiveRooms | None
) -> ExpertiseRequest:
    """The case is over: the room and the leave to see the images end, the conclusion stays."""
    request = act_on(session, request_id, Act(name="close"), by=by, at=at, bus=bus)
    return _end(session, request, by=by, at=at, live=live)


def _end(
    session: Session, request: ExpertiseRequest, *, by: Caller, at: datetime, live: LiveRooms | None
) -> ExpertiseRequest:
    studies.revoke_grants(session, request.id, by=by, at=at)
    if request.room_id is not None:
        rooms.close_room(session, live, room_id=request.room_id, at=at, by=by)
    return request
