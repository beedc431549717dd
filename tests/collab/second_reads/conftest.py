"""Fixtures of the second reads' tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from collab.kit.database import Database
from tests.collab.expertise import make
from tests.collab.expertise.make import World


@pytest.fixture
def world(database: Database, tmp_path: Path) -> World:
    return make.world(database, tmp_path / "data")
