"""A process that dies between blob and row, or between two groups: nothing half is visible, a second import heals."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from collab.accounts.models import Hospital
from collab.audit.models import AuditEntry
from collab.kit.database import Database
from collab.studies.importing import GROUP, Intake
from collab.studies.models import Instance, Series, Study
from collab.studies.preparing import Preparer
from dicom_render.workers import Workers
from tests.collab.studies import make as make_studies
from tests.collab.studies.make import folder, import_all, prepare_all, series
from tests.conftest import ROOT

DIES = """
import os, signal, sys
from pathlib import Path
from collab.audit import models
from collab.kit.database import Database
from collab.kit.settings import Settings
from collab.studies.importing import Intake, import_files
from collab.studies.sources import Source
from dicom_render.workers import Workers

database_path, data, place, hospital_id, groups = sys.argv[1:]
told = 0

def die(progress):
    global told
    told += 1
    if told > int(groups):
        os.kill(os.getpid(), signal.SIGKILL)

with Workers(2) as workers:
    intake = Intake(
        database=Database(f"sqlite:///{database_path}"), settings=Settings(data=Path(data), demo=True), workers=workers
    )
    import_files(intake, [Source(path=Path(place), name="in")], by="test", hospital_id=hospital_id, report=die)
"""


DIES_PREPARING = """
import os, signal, sys
from pathlib import Path
from collab.audit import models
from collab.kit.database import Database
from collab.kit.settings import Settings
from collab.studies.importing import Intake
from collab.studies.preparing import Preparer
from dicom_render.workers import Workers

database_path, data, frames = sys.argv[1:]
told = 0

class Dying(Preparer):
    def _note(self, done, total):
        global told
        told += 1
        if told > int(frames):
            os.kill(os.getpid(), signal.SIGKILL)

with Workers(1) as workers:
    intake = Intake(
        database=Database(f"sqlite:///{database_path}"), settings=Settings(data=Path(data), demo=True), workers=workers
    )
    preparer = Dying(intake)
    while preparer.prepare_next():
        pass
"""


def count(intake: Intake) -> int:
    with intake.database.transaction() as session:
        return session.scalar(select(func.count()).select_from(Instance)) or 0


def blobs_of(intake: Intake) -> list[Path]:
    return list((intake.settings.data / "blobs").glob("??/??/*"))


def test_a_fault_between_blob_and_row_shows_nothing_and_the_next_import_heals(
    intake: Intake, hospital: Hospital, tmp_path: Path
) -> None:
    """The planted fault: the database refuses the third instance, after the blobs were kept."""
    place = folder(tmp_path / "in", series(4))
    planted = """CREATE TRIGGER planted BEFORE INSERT ON instance WHEN (SELECT count(*) FROM instance) >= 2
        BEGIN SELECT RAISE(ABORT, 'planted'); END"""
    with intake.database.transaction() as session:
        session.execute(text(planted))
    with pytest.raises(IntegrityError):
        import_all(intake, [place], hospital_id=hospital.id)
    assert len(blobs_of(intake)) == 4, "the blobs came first"
    with intake.database.transaction() as session:
        assert session.scalars(select(Study)).all() == []
        assert session.scalars(select(Instance)).all() == []
        session.execute(text("DROP TRIGGER planted"))
    assert import_all(intake, [place], hospital_id=hospital.id).stored == 4
    prepare_all(intake)
    with intake.database.transaction() as session:
        assert session.scalars(select(Study.received)).one() == 4


@pytest.mark.parametrize("groups", [0, 1])
def test_a_killed_import_leaves_whole_instances_only_and_the_next_completes_it(
    intake: Intake, hospital: Hospital, database: Database, tmp_path: Path, groups: int
) -> None:
    files = series(GROUP * 2 + 10)
    place = folder(tmp_path / "in", files)
    assert database.url.database is not None
    arguments = [database.url.database, str(intake.settings.data), str(place), hospital.id, str(groups)]
    died = subprocess.run([sys.executable, "-c", DIES, *arguments], cwd=ROOT, check=False, timeout=120)
    assert died.returncode == -9
    visible = count(intake)
    assert visible == GROUP * (groups + 1)
    with intake.database.transaction() as session:
        for sha256 in session.scalars(select(Instance.sha256)):
            assert intake.blobs.read(sha256)
    again = import_all(intake, [place], hospital_id=hospital.id)
    assert (again.known, again.stored, again.set_aside) == (visible, len(files) - visible, 0)
    assert count(intake) == len(files)


def test_a_killed_preparation_leaves_its_queue_which_the_next_start_works_off_once(
    intake: Intake, hospital: Hospital, database: Database, tmp_path: Path
) -> None:
    for number in range(3):
        import_all(intake, [folder(tmp_path / str(number), series(4))], hospital_id=hospital.id)
    assert database.url.database is not None
    # Killed at the second slice of the second series.
    arguments = [database.url.database, str(intake.settings.data), "5"]
    died = subprocess.run([sys.executable, "-c", DIES_PREPARING, *arguments], cwd=ROOT, check=False, timeout=120)
    assert died.returncode == -9
    assert sorted(states(intake)) == ["preparing", "queued", "ready"]
    preparer = Preparer(intake)
    preparer.recover()
    assert sorted(states(intake)) == ["queued", "queued", "ready"]
    while preparer.prepare_next():
        pass
    assert states(intake) == ["ready"] * 3
    with intake.database.transaction() as session:
        prepared = session.scalars(select(AuditEntry.object_id).filter_by(act="series.prepared")).all()
        stacks = [stack["frames"] for stacks in session.scalars(select(Series.stacks)) for stack in stacks]
    assert (len(prepared), len(set(prepared)), stacks) == (3, 3, [4, 4, 4])
    kept = [folder.name for folder in intake.settings.data.glob("prepared/*/*")]
    assert len(kept) == 3
    assert not any(name.startswith("unfinished") for name in kept)


def states(intake: Intake) -> list[str]:
    with intake.database.transaction() as session:
        return list(session.scalars(select(Series.state)))


def test_a_worker_killed_from_outside_says_nothing_about_its_series(
    database: Database, hospital: Hospital, tmp_path: Path
) -> None:
    before = set(psutil.Process().children())
    with Workers(1) as workers:
        intake = make_studies.intake(database, tmp_path / "data", workers)
        import_all(intake, [folder(tmp_path / "in", series(4))], hospital_id=hospital.id)
        for child in set(psutil.Process().children()) - before:
            child.kill()
        preparer = Preparer(intake)
        assert preparer.prepare_next()
        assert states(intake) == ["queued"]
        assert preparer.prepare_next()
        assert states(intake) == ["ready"]
