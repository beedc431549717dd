"""The server's secret: made once, for the server's eyes only."""

from __future__ import annotations

from pathlib import Path

import pytest

from collab.kit.secret import read_secret
from collab.kit.settings import BadSetting, Settings


def test_the_first_start_makes_it_and_the_next_finds_it(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    made = read_secret(settings)
    assert len(made) >= 32
    assert read_secret(settings) == made
    assert settings.secret_path.stat().st_mode & 0o777 == 0o600


def test_two_servers_have_two_secrets(tmp_path: Path) -> None:
    assert read_secret(Settings(data=tmp_path / "a")) != read_secret(Settings(data=tmp_path / "b"))


def test_one_that_others_can_read_is_refused(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    read_secret(settings)
    settings.secret_path.chmod(0o644)
    with pytest.raises(BadSetting, match="chmod 600"):
        read_secret(settings)


def test_a_short_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine"
    path.write_text("hunter2")
    path.chmod(0o600)
    with pytest.raises(BadSetting, match="shorter"):
        read_secret(Settings(data=tmp_path, secret_file=path))
