"""Of several processes one does the work; when it ends, another takes it up."""

from __future__ import annotations

import threading

from sqlalchemy import text

from collab.app.leading import Leader
from collab.kit.database import Database

WAIT_S = 30


class Work:
    """A work that tells what is done with it."""

    def __init__(self) -> None:
        self.started = threading.Event()
        self.woken = threading.Event()
        self.stopped = threading.Event()

    def start(self) -> None:
        self.stopped.clear()
        self.started.set()

    def wake(self) -> None:
        self.woken.set()

    def stop(self) -> None:
        self.started.clear()
        self.stopped.set()


def test_a_process_alone_leads_at_once(database: Database) -> None:
    work = Work()
    leader = Leader(database, [work])
    leader.start()
    assert leader.leads
    assert work.started.is_set()
    leader.stop()
    assert work.stopped.is_set()
    assert not leader.leads


def test_one_of_two_leads_and_the_other_takes_over(postgres_url: str) -> None:
    first_work, second_work = Work(), Work()
    one, other = Database(postgres_url), Database(postgres_url)
    first, second = Leader(one, [first_work]), Leader(other, [second_work])
    first.start()
    assert first_work.started.wait(WAIT_S)
    second.start()
    # Its queue is looked at although what was queued was announced to the other process.
    assert first_work.woken.wait(WAIT_S)
    assert not second.leads
    first.stop()
    assert first_work.stopped.is_set()
    assert second_work.started.wait(WAIT_S)
    second.stop()
    one.close()
    other.close()


def test_a_leader_that_loses_its_lock_stops_its_work_before_it_tries_again(postgres_url: str) -> None:
    work, database = Work(), Database(postgres_url)
    leader = Leader(database, [work])
    leader.start()
    assert work.started.wait(WAIT_S)
    ended = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
    with database.transaction() as session:
        session.execute(text(ended))
    assert work.stopped.wait(WAIT_S)
    assert work.started.wait(WAIT_S)
    leader.stop()
    database.close()
