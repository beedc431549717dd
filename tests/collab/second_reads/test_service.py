"""Reading a report second: peers only, once, and without being led."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from collab.accounts.models import Person
from collab.kit.refusals import BadInput, NotAllowed, NotFound
from collab.second_reads import service
from collab.second_reads.rules import AgreementClass
from collab.second_reads.service import AlreadyRead, OwnReport
from tests import make
from tests.collab.expertise.make import World
from tests.collab.second_reads.make import peer, report


def read(
    world: World, report_id: str, person: Person, agreement: AgreementClass = "1", *, at: datetime = make.NIGHT
) -> str:
    with world.database.transaction() as session:
        return service.record_second_read(session, report_id, agreement, "", by=world.caller(person), at=at).id


@pytest.mark.parametrize("who", ["requester", "technologist", "expert", "outsider"])
def test_who_is_no_peer_of_the_house_does_not_read(world: World, who: str) -> None:
    with pytest.raises(NotFound):
        read(world, report(world), getattr(world, who))


@pytest.mark.parametrize(("who", "refusal"), [("requester", NotAllowed), ("expert", NotFound)])
def test_who_may_not_copy_a_report(world: World, who: str, refusal: type[Exception]) -> None:
    by = world.caller(getattr(world, who))
    given = {"text": "x", "first_reader": "y", "reported_on": ""}
    with world.database.transaction() as session, pytest.raises(refusal):
        service.copy_report(session, world.study_id, **given, by=by, at=make.NIGHT)


def test_an_empty_report_is_refused(world: World) -> None:
    by = world.caller(world.colleague)
    given = {"text": " ", "first_reader": "y", "reported_on": ""}
    with world.database.transaction() as session, pytest.raises(BadInput):
        service.copy_report(session, world.study_id, **given, by=by, at=make.NIGHT)


def test_nobody_reads_their_own_report_second(world: World) -> None:
    with pytest.raises(OwnReport):
        read(world, report(world, first_reader=world.colleague.name), world.colleague)


def test_a_reader_counts_once(world: World) -> None:
    report_id = report(world)
    read(world, report_id, world.colleague)
    with pytest.raises(AlreadyRead):
        read(world, report_id, world.colleague, "3b")


def test_other_reads_are_withheld_until_one_s_own_is_made(world: World) -> None:
    report_id, second = report(world), peer(world)
    read(world, report_id, world.colleague, "2b")
    with world.database.transaction() as session:
        found = [service.access_report(session, report_id, world.caller(second))]
        assert service.second_reads_of(session, found, world.caller(second)) == []
    read(world, report_id, second, at=make.NIGHT + timedelta(minutes=1))
    with world.database.transaction() as session:
        made = service.second_reads_of(session, found, world.caller(second))
    assert [each.agreement_class for each in made] == ["2b", "1"]


def access(world: World, second_read_id: str, person: Person) -> str:
    with world.database.transaction() as session:
        return service.access_second_read(session, second_read_id, world.caller(person)).agreement_class


def test_a_read_that_is_asked_for_by_its_number_is_withheld_just_so(world: World) -> None:
    report_id, second = report(world), peer(world)
    made = read(world, report_id, world.colleague, "2b")
    assert access(world, made, world.colleague) == "2b"
    with pytest.raises(NotFound):
        access(world, made, second)
    read(world, report_id, second)
    assert access(world, made, second) == "2b"


def test_whose_report_it_is_sees_what_peers_say_of_it_as_they_have_no_read_to_make(world: World) -> None:
    author = peer(world)
    report_id = report(world, first_reader=author.name)
    assert access(world, read(world, report_id, world.colleague, "3a"), author) == "3a"


def test_a_read_of_another_report_does_not_let_in(world: World) -> None:
    second = peer(world)
    made = read(world, report(world), world.colleague, "2b")
    read(world, report(world), second)
    with pytest.raises(NotFound):
        access(world, made, second)
