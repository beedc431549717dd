"""Fixtures of the workflow's tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from collab.kit.database import Database
from tests.collab.expertise import make
from tests.collab.expertise.make import World


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with closing(make.world(database, tmp_path / "data")) as made:
        yield made


@pytest.fixture
def postgres_world(postgres_database: Database, tmp_path: Path) -> Iterator[World]:
    """For what only several writers at once can meet."""
    with closing(make.world(postgres_database, tmp_path / "data")) as made:
        yield made
