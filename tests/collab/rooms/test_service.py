"""What is done with rooms, from the side of other features."""

from __future__ import annotations

import pytest

from collab.audit.models import AuditEntry
from collab.kit.database import Database
from collab.kit.refusals import NotFound
from collab.rooms import service, store
from collab.rooms.journal import GENESIS, seal
from collab.rooms.protocol import Fact, Said
from collab.rooms.rules import AlreadySigned
from collab.rooms.service import NewMember
from tests.collab.rooms import golden, make
from tests.make import NIGHT, TestClock


class Told:
    """What running rooms would have been told."""

    def __init__(self) -> None:
        self.acts: list[tuple[str, ...]] = []

    def revoke(self, person_id: str, room_id: str) -> None:
        self.acts.append(("revoke", person_id, room_id))

    def look_again(self, room_id: str) -> None:
        self.acts.append(("look_again", room_id))


def test_the_gate_is_shut_to_whoever_is_no_member(database: Database) -> None:
    case = make.case(database)
    with database.transaction() as session:
        outsider = make.caller(session, case.outsider)
        with pytest.raises(NotFound):
            service.access_room(session, case.room_id, outsider, at=NIGHT)
        with pytest.raises(NotFound):
            service.access_room(session, "ROO-0000000000000000", outsider, at=NIGHT)


def test_the_gate_gives_a_member_their_seat(database: Database) -> None:
    case = make.case(database)
    with database.transaction() as session:
        seats = [
            service.access_room(session, case.room_id, make.caller(session, one), at=NIGHT)
            for one in (case.expert, case.requester, case.guest)
        ]
        assert [(seat.role, seat.color) for seat in seats] == [("expert", 0), ("requester", 1), ("participant", 2)]


def test_a_meeting_is_seen_again_by_its_members_and_only_where_there_was_one(database: Database) -> None:
    case = make.case(database)
    with database.transaction() as session:
        expert, outsider = (make.caller(session, person) for person in (case.expert, case.outsider))
        assert not service.has_met(session, None, expert, at=NIGHT)
        assert not service.has_met(session, case.room_id, expert, at=NIGHT)
        facts = [Fact(1, make.START_MS, case.expert.id, "", 0, Said("x"))]
        store.append(session, seal(facts, room_id=case.room_id, epoch=1, previous_hash=GENESIS))
        assert not service.has_met(session, case.room_id, outsider, at=NIGHT)
        assert service.has_met(session, case.room_id, expert, at=NIGHT)


def test_leave_is_given_until_an_instant_and_may_be_revoked_and_given_again(database: Database) -> None:
    case, told, clock = make.case(database), Told(), TestClock()
    room_id, person_id = case.room_id, case.outsider.id
    with database.transaction() as session:
        new = NewMember(person_id=person_id, role="participant", until=NIGHT.replace(hour=4))
        service.add_member(session, room_id, new, at=NIGHT, by="test")
        caller = make.caller(session, case.outsider)
        assert service.access_room(session, room_id, caller, at=NIGHT).color == 3
        clock.pass_by(hours=2)
        with pytest.raises(NotFound):
            service.access_room(session, room_id, caller, at=clock())
        service.revoke_member(session, told, room_id=room_id, person_id=person_id, at=NIGHT, by="test")
        with pytest.raises(NotFound):
            service.access_room(session, room_id, caller, at=NIGHT)
        assert told.acts == []
    assert told.acts == [("revoke", person_id, room_id)]
    with database.transaction() as session:
        service.add_member(session, room_id, NewMember(person_id=person_id, role="expert"), at=NIGHT, by="test")
        seat = service.access_room(session, room_id, make.caller(session, case.outsider), at=NIGHT)
        assert (seat.role, seat.color) == ("expert", 3)


def test_a_revocation_that_is_rolled_back_is_told_to_nobody(database: Database) -> None:
    case, told = make.case(database), Told()
    with database.transaction() as session:
        service.revoke_member(session, told, room_id=case.room_id, person_id=case.guest.id, at=NIGHT, by="test")
        session.rollback()
    assert told.acts == []


def test_each_act_is_in_the_audit_without_a_patients_name(database: Database) -> None:
    case = make.case(database)
    with database.transaction() as session:
        service.revoke_member(session, None, room_id=case.room_id, person_id=case.guest.id, at=NIGHT, by="test")
        service.close_room(session, None, room_id=case.room_id, at=NIGHT, by="test")
    with database.transaction() as session:
        rows = session.query(AuditEntry).filter_by(object_id=case.room_id).order_by(AuditEntry.seq).all()
        acts = ["room.opened", *["room.member_added"] * 3, "room.member_revoked", "room.closed"]
        assert [one.act for one in rows] == acts
        assert "MARTIN" not in str([one.facts for one in rows])


def test_what_the_journal_has_built_is_read_by_other_features(database: Database) -> None:
    case = make.case(database)
    with database.transaction() as session:
        store.append(session, seal(golden.facts(), room_id=case.room_id, epoch=1, previous_hash=GENESIS))
        assert service.state_of(session, case.room_id) == golden.state()
        assert service.draft_text_of(session, case.room_id) == "Pas"
        assert [one.key_view_id for one in service.key_views_of(session, case.room_id)] == ["kv-2"]
        assert service.facts_of(session, case.room_id, after=17) == golden.facts()[17:]
        assert service.find_any_break(session) is None


def test_a_journal_that_was_tampered_with_is_found(database: Database) -> None:
    case = make.case(database)
    with database.transaction() as session:
        entries = seal(golden.facts(), room_id=case.room_id, epoch=1, previous_hash=GENESIS)
        store.append(session, [*entries[:3], *entries[4:]])
        found = service.find_any_break(session)
        assert found is not None
        assert (found.room_id, found.seq, found.why) == (case.room_id, 4, "missing")


def test_r28_a_draft_is_locked_for_one_conclusion_only(database: Database) -> None:
    case, told = make.case(database), Told()
    with database.transaction() as session:
        by = make.caller(session, case.expert)
        for _ in range(2):
            service.lock_draft(session, told, room_id=case.room_id, conclusion_id="EXC-1", by=by, at=NIGHT)
        with pytest.raises(AlreadySigned):
            service.lock_draft(session, told, room_id=case.room_id, conclusion_id="EXC-2", by=by, at=NIGHT)
    assert told.acts == [("look_again", case.room_id)]


def test_the_rooms_of_a_subject_are_found(database: Database) -> None:
    case = make.case(database)
    with database.transaction() as session:
        rooms = service.list_rooms_of_subject(session, "expertise_request", "EXR-0000000000000001")
        assert [one.id for one in rooms] == [case.room_id]
        assert service.list_rooms_of_subject(session, "rcp_case", "EXR-0000000000000001") == []
        assert [one.role for one in service.list_members(session, case.room_id)] == [
            "expert",
            "requester",
            "participant",
        ]


def test_a_room_that_is_absent_is_said_to_be(database: Database) -> None:
    with database.transaction() as session, pytest.raises(NotFound):
        service.get_room(session, "ROO-0000000000000000")
