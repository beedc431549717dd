"""Fixtures of the studies' tests: worker processes shared by all, one intake and one hospital each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from collab.accounts.models import Hospital
from collab.kit.database import Database
from collab.studies.importing import Intake
from dicom_render.workers import Workers
from tests import make
from tests.collab.studies import make as make_studies


@pytest.fixture(scope="session")
def workers() -> Iterator[Workers]:
    with Workers(2) as found:
        yield found


@pytest.fixture
def intake(database: Database, tmp_path: Path, workers: Workers) -> Intake:
    return make_studies.intake(database, tmp_path / "data", workers)


@pytest.fixture
def hospital(database: Database) -> Hospital:
    with database.transaction() as session:
        return make.hospital(session)


@pytest.fixture
def postgres_intake(postgres_database: Database, tmp_path: Path, workers: Workers) -> Intake:
    """For what only several writers at once can meet."""
    return make_studies.intake(postgres_database, tmp_path / "data", workers)
