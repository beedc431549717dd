"""Fixtures of the second reads' tests."""

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
