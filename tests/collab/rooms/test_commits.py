"""One durable step: written whole, fenced by the room's owner and its signature, one room's fault its own."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from msgspec.structs import replace

from collab.kit.database import Database
from collab.rooms import service, store
from collab.rooms.commits import Batch, commit
from collab.rooms.journal import GENESIS, seal
from collab.rooms.protocol import Fact, KeyViewRemoved, Said, TextUpdated
from tests.collab.rooms import make
from tests.make import NIGHT
from tests.postgres import wait_until_held


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
        assert make.take_over(session, case.room_id) == 1
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


# ---- several processes on one PostgreSQL


def test_r9_an_owner_that_is_displaced_while_it_writes_writes_nothing(postgres_database: Database) -> None:
    case = make.case(postgres_database)
    with ThreadPoolExecutor(1) as pool:
        with postgres_database.transaction() as session:
            assert make.take_over(session, case.room_id) == 1
            late = pool.submit(commit, postgres_database, [batch(case.room_id, said(1, "old"), epoch=0)])
            wait_until_held(postgres_database)
        assert late.result() == {}
    assert set(commit(postgres_database, [batch(case.room_id, said(1, "new"), epoch=1)])) == {case.room_id}
    assert kept(postgres_database, case.room_id) == [said(1, "new")]


def test_r9_a_new_owner_reads_what_the_old_one_was_writing(postgres_database: Database) -> None:
    case = make.case(postgres_database)

    def take_over() -> tuple[int, list[Fact]]:
        with postgres_database.transaction() as session:
            return make.take_over(session, case.room_id), service.facts_of(session, case.room_id)

    with ThreadPoolExecutor(1) as pool:
        with postgres_database.transaction() as session:
            store.standings(session, [case.room_id], hold=True)
            taken = pool.submit(take_over)
            wait_until_held(postgres_database)
            store.append(session, seal([said(1)], room_id=case.room_id, epoch=0, previous_hash=GENESIS))
        assert taken.result() == (1, [said(1)])


def test_r9_of_two_owners_that_write_at_once_the_older_stops_and_the_journal_is_whole(
    postgres_database: Database,
) -> None:
    case = make.case(postgres_database)
    half_way = threading.Event()

    def write(*, epoch: int, seq: int, head: str, most: int) -> int:
        """Facts one by one until one is refused; the last number written."""
        for number in range(seq, seq + most):
            fact = said(number, f"of {epoch}")
            heads = commit(postgres_database, [batch(case.room_id, fact, epoch=epoch, previous_hash=head)])
            if not heads:
                return number - 1
            head = heads[case.room_id]
            if number == 10:
                half_way.set()
        return seq + most - 1

    with ThreadPoolExecutor(1) as pool:
        older = pool.submit(write, epoch=0, seq=1, head=GENESIS, most=10_000)
        assert half_way.wait(60)
        with postgres_database.transaction() as session:
            epoch = make.take_over(session, case.room_id)
            last, head = len(service.facts_of(session, case.room_id)), store.head_hash(session, case.room_id)
        assert write(epoch=epoch, seq=last + 1, head=head, most=10) == last + 10
        assert older.result() == last >= 10
    facts = kept(postgres_database, case.room_id)
    assert facts == [said(seq, f"of {0 if seq <= last else 1}") for seq in range(1, last + 11)]
    with postgres_database.transaction() as session:
        assert service.find_any_break(session) is None


def test_r28_a_text_that_is_being_written_while_it_is_signed_stays_out(postgres_database: Database) -> None:
    case = make.case(postgres_database)
    with ThreadPoolExecutor(1) as pool:
        with postgres_database.transaction() as session:
            by = make.caller(session, case.expert)
            service.lock_draft(session, None, room_id=case.room_id, conclusion_id="EXC-1", by=by, at=NIGHT)
            late = pool.submit(
                commit, postgres_database, [batch(case.room_id, replace(said(1), done=TextUpdated("A")))]
            )
            wait_until_held(postgres_database)
        assert late.result() == {}
    assert kept(postgres_database, case.room_id) == []


@pytest.mark.parametrize("taken", ["number", "ask"])
def test_r35_what_is_taken_already_leaves_the_other_rooms_whole(either_database: Database, taken: str) -> None:
    """On PostgreSQL a failed statement ends its whole transaction: the others are written in one of their own."""
    first, second = make.case(either_database), make.other_room(either_database)
    heads = commit(either_database, [batch(first.room_id, said(1, n=1))])
    if taken == "number":
        again = batch(first.room_id, said(1, n=2))
    else:
        again = batch(first.room_id, said(2, n=1), previous_hash=heads[first.room_id])
    assert set(commit(either_database, [again, batch(second.room_id, said(1))])) == {second.room_id}
    assert kept(either_database, first.room_id) == [said(1, n=1)]
    assert kept(either_database, second.room_id) == [said(1)]
