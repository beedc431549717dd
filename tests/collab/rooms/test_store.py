"""Queries on rooms: who is current, which logins have ended, and a journal that comes back as it was written."""

from __future__ import annotations

from datetime import timedelta

from collab.accounts.models import Login, Person
from collab.kit.database import Database
from collab.rooms import store
from collab.rooms.journal import GENESIS, seal
from collab.rooms.models import RoomMember, RoomRecord
from tests.collab.rooms import golden, make
from tests.make import NIGHT


def test_former_members_are_those_without_leave_now_or_without_an_open_account(database: Database) -> None:
    case = make.case(database)
    with database.transaction() as session:
        assert store.list_former_members(session, [case.room_id], NIGHT) == set()
        session.get_one(RoomMember, (case.room_id, case.guest.id)).until = NIGHT
        session.get_one(Person, case.requester.id).disabled_at = NIGHT
        session.flush()
        former = store.list_former_members(session, [case.room_id], NIGHT)
        assert former == {(case.room_id, one.id) for one in (case.guest, case.requester)}
        session.get_one(RoomMember, (case.room_id, case.expert.id)).revoked_at = NIGHT
        session.flush()
        everybody = {(case.room_id, one.id) for one in (case.expert, case.requester, case.guest)}
        assert store.list_former_members(session, [case.room_id], NIGHT) == everybody
        assert store.list_former_members(session, [case.room_id], NIGHT - timedelta(hours=1)) == everybody
        assert store.list_former_members(session, [], NIGHT) == set()


def test_changed_rooms_are_those_signed_closed_or_gone(database: Database) -> None:
    case = make.case(database)
    with database.transaction() as session:
        assert store.list_changed(session, [case.room_id, "ROO-gone"]) == {"ROO-gone"}
        session.get_one(RoomRecord, case.room_id).closed_at = NIGHT
        session.flush()
        assert store.list_changed(session, [case.room_id]) == {case.room_id}


def test_a_lease_is_renewed_at_the_epoch_at_which_it_is_held(database: Database) -> None:
    case = make.case(database)
    with database.transaction() as session:
        make.take_over(session, case.room_id, owner="http://me.example")
        renew = {"owner": "http://me.example", "until": NIGHT + timedelta(hours=1)}
        assert store.renew(session, {case.room_id: 1}, **renew) == {case.room_id}
        assert store.renew(session, {case.room_id: 2, "ROO-gone": 1}, **renew) == set()
        assert store.renew(session, {case.room_id: 1}, **renew | {"owner": "http://other.example"}) == set()


def test_ended_logins_are_told_from_open_ones(database: Database) -> None:
    case = make.case(database)
    with database.transaction() as session:
        session.get_one(Login, f"LOG-{case.guest.id}").ended_at = NIGHT
        session.flush()
        known = {f"LOG-{one.id}" for one in case.people()}
        assert store.list_ended_logins(session, known, NIGHT) == {f"LOG-{case.guest.id}"}


def test_a_journal_comes_back_as_it_was_written(database: Database) -> None:
    case = make.case(database)
    entries = seal(golden.facts(), room_id=case.room_id, epoch=1, previous_hash=GENESIS)
    with database.transaction() as session:
        store.append(session, entries)
    with database.transaction() as session:
        assert list(store.iterate_entries(session, case.room_id)) == entries
        assert store.list_facts(session, case.room_id, after=15) == golden.facts()[15:]
        assert store.head_hash(session, case.room_id) == entries[-1].hash


def test_each_owner_has_a_higher_epoch(database: Database) -> None:
    case = make.case(database)
    with database.transaction() as session:
        assert [make.take_over(session, case.room_id) for _ in range(3)] == [1, 2, 3]
        standing = store.standings(session, [case.room_id], hold=True)[case.room_id]
        assert (standing.epoch, standing.is_closed, standing.signed_conclusion_id) == (3, False, None)


def test_a_rooms_studies_are_known_by_their_uids(database: Database) -> None:
    case = make.case(database)
    with database.transaction() as session:
        room = store.find_room(session, case.room_id)
        assert room is not None
        assert store.list_study_uids(session, room.study_ids) == {make.STUDY_UID}
