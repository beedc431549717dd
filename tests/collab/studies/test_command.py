"""Importing paths without a server leaves them ready."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from collab.accounts.models import Hospital
from collab.kit.database import Database
from collab.kit.settings import Settings
from collab.studies.command import import_paths
from collab.studies.importing import ImportProgress
from collab.studies.models import Series
from tests.collab.studies.make import archive, folder, series


def test_paths_are_imported_prepared_and_told_of(database: Database, hospital: Hospital, tmp_path: Path) -> None:
    told: list[ImportProgress] = []
    paths = [folder(tmp_path / "in", series(3)), archive(tmp_path / "a.zip", series(2))]
    settings = Settings(data=tmp_path / "data", demo=True)
    done = import_paths(database, settings, paths, by="command", hospital_id=hospital.id, report=told.append)
    assert (done.files, done.stored, told[-1]) == (5, 5, done)
    with database.transaction() as session:
        assert list(session.scalars(select(Series.state))) == ["ready", "ready"]
