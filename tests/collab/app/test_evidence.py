"""`consilium evidence`: made beside the server's database, proven where there is none."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from collab.evidence.document import CONCLUSION, JOURNAL
from tests.collab.app.test_cli import Typed, in_database, typed
from tests.collab.evidence import make

__all__ = ["typed"]


@pytest.fixture
def made(typed: Typed, tmp_path: Path) -> tuple[str, Path]:
    """A room, and the file of its evidence as the command wrote it."""
    typed("migrate")
    database = in_database(tmp_path / "data")
    _, room_id = make.meeting(database, tmp_path / "data")
    database.close()
    file = tmp_path / "evidence.zip"
    code, said = typed("evidence", room_id, "-o", str(file))
    assert (code, said) == (0, f"{file}: {file.stat().st_size} bytes\n")
    return room_id, file


@pytest.fixture
def nowhere(made: tuple[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Another machine: no data folder, and a database that cannot be reached."""
    monkeypatch.setenv("CONSILIUM_DATA", "/nonexistent")
    monkeypatch.setenv("CONSILIUM_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")


def test_of_no_room_there_is_none(typed: Typed, tmp_path: Path) -> None:
    typed("migrate")
    assert typed("evidence", "ROO-0000000000000000", "-o", str(tmp_path / "x.zip"))[0] == 1
    assert not (tmp_path / "x.zip").exists()


def test_a_file_that_is_there_is_not_replaced_and_a_new_one_is_for_its_maker_only(
    typed: Typed, made: tuple[str, Path]
) -> None:
    room_id, file = made
    before = file.read_bytes()
    code, said = typed("evidence", room_id, "-o", str(file))
    assert code == 1
    assert "File exists" in said
    assert file.read_bytes() == before
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_it_is_proven_with_the_key_that_the_server_tells(
    typed: Typed, made: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    room_id, file = made
    key = typed("evidence", "key")[1].strip()
    monkeypatch.setenv("CONSILIUM_DATA", "/nonexistent")
    code, said = typed("evidence", "verify", str(file), "--key", key)
    assert code == 0
    assert said.startswith(f"whole: room {room_id}, 6 facts, made ")
    assert f"key {key}" in said
    assert "--key" not in said
    assert typed("evidence", "verify", str(file), "--key", "0" * 64)[0] == 1


@pytest.mark.usefixtures("nowhere")
def test_without_a_key_it_says_what_that_does_not_prove(typed: Typed, made: tuple[str, Path]) -> None:
    code, said = typed("evidence", "verify", str(made[1]))
    assert code == 0
    assert "compare the key" in said


@pytest.mark.usefixtures("nowhere")
@pytest.mark.parametrize("name", [JOURNAL, CONCLUSION])
def test_what_was_touched_is_named(typed: Typed, made: tuple[str, Path], name: str) -> None:
    _, file = made
    file.write_bytes(make.tampered(file.read_bytes(), name, lambda item: item.replace(b'"', b"'", 1)))
    code, said = typed("evidence", "verify", str(file))
    assert code == 1
    assert f"{name}: is not what the manifest lists: its bytes were changed" in said
    assert "whole" not in said
