"""Power cuts of the machine with the PostgreSQL in the middle of a meeting; the server of Consilium goes on.

`python -m tests.collab.faults.cut_postgres FOLDER SEED CUTS [FAULT]`, below `alone`; ends with 1 if anything is lost.
`FAULT` `commit`: PostgreSQL says that it has committed before it is on the disk.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests import postgres
from tests.collab.faults.cut_rooms import Meeting, main
from tests.postgres import Postgres

# What was said before is heard by then: all of it is on this machine.
HEARD_S = 0.5
SLOPPY = {"synchronous_commit": "off", "wal_writer_delay": "10000"}


class OnPostgres(Meeting):
    """The database's disk is another one than that of Consilium's data."""

    def _lay(self) -> tuple[Path, str]:
        programs = postgres.find_programs()
        assert programs is not None
        self._sockets, data = self.folder / "sockets", self.folder / "consilium"
        self.folder.chmod(0o755)
        for each in (self._sockets, data):
            each.mkdir()
        user = postgres.server_user(self._sockets)
        postgres.server_user(self.disk.place)
        cluster = self.disk.place / "cluster"
        postgres.make_cluster(programs, cluster, user=user)
        settings = SLOPPY if self.plant == "commit" else {}
        self.plant = ""
        self._command = postgres.server_command(programs, cluster, user=user, **settings)
        self._postgres = self._start_postgres()
        running = Postgres(self._sockets)
        with running.connect() as connection:
            connection.execute("CREATE DATABASE meeting TEMPLATE template0")
        return data, running.url("meeting")

    def _start_postgres(self) -> subprocess.Popen[bytes]:
        with (self.folder / "postgres.log").open("ab") as log:
            started = subprocess.Popen(
                [*self._command, "-k", self._sockets],
                cwd=self._sockets, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        running = Postgres(self._sockets)
        (running.folder / "server.log").touch()
        postgres.wait_until_up(running, started)
        return started

    async def cut(self) -> Sequence[str]:
        await asyncio.to_thread(self.disk.cut, self._postgres)
        self._postgres = await asyncio.to_thread(self._start_postgres)
        # Nothing more is written while one looks, and everything that was said has been heard.
        self.server.send_signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(HEARD_S)
            return await asyncio.to_thread(self.judge)
        finally:
            self.server.send_signal(signal.SIGCONT)


if __name__ == "__main__":
    sys.exit(main(OnPostgres, Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:]))
