"""Power cuts while studies come in: what was said to be stored is there, byte for byte, and what is ready is whole.

`python -m tests.collab.faults.cut_files FOLDER SEED CUTS [FAULT]`, below `alone`; ends with 1 if anything is lost.
`FAULT` is planted.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

from sqlalchemy import func, select

from collab.app import schema
from collab.kit.database import Database
from collab.kit.settings import Settings
from collab.studies.blobs import BlobStore, DamagedBlob
from collab.studies.models import Instance, Series
from collab.studies.prepared import PreparedFolders
from dicom_render.stack_header import frames_name, header_name
from tests import make as everyone
from tests.collab.faults.disk import Disk
from tests.conftest import ROOT

# Not a speed: who says nothing for so long has failed.
PATIENCE_S = 60.0
# Of what is lost, the first say enough.
FEW = 5


class Ledger:
    """What one writer has said to be safe so far, read as it says it."""

    def __init__(self, writer: subprocess.Popen[bytes]) -> None:
        self.said = {"stored": 0, "ready": 0}
        self.has_begun = threading.Event()
        assert writer.stdout is not None
        self._lines = writer.stdout
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self._lines:
            self.said = json.loads(line)
            if self.said["stored"]:
                self.has_begun.set()

    def close(self) -> dict[str, int]:
        """Everything that was said, once the writer is gone."""
        self._reader.join(PATIENCE_S)
        return self.said


def main(folder: Path, seed: int, cuts: int, *plants: str) -> int:
    chance, sources = Random(seed), folder / "sources"
    sources.mkdir()
    disk = Disk(image=folder / "disk", place=folder / "data")
    disk.make()
    settings = Settings(data=disk.place, demo=True)
    with closing(Database(settings.url)) as database:
        schema.migrate(database)
        with database.transaction() as session:
            hospital_id = everyone.hospital(session).id
    safe = {"stored": 0, "ready": 0}
    for cut in range(1, cuts + 1):
        with (folder / "writer.log").open("ab") as log:
            program = ["-m", "tests.collab.faults.storing", disk.place, sources, hospital_id, *plants]
            writer = subprocess.Popen(
                [sys.executable, *program], cwd=ROOT, stdout=subprocess.PIPE, stderr=log, start_new_session=True
            )
        ledger = Ledger(writer)
        assert ledger.has_begun.wait(PATIENCE_S), (folder / "writer.log").read_text()
        time.sleep(chance.uniform(0.0, 1.0))  # the moment of a power cut is nobody's
        disk.cut(writer)
        for name, count in ledger.close().items():
            safe[name] += count
        with closing(Database(settings.url)) as database:
            lost = list(_lost(database, settings, safe))
        if lost:
            print("\n".join(f"WRONG {one}" for one in lost[:FEW]))
            return 1
        print(f"cut {cut}: {safe}")
    return 0


def _lost(database: Database, settings: Settings, safe: dict[str, int]) -> Iterator[str]:
    blobs, folders = BlobStore(settings.data / "blobs"), PreparedFolders(settings)
    with database.transaction() as session:
        stored = session.scalar(select(func.count()).select_from(Instance)) or 0
        hashes = session.scalars(select(Instance.sha256)).all()
        ready = session.scalars(select(Series).where(Series.state == "ready")).all()
        places = [folders.of(one.id, one.prepared_version or "") for one in ready for _ in one.stacks]
    if stored < safe["stored"]:
        yield f"{safe['stored']} files were said to be stored, {stored} are"
    if len(ready) < safe["ready"]:
        yield f"{safe['ready']} series were said to be ready, {len(ready)} are"
    for sha256 in hashes:
        try:
            blobs.read(sha256)
        except DamagedBlob:
            yield f"an original has a row and is not whole: {sha256}"
    for place in places:
        if not _is_whole(place):
            yield f"a series is ready and not whole: {place.name}"


def _is_whole(place: Path) -> bool:
    try:
        header = json.loads((place / header_name(0)).read_bytes())
        return hashlib.sha256((place / frames_name(0)).read_bytes()).hexdigest() == header["sha256"]
    except (OSError, ValueError):
        return False


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:]))
