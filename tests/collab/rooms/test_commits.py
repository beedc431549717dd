"""One durable step: written whole, fenced by the room's owner and its signature, one room's fault its own."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from collab.kit.database import Database
from collab.rooms import service, store
from collab.rooms.commits import Batch, commit
from collab.rooms.journal import GENESIS
from collab.rooms.protocol import Fact, KeyViewRemoved, Said, TextUpdated
from tests.collab.rooms import make
from tests.make import NIGHT


def said(seq: int, text: str = "x", *, n: int = 0) -> Fact:
    return Fact(seq, make.START_MS, "PER-1", "tab" if n else "", n, Said(text))


def batch(room_id: str, *facts: Fact, epoch: int = 0, previous_hash: str = GENESIS) -> Batch:
    return Batch(room_id=room_id, epoch=epoch, previous_hash=previous_hash, facts=facts)


def kept(database: Database, room_id: str) -> list[Fact]:
    with database.transaction() as session:
        return service.facts_of(session, room_id)


def test_r12_a_batch_is_written_whole_and_its_head_known(database: Database) -> None:
    case = make.case(database)
    heads = commit(database, [batch(case.room_id, said(1), said(2))])
    heads |= commit(database, [batch(case.room_id, said(3), previous_hash=heads[case.room_id])])
    assert kept(database, case.room_id) == [said(1), said(2), said(3)]
    with database.transaction() as session:
        assert service.find_journal_break(session, case.room_id) is None
        assert service.find_any_break(session) is None
        assert store.head_hash(session, case.room_id) == heads[case.room_id]


def test_r9_another_owners_batch_is_not_written(database: Database) -> None:
    case = make.case(database)
    with database.transaction() as session:
        assert store.take_epoch(session, case.room_id) == 1
    assert commit(database, [batch(case.room_id, said(1), epoch=0)]) == {}
    assert kept(database, case.room_id) == []


def test_r9_a_room_that_does_not_exist_takes_nothing(database: Database) -> None:
    make.case(database)
    assert commit(database, [batch("ROO-0000000000000000", said(1))]) == {}


@pytest.mark.parametrize("done", [TextUpdated("AAA="), KeyViewRemoved("kv")])
def test_r28_nothing_of_the_draft_is_written_after_the_signature(
    database: Database, done: TextUpdated | KeyViewRemoved
) -> None:
    case = make.case(database)
    with database.transaction() as session:
        by = make.caller(session, case.expert)
        service.lock_draft(session, None, room_id=case.room_id, conclusion_id="EXC-1", by=by, at=NIGHT)
    late = replace(said(1), done=done)
    assert commit(database, [batch(case.room_id, late)]) == {}
    assert set(commit(database, [batch(case.room_id, said(1))])) == {case.room_id}


def test_r35_a_number_written_twice_fails_and_leaves_the_first(database: Database) -> None:
    case = make.case(database)
    commit(database, [batch(case.room_id, said(1, "first"))])
    assert commit(database, [batch(case.room_id, said(1, "second"), said(2))]) == {}
    assert kept(database, case.room_id) == [said(1, "first")]


def test_r10_the_table_itself_takes_an_ask_once(database: Database) -> None:
    case = make.case(database)
    heads = commit(database, [batch(case.room_id, said(1, n=1))])
    again = batch(case.room_id, said(2, n=1), previous_hash=heads[case.room_id])
    assert commit(database, [again]) == {}


def test_r35_one_rooms_fault_leaves_the_others_whole(database: Database) -> None:
    first, second = make.case(database), make.other_room(database)
    commit(database, [batch(first.room_id, said(1))])
    heads = commit(database, [batch(first.room_id, said(1)), batch(second.room_id, said(1))])
    assert set(heads) == {second.room_id}
