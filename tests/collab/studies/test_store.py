"""Queries on studies where several processes are at work: a series is prepared once, whoever asks for it."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import select

from collab.audit.models import AuditEntry
from collab.kit.database import Database
from collab.studies import store
from collab.studies.importing import Intake
from collab.studies.models import Instance, Series, Study
from collab.studies.prepared import prepared_name
from collab.studies.preparing import Preparer
from collab.studies.rules import MAX_ATTEMPTS
from tests import make
from tests.collab.studies import make as make_studies


def imported(intake: Intake, place: Path, *, series: int, files: int = 2) -> str:
    """The hospital of one study with several queued series."""
    with intake.database.transaction() as session:
        hospital_id = make.hospital(session).id
    study_uid = make_studies.uid()
    names = [f"series{number}" for number in range(series)]
    for name in names:
        make_studies.folder(place / name, make_studies.series(files, study_uid=study_uid))
    make_studies.import_all(intake, [place / name for name in names], hospital_id=hospital_id)
    return hospital_id


def states(database: Database) -> Counter[str]:
    with database.transaction() as session:
        return Counter(session.scalars(select(Series.state)))


def test_a_series_that_one_process_is_claiming_is_not_waited_for_by_the_next(
    postgres_intake: Intake, tmp_path: Path
) -> None:
    imported(postgres_intake, tmp_path / "in", series=2)
    database = postgres_intake.database
    with database.transaction() as here, database.transaction() as there, database.transaction() as third:
        claimed = [store.claim_next(session) for session in (here, there, third)]
        assert claimed[2] is None
        assert len({series.id for series in claimed if series}) == 2
    assert states(database) == {"preparing": 2}


def test_two_preparers_prepare_each_series_once(postgres_intake: Intake, tmp_path: Path) -> None:
    imported(postgres_intake, tmp_path / "in", series=6)
    start = threading.Barrier(2)

    def work() -> int:
        preparer = Preparer(postgres_intake)
        start.wait()
        return sum(1 for _ in iter(preparer.prepare_next, False))

    with ThreadPoolExecutor(2) as pool:
        done = [each.result() for each in [pool.submit(work) for _ in range(2)]]
    assert sum(done) == 6
    assert states(postgres_intake.database) == {"ready": 6}
    with postgres_intake.database.transaction() as session:
        said = select(AuditEntry.object_id).where(AuditEntry.act == "series.prepared")
        assert set(Counter(session.scalars(said)).values()) == {1}
        assert set(session.scalars(select(Series.attempts))) == {1}


def test_what_is_given_up_is_given_up_by_one_process(postgres_intake: Intake, tmp_path: Path) -> None:
    imported(postgres_intake, tmp_path / "in", series=1)
    database = postgres_intake.database
    with database.transaction() as session:
        session.scalars(select(Series)).one().attempts = MAX_ATTEMPTS
    with database.transaction() as here, database.transaction() as there:
        assert [len(store.list_exhausted(session)) for session in (here, there)] == [1, 0]


def test_images_that_come_in_while_a_series_is_finished_make_it_wait_again(
    postgres_intake: Intake, tmp_path: Path
) -> None:
    """Whichever of the two writes first, the set that is shown is never taken for the set that is held."""
    study_uid, series_uid = make_studies.uid(), make_studies.uid()
    files = [make_studies.dicom(study_uid=study_uid, series_uid=series_uid, number=number) for number in range(1, 9)]
    drops = [make_studies.folder(tmp_path / f"drop{at}", {"a.dcm": content}) for at, content in enumerate(files)]
    with postgres_intake.database.transaction() as session:
        hospital_id = make.hospital(session).id
    over, preparer = threading.Event(), Preparer(postgres_intake)

    def prepare() -> None:
        while not over.is_set():
            preparer.prepare_next()

    with ThreadPoolExecutor(1) as pool:
        preparing = pool.submit(prepare)
        for drop in drops:
            make_studies.import_all(postgres_intake, [drop], hospital_id=hospital_id)
        over.set()
        preparing.result()
    make_studies.prepare_all(postgres_intake)
    with postgres_intake.database.transaction() as session:
        found = session.scalars(select(Series)).one()
        assert (found.state, found.received, found.prepared_version) == ("ready", 8, prepared_name(found.version))


def test_two_imports_of_one_study_at_once_bring_it_in_once(postgres_intake: Intake, tmp_path: Path) -> None:
    with postgres_intake.database.transaction() as session:
        hospital_id = make.hospital(session).id
    drop = make_studies.folder(tmp_path / "drop", make_studies.series(4))
    start = threading.Barrier(3)

    def bring() -> tuple[int, int]:
        start.wait()
        done = make_studies.import_all(postgres_intake, [drop], hospital_id=hospital_id)
        return done.stored, done.known

    with ThreadPoolExecutor(3) as pool:
        done = [each.result() for each in [pool.submit(bring) for _ in range(3)]]
    assert sorted(done) == [(0, 4), (0, 4), (4, 0)]
    with postgres_intake.database.transaction() as session:
        assert len(session.scalars(select(Study)).all()) == len(session.scalars(select(Series)).all()) == 1
        assert len(session.scalars(select(Instance)).all()) == 4


def test_images_without_a_number_stand_first_on_either_database(either_database: Database, tmp_path: Path) -> None:
    with make_studies.Workers(1) as workers:
        intake = make_studies.intake(either_database, tmp_path / "data", workers)
        imported(intake, tmp_path / "in", series=1, files=3)
    with either_database.transaction() as session:
        rows = session.scalars(select(Instance).order_by(Instance.instance_number)).all()
        rows[2].instance_number = None
        expected = [rows[2].sha256, rows[0].sha256, rows[1].sha256]
        series_id = rows[0].series_id
    with either_database.transaction() as session:
        assert [sha256 for _, sha256 in store.list_instance_keys(session, series_id=series_id)] == expected
