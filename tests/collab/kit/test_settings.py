"""Settings: what the environment says, over `.env`, over the defaults."""

from __future__ import annotations

from pathlib import Path

import pytest

from collab.kit.settings import BadSetting, read_settings, variable


def test_defaults_serve_on_loopback_with_sqlite_in_the_data_folder(tmp_path: Path) -> None:
    settings = read_settings({"CONSILIUM_DATA": str(tmp_path)}, None)
    assert settings.origin == "http://127.0.0.1:8000"
    assert settings.url == f"sqlite:///{tmp_path}/consilium.sqlite3"
    assert not settings.demo


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("# a night in Valmont\nCONSILIUM_PORT=9000\nCONSILIUM_LANGUAGE='en'\nOTHER=1\n")
    settings = read_settings({"CONSILIUM_PORT": "9001"}, dotenv)
    assert (settings.port, settings.language) == (9001, "en")


@pytest.mark.parametrize(
    ("name", "value"), [("CONSILIUM_PORT", "many"), ("CONSILIUM_DEMO", "yes"), ("CONSILIUM_PROT", "8000")]
)
def test_a_wrong_setting_stops_the_start_and_is_named(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        read_settings({name: value}, None)


def test_variables_carry_the_prefix() -> None:
    assert variable("turn_urls") == "CONSILIUM_TURN_URLS"


def test_https_is_known_from_the_public_address() -> None:
    settings = read_settings({"CONSILIUM_PUBLIC_URL": "https://avis.example/"}, None)
    assert settings.is_https
    assert settings.origin == "https://avis.example"
