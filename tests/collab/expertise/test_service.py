"""Asking, and what both sides do before the room."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import select

from collab.audit.models import AuditEntry
from collab.delivery.bus import LiveEvent
from collab.expertise import service
from collab.expertise.models import ExpertiseRequest
from collab.expertise.rules import State, WrongState
from collab.kit.refusals import BadInput, NotAllowed, NotFound
from collab.studies.models import StudyGrant
from collab.studies.service import access_study
from tests import make
from tests.collab.expertise.make import World, asking


def may_see_images(world: World, who: str) -> bool:
    with world.database.transaction() as session:
        try:
            access_study(session, world.study_id, world.caller(getattr(world, who)), at=world.server.clock())
        except NotFound:
            return False
        return True


def open_as(world: World, request_id: str, who: str) -> None:
    with world.database.transaction() as session:
        service.open_request(session, request_id, world.caller(getattr(world, who)), at=make.NIGHT, bus=world.bus)


def test_who_is_no_doctor_does_not_ask(world: World) -> None:
    with world.database.transaction() as session, pytest.raises(NotAllowed):
        service.ask(
            session, asking(world), by=world.caller(world.technologist), at=make.NIGHT, bus=world.bus, demo=True
        )


def test_nobody_asks_about_images_that_they_may_not_see(world: World) -> None:
    with world.database.transaction() as session, pytest.raises(NotFound):
        service.ask(session, asking(world), by=world.caller(world.outsider), at=make.NIGHT, bus=world.bus, demo=True)


def test_nobody_asks_themselves(world: World) -> None:
    with pytest.raises(BadInput):
        world.ask(expert_team_id=None, expert_person_id=world.requester.id)


def test_only_a_doctor_is_asked(world: World) -> None:
    with pytest.raises(BadInput):
        world.ask(expert_team_id=None, expert_person_id=world.technologist.id)


@pytest.mark.parametrize("who", ["outsider", "technologist"])
def test_a_request_does_not_exist_for_strangers(world: World, who: str) -> None:
    request_id = world.ask()
    with pytest.raises(NotFound):
        open_as(world, request_id, who)


def test_a_draft_is_not_there_for_anybody_else(world: World) -> None:
    request_id = world.ask(as_draft=True)
    for who in ("expert", "colleague"):
        with pytest.raises(NotFound):
            open_as(world, request_id, who)
    assert not may_see_images(world, "expert")


def test_sending_opens_the_images_to_the_team_asked_and_to_nobody_else(world: World) -> None:
    assert not may_see_images(world, "expert")
    request_id = world.ask()
    assert may_see_images(world, "expert")
    assert may_see_images(world, "peer")
    assert not may_see_images(world, "outsider")
    with world.database.transaction() as session:
        assert {grant.purpose for grant in session.scalars(select(StudyGrant))} == {request_id}


def test_the_expert_s_first_reading_is_the_reception(world: World) -> None:
    request_id = world.ask()
    open_as(world, request_id, "colleague")
    assert world.get(request_id).state == State.SUBMITTED
    open_as(world, request_id, "expert")
    assert world.get(request_id).state == State.RECEIVED


def test_declining_says_why_and_closes_the_images(world: World) -> None:
    request_id = world.ask()
    with world.database.transaction() as session:
        by = world.caller(world.expert)
        service.decline(session, request_id, "not_available", "au bloc", by=by, at=make.NIGHT, bus=world.bus)
        step = service.steps_of(session, session.get_one(ExpertiseRequest, request_id))[-1]
        assert (step.act, step.reason, step.note) == ("decline", "not_available", "au bloc")
    assert world.get(request_id).state == State.DECLINED
    assert not may_see_images(world, "expert")


def test_the_requesting_side_does_not_decline(world: World) -> None:
    request_id = world.ask()
    with world.database.transaction() as session, pytest.raises(NotAllowed):
        service.decline(
            session, request_id, "other", "", by=world.caller(world.requester), at=make.NIGHT, bus=world.bus
        )


def test_a_question_back_and_its_answer(world: World) -> None:
    request_id = world.ask()
    with world.database.transaction() as session:
        by = world.caller(world.expert)
        service.ask_more(session, request_id, "INR ?", by=by, at=make.NIGHT, bus=world.bus)
    assert world.get(request_id).state == State.NEEDS_INFO
    with world.database.transaction() as session:
        by = world.caller(world.colleague)
        service.tell_more(session, request_id, "1,1", by=by, at=make.NIGHT, bus=world.bus)
    assert world.get(request_id).state == State.RECEIVED


def test_an_emergency_may_be_accepted_before_the_question_is_answered(world: World) -> None:
    request_id = world.ask()
    with world.database.transaction() as session:
        by = world.caller(world.expert)
        service.ask_more(session, request_id, "INR ?", by=by, at=make.NIGHT, bus=world.bus)
    world.accept(request_id)
    assert world.get(request_id).state == State.ACCEPTED


def test_of_two_of_the_team_the_first_to_accept_has_it(world: World) -> None:
    request_id = world.ask()
    world.accept(request_id, world.peer)
    with pytest.raises(NotAllowed):
        world.accept(request_id, world.expert)
    assert world.get(request_id).accepted_by_id == world.peer.id


def test_accepting_twice_is_refused(world: World) -> None:
    request_id = world.accepted()
    with pytest.raises(WrongState):
        world.accept(request_id)


def test_what_nobody_takes_within_a_week_is_over(world: World) -> None:
    request_id = world.ask()
    with world.database.transaction() as session:
        assert service.expire_overdue(session, at=make.NIGHT, bus=world.bus) == 0
    world.server.clock.pass_by(days=8)
    with world.database.transaction() as session:
        assert service.expire_overdue(session, at=world.server.clock(), bus=world.bus) == 1
    assert world.get(request_id).state == State.EXPIRED
    assert not may_see_images(world, "expert")


def test_a_conclusion_is_acknowledged_with_what_was_done_and_by_whoever_cares_now(world: World) -> None:
    request_id = world.concluded()
    with world.database.transaction() as session, pytest.raises(NotAllowed):
        service.acknowledge(session, request_id, "fait", by=world.caller(world.expert), at=make.NIGHT, bus=world.bus)
    with world.database.transaction() as session:
        by = world.caller(world.colleague)
        service.acknowledge(session, request_id, "Ténectéplase à 03 h 20", by=by, at=make.NIGHT, bus=world.bus)
    assert world.get(request_id).state == State.ACKNOWLEDGED


def test_an_acknowledgement_says_what_was_done(world: World) -> None:
    request_id = world.concluded()
    with world.database.transaction() as session, pytest.raises(BadInput):
        service.acknowledge(session, request_id, " ", by=world.caller(world.requester), at=make.NIGHT, bus=world.bus)


def test_two_requests_about_the_same_images_know_of_each_other(world: World) -> None:
    first, second = world.ask(), world.ask()
    with world.database.transaction() as session:
        request = service.access_request(session, second, world.caller(world.requester))
        assert [other.id for other in service.find_other_open(session, request)] == [first]


async def test_both_sides_hear_of_a_new_request_and_only_once_it_stands(world: World) -> None:
    ears = {
        "expert": world.bus.subscribe([f"team:{world.team_id}"]),
        "ours": world.bus.subscribe([f"hospital:{world.requester.hospital_id}"]),
        "others": world.bus.subscribe([f"hospital:{world.outsider.hospital_id}"]),
    }
    with pytest.raises(BadInput):
        world.ask(informed="opposed")
    request_id = world.ask()
    told = LiveEvent("expertise.submit", request_id, "immediate", world.requester.id)
    assert await ears["expert"].get() == told
    assert await ears["ours"].get() == told
    assert ears["others"].is_empty


def test_every_act_and_reading_is_audited_without_the_patient_s_name(world: World) -> None:
    request_id = world.ask()
    open_as(world, request_id, "expert")
    with world.database.transaction() as session:
        query = select(AuditEntry).where(AuditEntry.object_id == request_id).order_by(AuditEntry.seq)
        entries = session.scalars(query).all()
    acts = ["expertise.drafted", "expertise.submit", "expertise.opened", "expertise.receive"]
    assert [entry.act for entry in entries] == acts
    assert "MARTIN" not in str([entry.facts for entry in entries])


def test_a_request_is_read_back_as_it_was_asked(world: World) -> None:
    request_id = world.ask()
    with world.database.transaction() as session:
        request = service.access_request(session, request_id, world.caller(world.requester))
        assert service.patient_of(request) == asking(world).patient
        assert service.key_data_of(request) == asking(world).key_data
        assert msgspec.to_builtins(service.consent_of_request(request))["mode"] == "oral"
