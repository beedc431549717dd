"""Snapshots: a room that goes on from one is the room that read every fact; what is not to be trusted is not used."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from collab.kit.database import Database
from collab.rooms import service, store
from collab.rooms.commits import Batch, commit
from collab.rooms.journal import GENESIS
from collab.rooms.models import RoomSnapshot
from collab.rooms.protocol import Ask, Fact, Refused, Said, Say, UpdateText
from collab.rooms.room import Room
from collab.rooms.snapshots import FOLD_VERSION, Asked, Snapshot, is_true_to, pack, unpack
from tests.collab.rooms import golden, make

FACTS = golden.facts()
HEAD = "a" * 64


def snapshot_at(seq: int) -> Snapshot:
    return room_of(FACTS[:seq]).keepable(HEAD)


def room_of(facts: list[Fact], snapshot: Snapshot | None = None) -> Room:
    studies = frozenset({make.STUDY_UID})
    return Room(facts, epoch=1, study_uids=studies, at_ms=make.START_MS, snapshot=snapshot)


@pytest.mark.parametrize("seq", range(len(FACTS) + 1))
def test_r13_a_room_that_goes_on_from_a_snapshot_is_the_room_that_read_every_fact(seq: int) -> None:
    kept = unpack(*pack(snapshot_at(seq)))
    assert kept is not None
    whole = room_of(FACTS).keepable(HEAD)
    resumed = room_of(FACTS[seq:], kept).keepable(HEAD)
    assert replace(resumed.state, text="") == replace(whole.state, text="")
    assert (resumed.clients, resumed.at_ms, resumed.seq) == (whole.clients, whole.at_ms, whole.seq)
    assert is_true_to(resumed, FACTS)


def test_r10_an_ask_that_was_answered_before_the_snapshot_is_not_applied_again() -> None:
    said = [Fact(n, make.START_MS, "a", "tab-a", n, Said(str(n))) for n in (1, 2)]
    room = room_of([], room_of(said).keepable(HEAD))
    tab = make.enter(room, "a")
    tab.say(Ask(2, Say("2")))
    tab.say(Ask(3, Say("3")))
    unsaved = [fact.done for fact in room.unsaved(10)]
    assert [done.text for done in unsaved if isinstance(done, Said)] == ["3"]


def test_r6_a_client_of_before_the_snapshot_still_belongs_to_its_member() -> None:
    room = room_of([], room_of([Fact(1, make.START_MS, "a", "tab-a", 1, Said("mine"))]).keepable(HEAD))
    thief = make.enter(room, "b", client_id="tab-a")
    thief.read()
    assert thief.closed is not None
    assert thief.closed.code == 4400


def test_r7_facts_from_before_the_snapshot_are_the_tail_for_those_who_come_back() -> None:
    said = [Fact(n, make.START_MS, "a", "tab-a", n, Said(str(n))) for n in range(1, 6)]
    room = room_of(said[2:], room_of(said).keepable(HEAD))
    tab = make.enter(room, "a", seq=3)
    room.saved(6, at_ms=make.START_MS)
    assert [one.seq for one in tab.read() if isinstance(one, Fact)] == [4, 5, 6]


def test_a_refused_ask_is_not_in_it() -> None:
    """It was never journaled: another owner would not know of it, and its client says where to go on."""
    room = make.new_room()
    tab = make.enter(room, "a", role="participant")
    tab.ask(Say("kept"))
    room.saved(2, at_ms=make.START_MS)
    tab.ask(UpdateText("AAA="))
    assert any(isinstance(one, Refused) for one in tab.read())
    assert room.keepable(HEAD).clients == {"tab-a": Asked("a", 1)}


@pytest.mark.parametrize(
    ("body", "sha256"),
    [
        (pack(snapshot_at(3))[0] + b"\x00", pack(snapshot_at(3))[1]),
        (pack(snapshot_at(3))[0], "0" * 64),
        pack(replace(snapshot_at(3), fold_version=FOLD_VERSION + 1)),
    ],
    ids=["longer", "another hash", "another fold"],
)
def test_what_was_changed_or_made_by_another_version_is_not_used(body: bytes, sha256: str) -> None:
    assert unpack(body, sha256) is None


def test_a_snapshot_of_something_else_is_told_from_a_true_one() -> None:
    true = snapshot_at(len(FACTS))
    assert is_true_to(true, FACTS)
    assert not is_true_to(replace(true, state=replace(true.state, term=true.state.term + 1)), FACTS)
    assert not is_true_to(replace(true, clients={"tab": Asked("a", 9)}), FACTS)
    assert not is_true_to(true, FACTS[:-1])


# ---- in the database


def journaled(database: Database, room_id: str, count: int) -> str:
    facts = tuple(Fact(n, make.START_MS, "a", "tab-a", n, Said(str(n))) for n in range(1, count + 1))
    return commit(database, [Batch(room_id=room_id, epoch=0, previous_hash=GENESIS, facts=facts)])[room_id]


def keepable(database: Database, room_id: str, head_hash: str) -> Snapshot:
    with database.transaction() as session:
        facts = service.facts_of(session, room_id)
    return room_of(facts).keepable(head_hash)


def test_a_kept_snapshot_is_found_again(either_database: Database) -> None:
    case = make.case(either_database)
    snapshot = keepable(either_database, case.room_id, journaled(either_database, case.room_id, 3))
    with either_database.transaction() as session:
        store.keep_snapshot(session, case.room_id, snapshot)
    with either_database.transaction() as session:
        assert store.find_snapshot(session, case.room_id) == snapshot
        assert service.find_any_break(session) is None


def test_one_that_the_journal_does_not_bear_out_is_neither_kept_nor_used(database: Database) -> None:
    case = make.case(database)
    snapshot = keepable(database, case.room_id, journaled(database, case.room_id, 3))
    astray = replace(snapshot, head_hash="b" * 64)
    with database.transaction() as session:
        store.keep_snapshot(session, case.room_id, astray)
        assert store.find_snapshot(session, case.room_id) is None
        body, sha256 = pack(astray)
        session.add(RoomSnapshot(room_id=case.room_id, seq=3, body=body, sha256=sha256))
        session.flush()
        assert store.find_snapshot(session, case.room_id) is None


def test_an_older_snapshot_never_takes_the_place_of_a_newer_one(database: Database) -> None:
    case = make.case(database)
    newer = keepable(database, case.room_id, journaled(database, case.room_id, 3))
    with database.transaction() as session:
        [first, *_] = store.iterate_entries(session, case.room_id)
        older = room_of(service.facts_of(session, case.room_id)[:1]).keepable(first.hash)
        for snapshot in (newer, older):
            store.keep_snapshot(session, case.room_id, snapshot)
        assert store.find_snapshot(session, case.room_id) == newer


def test_the_audit_finds_a_snapshot_that_the_facts_do_not_build(database: Database) -> None:
    case = make.case(database)
    true = keepable(database, case.room_id, journaled(database, case.room_id, 3))
    body, sha256 = pack(replace(true, state=replace(true.state, chat=())))
    with database.transaction() as session:
        session.add(RoomSnapshot(room_id=case.room_id, seq=3, body=body, sha256=sha256))
        session.flush()
        broken = service.find_any_break(session)
    assert broken is not None
    assert (broken.room_id, broken.seq, broken.why) == (case.room_id, 3, "another snapshot")
