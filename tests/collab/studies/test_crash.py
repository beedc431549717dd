"""A process that dies between blob and row, or between two groups: nothing half is visible, a second import heals."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from collab.accounts.models import Hospital
from collab.kit.database import Database
from collab.studies.importing import GROUP, Intake
from collab.studies.models import Instance, Study
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
