"""From acceptance to the room and its end, and the patient's identity in between."""

from __future__ import annotations

import msgspec
import pytest

from collab.expertise import rooming
from collab.expertise.rooming import IdentityMismatch
from collab.expertise.rules import State, WrongState
from collab.kit.refusals import BadInput, NotAllowed, NotFound
from collab.rooms import service as rooms
from collab.rooms.models import RoomRecord
from collab.rooms.page import RoomLinks, RoomPatient
from collab.studies.service import access_study
from tests import make
from tests.collab.expertise.make import PATIENT, World

OTHER_NAME = msgspec.structs.replace(PATIENT, family_name="DURAND")


def join(world: World, request_id: str, who: str) -> str:
    with world.database.transaction() as session:
        return rooming.join(session, request_id, by=world.caller(getattr(world, who)), at=make.NIGHT, bus=world.bus)


def confirm(world: World, request_id: str, who: str, note: str = "nom d’épouse") -> None:
    with world.database.transaction() as session:
        by = world.caller(getattr(world, who))
        rooming.confirm_identity(session, request_id, note, by=by, at=make.NIGHT, bus=world.bus)


def open_room(world: World, request_id: str, who: str) -> str:
    with world.database.transaction() as session:
        return rooming.open_room(session, request_id, by=world.caller(getattr(world, who)), at=make.NIGHT)


def test_accepting_opens_a_room_for_the_two_and_nobody_else(world: World) -> None:
    room_id = world.room_id(world.accepted())
    with world.database.transaction() as session:
        members = {member.person_id: member.role for member in rooms.list_members(session, room_id)}
    assert members == {world.requester.id: "requester", world.expert.id: "expert"}


def test_the_room_bears_the_patient_the_study_and_the_way_back(world: World) -> None:
    request_id = world.accepted()
    room_id = world.room_id(request_id)
    with world.database.transaction() as session:
        room = session.get_one(RoomRecord, room_id)
    patient, links = msgspec.convert(room.patient, RoomPatient), msgspec.convert(room.links, RoomLinks)
    assert (patient.family_name, patient.birth_date, patient.local_id) == ("MARTIN", "19480312", "V-001")
    assert (room.study_ids, room.subject_kind) == ([world.study_id], "expertise_request")
    assert links.brief == f"/api/expertise/{request_id}/brief"
    assert links.phone == "+33 1 99 00 00 11"
    # The request is one of stroke, where a haematoma's volume is part of the question.
    assert links.modules == ("abc2",)


def test_a_request_whose_patient_is_not_the_images_has_no_room(world: World) -> None:
    request_id = world.accepted(patient=OTHER_NAME)
    assert world.get(request_id).state == State.ACCEPTED
    assert world.get(request_id).room_id is None
    for who in ("expert", "requester"):
        with pytest.raises(IdentityMismatch) as refused:
            open_room(world, request_id, who)
        assert refused.value.facts["traits"] == "family_name"


def test_what_differs_is_told_as_it_stands_on_both_sides(world: World) -> None:
    request_id = world.accepted(patient=OTHER_NAME)
    with world.database.transaction() as session:
        request = rooming.access_request(session, request_id, world.caller(world.expert))
        (found,) = rooming.identity_differences(session, request, world.caller(world.expert), at=make.NIGHT)
    assert (found.trait, found.asked, found.found) == ("family_name", "DURAND", "MARTIN")


@pytest.mark.parametrize("who", ["requester", "expert"])
def test_one_side_alone_does_not_resolve_an_identity(world: World, who: str) -> None:
    request_id = world.accepted(patient=OTHER_NAME)
    confirm(world, request_id, who)
    confirm(world, request_id, who)
    with pytest.raises(IdentityMismatch):
        open_room(world, request_id, who)


def test_two_doctors_of_one_side_do_not_resolve_it_either(world: World) -> None:
    request_id = world.accepted(patient=OTHER_NAME)
    confirm(world, request_id, "requester")
    confirm(world, request_id, "colleague")
    with pytest.raises(IdentityMismatch):
        open_room(world, request_id, "requester")


def test_both_sides_together_open_the_room(world: World) -> None:
    request_id = world.accepted(patient=OTHER_NAME)
    confirm(world, request_id, "requester")
    confirm(world, request_id, "expert")
    assert world.get(request_id).room_id is not None


def test_a_confirmation_says_why_and_strangers_cannot(world: World) -> None:
    request_id = world.accepted(patient=OTHER_NAME)
    with pytest.raises(BadInput):
        confirm(world, request_id, "requester", note=" ")
    with pytest.raises(NotFound):
        confirm(world, request_id, "outsider")
    with pytest.raises(NotAllowed):
        confirm(world, request_id, "peer")


def test_there_is_no_room_before_acceptance(world: World) -> None:
    request_id = world.ask()
    with pytest.raises(WrongState):
        open_room(world, request_id, "requester")


@pytest.mark.parametrize(("who", "refusal"), [("outsider", NotFound), ("technologist", NotFound), ("peer", NotAllowed)])
def test_who_may_not_join(world: World, who: str, refusal: type[Exception]) -> None:
    request_id = world.accepted()
    with pytest.raises(refusal):
        join(world, request_id, who)


def test_the_expert_s_joining_starts_the_case(world: World) -> None:
    request_id = world.accepted()
    join(world, request_id, "requester")
    assert world.get(request_id).state == State.ACCEPTED
    assert join(world, request_id, "expert") == world.room_id(request_id)
    assert world.get(request_id).state == State.IN_PROGRESS


def test_a_colleague_who_took_over_the_patient_is_let_in(world: World) -> None:
    request_id = world.accepted()
    room_id = join(world, request_id, "colleague")
    with world.database.transaction() as session:
        seat = rooms.access_room(session, room_id, world.caller(world.colleague), at=make.NIGHT)
    assert seat.role == "requester"


def invite(world: World, request_id: str, whom: str, who: str = "requester") -> None:
    with world.database.transaction() as session:
        by = world.caller(getattr(world, who))
        rooming.invite(session, request_id, getattr(world, whom).id, by=by, at=make.NIGHT)


def test_the_requesting_side_invites_and_the_guest_sees_the_images(world: World) -> None:
    request_id = world.accepted()
    invite(world, request_id, "outsider")
    room_id = world.room_id(request_id)
    with world.database.transaction() as session:
        guest = world.caller(world.outsider)
        assert rooms.access_room(session, room_id, guest, at=make.NIGHT).role == "participant"
        assert access_study(session, world.study_id, guest, at=make.NIGHT).id == world.study_id


def test_the_expert_does_not_share_images_that_are_not_theirs(world: World) -> None:
    with pytest.raises(NotAllowed):
        invite(world, world.accepted(), "outsider", who="expert")


def test_only_doctors_are_invited(world: World) -> None:
    with pytest.raises(BadInput):
        invite(world, world.accepted(), "technologist")


def test_cancelling_closes_the_room_and_the_images(world: World) -> None:
    request_id = world.accepted()
    room_id = world.room_id(request_id)
    world.cancel(request_id)
    with world.database.transaction() as session:
        assert session.get_one(RoomRecord, room_id).closed_at == make.NIGHT
        with pytest.raises(NotFound):
            access_study(session, world.study_id, world.caller(world.expert), at=make.NIGHT)


def test_the_sets_of_images_that_people_saw_are_remembered(world: World) -> None:
    request_id = world.accepted()
    world.change_study("b" * 64)
    join(world, request_id, "expert")
    with world.database.transaction() as session:
        (place,) = rooming.store.list_studies(session, request_id)
    assert place.versions == ["a" * 64, "b" * 64]
