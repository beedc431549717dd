"""Settings from the environment and `.env`, read once at start; nothing else in the program reads the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

PREFIX = "CONSILIUM_"


class BadSetting(Exception):
    """A setting that the program cannot start with; the message says which one and what to write instead."""


def _setting(default: Any, says: str) -> Any:  # Any: dataclasses.field gives each attribute its own declared type
    return field(default=default, metadata={"says": says})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every `CONSILIUM_*` variable, its default and what it says; README lists them from here."""

    data: Path = _setting(Path("data"), "Folder of the embedded database, images and secrets.")
    database_url: str = _setting("", "SQLAlchemy URL. Empty: SQLite in the data folder.")
    host: str = _setting("127.0.0.1", "Address to listen on.")
    port: int = _setting(8000, "Port to listen on.")
    public_url: str = _setting("", "Address that browsers use, such as https://avis.example. Empty: http://HOST:PORT.")
    secret_file: Path = _setting(Path(), "File of the server's secret, mode 0600. Empty: made in the data folder.")
    language: str = _setting("fr", "Language of people who have not chosen one: fr or en.")
    time_zone: str = _setting("Europe/Paris", "Time zone of dates on the screens.")
    stun_urls: str = _setting("", "STUN servers for calls, separated by commas. Never a public default.")
    turn_urls: str = _setting("", "TURN servers for calls, separated by commas, in the order to try them.")
    turn_secret: str = _setting("", "Secret shared with coturn (use-auth-secret).")
    force_relay: bool = _setting(False, "1: calls go through TURN only.")
    workers: int = _setting(2, "Processes that prepare images; one more reads what comes in.")
    drawers: int = _setting(2, "Processes that draw pictures for screens on poor links, 2 GiB of memory each at most.")
    node_host: str = _setting("127.0.0.1", "Address at which other server processes reach this machine's rooms.")
    trail_days: int = _setting(30, "Days that movements of meetings are kept for replays; the journal stays. 0: none.")
    modules: str = _setting(
        "abc2", "Aids that compute a clinical number, separated by commas: abc2 (volume of a bleed)."
    )
    demo: bool = _setting(False, "1: demo people and synthetic studies; never with real patients.")

    @property
    def url(self) -> str:
        """SQLAlchemy URL of the database."""
        return self.database_url or f"sqlite:///{(self.data / 'consilium.sqlite3').absolute()}"

    @property
    def secret_path(self) -> Path:
        """File of the server's secret."""
        return self.data / "secret" if self.secret_file == Path() else self.secret_file

    @property
    def origin(self) -> str:
        """Scheme, host and port of the pages, as a browser writes them in `Origin`."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def is_https(self) -> bool:
        return self.origin.startswith("https://")


def variable(name: str) -> str:
    """Environment variable of a settings attribute."""
    return PREFIX + name.upper()


def read_settings(environment: Mapping[str, str] | None = None, dotenv: Path | None = Path(".env")) -> Settings:
    """Settings from `environment` (default: the process's) over those of the `.env` file.

    Raises `BadSetting` for an unknown `CONSILIUM_*` name or a value of the wrong type.
    """
    given = dict(_read_dotenv(dotenv)) if dotenv else {}
    given |= {k: v for k, v in (os.environ if environment is None else environment).items() if k.startswith(PREFIX)}
    known = {variable(f.name): f for f in fields(Settings)}
    values: dict[str, Any] = {}  # Any: each value has its own attribute's type
    for name, text in given.items():
        if name in _NOT_SETTINGS:
            continue
        if name not in known:
            raise BadSetting(f"{name} is not a setting; README lists them")
        values[known[name].name] = _parse(name, text, known[name].default)
    return Settings(**values)


# Read by the tests and scripts, not by the program.
_NOT_SETTINGS = {"CONSILIUM_TEST_DATA", "CONSILIUM_SKIP_CLIENT_BUILD", "CONSILIUM_OHIF"}


def _parse(name: str, text: str, default: object) -> object:
    match default:
        case bool():
            if text not in {"0", "1"}:
                raise BadSetting(f"{name} must be 0 or 1, not {text!r}")
            return text == "1"
        case int():
            if not text.isdigit():
                raise BadSetting(f"{name} must be a whole number, not {text!r}")
            return int(text)
        case Path():
            return Path(text)
        case _:
            return text


def _read_dotenv(path: Path) -> list[tuple[str, str]]:
    if not path.is_file():
        return []
    lines = (line.strip() for line in path.read_text("utf-8").splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return [(name.strip(), value.strip().strip("\"'")) for name, _, value in pairs if name.strip().startswith(PREFIX)]
