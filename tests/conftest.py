"""Fixtures that every test may use: the real DICOM data, and a fresh database."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from collab.kit.database import Database, Model

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
    found = Database(f"sqlite:///{tmp_path / 'consilium.sqlite3'}")
    Model.metadata.create_all(found.engine)
    yield found
    found.close()
