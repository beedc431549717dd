"""What `consilium doctor` looks at before a night on call: database, disk, codecs, client, TURN, clock."""

from __future__ import annotations

import shutil
import socket
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

import numpy as np
from sqlalchemy import text

from collab.app import schema
from collab.kit.database import Database
from collab.kit.resources import DIST
from collab.kit.settings import Settings
from dicom_render.encoding import encode_htj2k

# A day of the busiest centre that we know of, 150 requests of 300 slices, with room to spare.
FREE_BYTES = 10 * 1024**3
TURN_TIMEOUT_S = 3


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing looked at; what `says` tells what to do when it is not well."""

    what: str
    is_ok: bool
    says: str


def examine(settings: Settings) -> Sequence[Finding]:
    """Look at everything; a check that breaks is a finding, not a crash."""
    checks: dict[str, Callable[[Settings], str]] = {
        "database": _database,
        "disk": _disk,
        "codecs": _codecs,
        "client": _client,
        "turn": _turn,
        "clock": _clock,
    }
    return [_look(what, check, settings) for what, check in checks.items()]


def _look(what: str, check: Callable[[Settings], str], settings: Settings) -> Finding:
    try:
        return Finding(what=what, is_ok=True, says=check(settings))
    except Exception as wrong:  # a doctor reports whatever it meets
        return Finding(what=what, is_ok=False, says=str(wrong) or type(wrong).__name__)


def _database(settings: Settings) -> str:
    database = Database(settings.url)
    try:
        with database.transaction() as session:
            session.execute(text("SELECT 1"))
        schema.check(database)
    finally:
        database.close()
    if database.is_sqlite:
        return f"SQLite {sqlite3.sqlite_version}, one process only; PostgreSQL for more"
    return database.url.render_as_string(hide_password=True)


def _disk(settings: Settings) -> str:
    settings.data.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.data).free
    if free < FREE_BYTES:
        raise OSError(f"{free // 1024**3} GB free in {settings.data}: make room before images are refused")
    return f"{free // 1024**3} GB free in {settings.data}"


def _codecs(_: Settings) -> str:
    encoded = encode_htj2k(np.arange(64 * 64, dtype=np.int16).reshape(64, 64))
    return f"HTJ2K encodes and decodes ({len(encoded.data)} bytes)"


def _client(_: Settings) -> str:
    if not (DIST / ".vite" / "manifest.json").is_file():
        raise FileNotFoundError("the browser client is not built: scripts/serve builds it")
    return "built"


def _turn(settings: Settings) -> str:
    if not settings.turn_urls:
        return "none set: calls between hospitals behind strict firewalls will fail, the phone number remains"
    for url in settings.turn_urls.split(","):
        host, _, port = urlsplit(f"//{url.split(':', 1)[1].split('?')[0]}").netloc.partition(":")
        if "transport=tcp" in url:
            socket.create_connection((host, int(port or 3478)), timeout=TURN_TIMEOUT_S).close()
        else:
            socket.getaddrinfo(host, int(port or 3478))
    return f"{settings.turn_urls} answers"


def _clock(_: Settings) -> str:
    now = datetime.now(UTC)
    if now.year < 2026:  # older than the program itself
        raise ValueError(f"the machine's clock says {now:%Y-%m-%d}: set it, signatures carry it")
    return f"{now:%Y-%m-%d %H:%M:%S} UTC"
