"""A PostgreSQL server of the test session's own, and an empty database for each who asks."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import text

from collab.kit.database import Database

# Debian keeps the server's programs off PATH, one folder a version.
INSTALLED = Path("/usr/lib/postgresql")
PROGRAMS = ("initdb", "postgres")
OWNER = "consilium"
# Not a speed: a server that takes longer than this to start or to stop has failed.
PATIENCE_S = 60.0
# A hospital's server, not a developer's: another zone than UTC, and words in the order of a dictionary.
SETTINGS = {"timezone": "Europe/Paris"}
LOCALE = ("--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=fr-FR")


def find_programs(installed: Path = INSTALLED) -> Path | None:
    """The folder with the newest server's programs."""
    versions = (path.parent for path in installed.glob("*/bin/initdb") if (path.parent / "postgres").is_file())
    found = max(versions, key=lambda folder: float(folder.parent.name), default=None)
    on_path = shutil.which("initdb") if found is None else None
    return Path(on_path).resolve().parent if on_path else found


@dataclass(frozen=True)
class Postgres:
    """A running server, reached through a socket in its own folder."""

    folder: Path
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://{OWNER}@/{name}?host={self.folder}"

    @contextmanager
    def database(self) -> Generator[str]:
        """The URL of an empty database, which is gone afterwards."""
        name = f"test{next(self._numbers)}"
        self._execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        try:
            yield self.url(name)
        finally:
            self.drop(name)

    def drop(self, name: str) -> None:
        """Take a database away, whoever is connected to it."""
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _execute(self, statement: sql.Composed) -> None:
        with self.connect() as connection:
            connection.execute(statement)

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(host=str(self.folder), user=OWNER, dbname="postgres", autocommit=True)


@contextmanager
def running(programs: Path, *, address: str = "") -> Generator[Postgres]:
    """A server in a new temporary folder, for as long as the block lasts; fsync is on, as it is for users.

    `address`: where it listens as well, for everybody on that network.
    """
    # Not below pytest's own folder, which the server's user may not enter; and a socket's path must be short.
    folder = Path(tempfile.mkdtemp(prefix="consilium-pg-"))
    user = server_user(folder)
    try:
        data = folder / "data"
        make_cluster(programs, data, user=user)
        if address:
            with (data / "pg_hba.conf").open("a") as rules:
                rules.write("host all all samenet trust\n")
        command = server_command(programs, data, user=user, listen_addresses=address)
        with _process([*command, "-k", folder], folder) as server:
            found = Postgres(folder)
            wait_until_up(found, server)
            yield found
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def make_cluster(programs: Path, data: Path, *, user: Sequence[str]) -> None:
    """An empty one, by the user whose it will be (`server_user`)."""
    subprocess.run(
        [*user, programs / "initdb", "-D", data, "-U", OWNER, "-A", "trust", "-E", "UTF8", *LOCALE],
        cwd=data.parent, check=True, capture_output=True, timeout=PATIENCE_S,
    )  # fmt: skip


def server_command(programs: Path, data: Path, *, user: Sequence[str], **settings: str) -> list[str | Path]:
    """To be run with `-k` and the folder of its socket."""
    given = {**SETTINGS, "listen_addresses": "", **settings}
    words = [word for name, value in given.items() for word in ("-c", f"{name}={value}")]
    return [*user, programs / "postgres", "-D", data, *words]


def server_user(folder: Path) -> Sequence[str]:
    """How a program is started that refuses to run as root; the folder becomes its own."""
    # Where Linux can, it stops with these tests even when they are killed and can clear nothing away.
    mortal = ("setpriv", "--pdeathsig", "INT") if shutil.which("setpriv") else ()
    if os.geteuid() != 0:
        return mortal
    shutil.chown(folder, "postgres", "postgres")
    # One command: to become another user clears the wish to be told of the parent's death.
    return (*mortal, "--reuid=postgres", "--regid=postgres", "--clear-groups")


@contextmanager
def _process(command: Sequence[str | Path], folder: Path) -> Generator[subprocess.Popen[bytes]]:
    with (folder / "server.log").open("wb") as log:
        # In a session of its own: a Ctrl-C is for the tests, which then stop it.
        server = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, start_new_session=True)
    try:
        yield server
    finally:
        server.send_signal(signal.SIGINT)  # PostgreSQL's "fast": connections are cut, nothing is lost
        server.wait(PATIENCE_S)


def wait_until_up(server: Postgres, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            server.connect().close()
        except psycopg.OperationalError:
            log = (server.folder / "server.log").read_text(errors="replace")
            assert process.poll() is None, log
            assert time.monotonic() < until, log
            time.sleep(0.02)  # another process has no event for us
        else:
            return


def wait_until_held(database: Database, count: int = 1) -> None:
    """Until so many transactions wait for a lock of another one; from outside, so that none of them is disturbed."""
    query = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    until = time.monotonic() + PATIENCE_S
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while connection.execute(query).scalar_one() < count:
            assert time.monotonic() < until, "nobody waits"
            time.sleep(0.005)  # the server has no event for us
