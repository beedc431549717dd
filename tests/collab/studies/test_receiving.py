"""Uploaded drops are imported once, also when the process that began is gone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from collab.accounts.models import Hospital
from collab.kit.caller import Caller
from collab.studies import import_store
from collab.studies.importing import Intake
from collab.studies.manifest import NewUpload
from collab.studies.models import Instance, StudyImport, Upload
from collab.studies.preparing import Preparer
from collab.studies.receiving import ABANDONED_AFTER, Receiver
from collab.studies.uploading import begin_upload, finish_upload, folder_of
from tests import make
from tests.collab.studies.make import series


@pytest.fixture
def doctor(intake: Intake, hospital: Hospital) -> Caller:
    with intake.database.transaction() as session:
        return make.caller(make.person(session, hospital))


@pytest.fixture
def receiver(intake: Intake) -> Receiver:
    return Receiver(intake, Preparer(intake))


def drop(intake: Intake, doctor: Caller, files: dict[str, bytes], *, finish: bool = True, **more: str) -> str:
    """Files as an upload leaves them; the id of the drop."""
    batch = None
    with intake.database.transaction() as session:
        for name, content in files.items():
            new = NewUpload(name=name, size=len(content), batch=batch, **more)
            state = begin_upload(session, new, by=doctor, intake=intake)
            batch = state.batch
            folder_of(intake.settings, batch).mkdir(parents=True, exist_ok=True)
            (folder_of(intake.settings, batch) / state.upload_id).write_bytes(content)
            session.get_one(Upload, state.upload_id).received = len(content)
        assert batch is not None
        if finish:
            finish_upload(session, batch, by=doctor, at=intake.clock())
    return batch


def row_of(intake: Intake, batch: str) -> StudyImport:
    with intake.database.transaction() as session:
        return session.get_one(StudyImport, batch)


def test_a_finished_drop_is_imported_and_its_bytes_are_cleared(
    intake: Intake, doctor: Caller, receiver: Receiver
) -> None:
    batch = drop(intake, doctor, series(3))
    assert receiver.import_next()
    assert not receiver.import_next()
    row = row_of(intake, batch)
    assert (row.state, row.stored, row.by_name) == ("done", 3, doctor.name)
    assert not folder_of(intake.settings, batch).exists()


def test_an_import_that_a_dead_process_began_is_taken_up_at_the_next_start(
    intake: Intake, doctor: Caller, receiver: Receiver
) -> None:
    batch = drop(intake, doctor, series(3))
    with intake.database.transaction() as session:
        assert import_store.claim_waiting(session, silent_since=intake.clock()) is not None
    assert not receiver.import_next(), "it may be running elsewhere"
    receiver.recover()
    assert receiver.import_next()
    assert row_of(intake, batch).state == "done"


def test_an_upload_with_another_hash_than_announced_is_set_aside(
    intake: Intake, doctor: Caller, receiver: Receiver
) -> None:
    batch = drop(intake, doctor, {"a.dcm": next(iter(series(1).values()))}, sha256="0" * 64)
    receiver.import_next()
    assert (row_of(intake, batch).stored, row_of(intake, batch).set_aside) == (0, 1)


def test_a_drop_that_meets_a_fault_fails_and_does_not_block_the_next(
    intake: Intake, doctor: Caller, receiver: Receiver
) -> None:
    """The planted fault is the database's own: a trigger that refuses every instance."""
    first = drop(intake, doctor, series(1))
    assert isinstance(intake.clock, make.TestClock)
    intake.clock.pass_by(seconds=1)
    second = drop(intake, doctor, series(2))
    refuse = "CREATE TRIGGER planted BEFORE INSERT ON instance BEGIN SELECT RAISE(ABORT, 'planted'); END"
    with intake.database.transaction() as session:
        session.execute(text(refuse))
    receiver.import_next()
    with intake.database.transaction() as session:
        session.execute(text("DROP TRIGGER planted"))
    receiver.import_next()
    assert (row_of(intake, first).state, row_of(intake, second).state) == ("failed", "done")
    with intake.database.transaction() as session:
        assert len(session.scalars(select(Instance)).all()) == 2


def test_a_drop_that_was_never_finished_gives_its_room_back(intake: Intake, doctor: Caller, receiver: Receiver) -> None:
    batch = drop(intake, doctor, series(1), finish=False)
    assert isinstance(intake.clock, make.TestClock)
    intake.clock.now += ABANDONED_AFTER - timedelta(seconds=1)
    receiver.forget_abandoned()
    assert row_of(intake, batch).state == "receiving"
    intake.clock.now += timedelta(seconds=2)
    receiver.forget_abandoned()
    assert row_of(intake, batch).state == "expired"
    assert not folder_of(intake.settings, batch).exists()
