"""The server of the tests is the newest that is installed, and whoever asks gets a database of their own."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from tests.postgres import Postgres, find_programs


def install(root: Path, version: str, *programs: str) -> Path:
    folder = root / version / "bin"
    folder.mkdir(parents=True)
    for program in programs:
        (folder / program).touch()
    return folder


def test_the_newest_whole_version_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_programs(tmp_path) is None
    install(tmp_path, "9.6", "initdb", "postgres")
    newest = install(tmp_path, "15", "initdb", "postgres")
    install(tmp_path, "17", "pg_dump")
    assert find_programs(tmp_path) == newest


def test_a_database_is_empty_durable_and_gone_afterwards(postgres_server: Postgres) -> None:
    with postgres_server.database() as url, postgres_server.database() as other:
        assert url != other
        host, name = str(postgres_server.folder), make_url(url).database
        with psycopg.connect(host=host, user="consilium", dbname=name) as connection:
            assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                assert connection.execute(f"SHOW {setting}").fetchone() == ("on",)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(host=host, user="consilium", dbname=name)
