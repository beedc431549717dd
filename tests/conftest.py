"""Fixtures that every test may use: the real DICOM data, and a fresh database of either kind."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from collab.kit.database import Database, Model
from tests import postgres
from tests.postgres import Postgres

ROOT = Path(__file__).parents[1]
IS_CI = os.environ.get("CI") == "true"


def missing(what: str) -> None:
    """A tool or data that a test needs is not there: in CI a failure, elsewhere a skip with one clear line."""
    if IS_CI:
        pytest.fail(f"{what} is missing")
    pytest.skip(f"{what} is missing")


@pytest.fixture(scope="session")
def test_data() -> Path:
    """Root of the real DICOM files (`CONSILIUM_TEST_DATA`, default `../shared/data`)."""
    root = Path(os.environ.get("CONSILIUM_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not (root / "manifest.json").is_file():
        missing("real DICOM test data (CONSILIUM_TEST_DATA)")
    return root


@pytest.fixture(scope="session")
def tool() -> object:
    """`tool("dcm2pnm")` gives the path of an installed program."""

    def find(name: str) -> str:
        path = shutil.which(name)
        if path is None:
            missing(f"the program {name}")
        assert path is not None
        return path

    return find


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A new SQLite database with every table of the imported models."""
    with tables_in(f"sqlite:///{tmp_path / 'consilium.sqlite3'}") as found:
        yield found


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A PostgreSQL server of this session's own."""
    programs = postgres.find_programs()
    if programs is None:
        missing("PostgreSQL's server (Debian: postgresql)")
    assert programs is not None
    with postgres.running(programs) as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: Postgres) -> Iterator[str]:
    """A new, empty PostgreSQL database."""
    with postgres_server.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def either_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A new, empty database: the test runs once on each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'consilium.sqlite3'}"
    return request.getfixturevalue("postgres_url")


@pytest.fixture
def either_database(either_url: str) -> Iterator[Database]:
    """A new database of each kind, with every table of the imported models."""
    with tables_in(either_url) as found:
        yield found


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[Database]:
    """A new PostgreSQL database with every table of the imported models, for what only several writers can meet."""
    with tables_in(postgres_url) as found:
        yield found


@contextmanager
def tables_in(url: str) -> Generator[Database]:
    found = Database(url)
    try:
        Model.metadata.create_all(found.engine)
        yield found
    finally:
        found.close()
