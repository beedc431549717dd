"""The ways in which the benchmark `ingest` takes a data set in, each on an empty disk: ours, and Orthanc's."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from sqlalchemy import func, select

from collab.accounts import service as accounts
from collab.kit.clock import utc_now
from collab.kit.database import Database
from collab.kit.secret import read_secret
from collab.kit.settings import Settings
from collab.studies.command import take_in
from collab.studies.importing import Intake, import_files
from collab.studies.models import Instance, Series
from collab.studies.rules import SeriesState
from collab.studies.sources import Source
from dicom_render.workers import Workers
from tests.bench import seed
from tests.bench.ingest_data import DataSet
from tests.bench.peers import orthanc
from tests.bench.processes import free_port, running
from tests.bench.report import NotMeasured

DISK = "disk: write and fsync"
IMPORT = "import"
PREPARED = "import and preparation"
STOW = "STOW-RS, stored"
STOW_PREPARED = "STOW-RS, prepared"
STORESCU = "Orthanc, storescu"
REST = "Orthanc, REST"
REST_SIDE_BY_SIDE = "Orthanc, REST, 4 connections"

# What Orthanc's own STOW-RS client puts in one request.
PARTS = 10
CONNECTIONS = 4
# DCMTK leaves Nagle's algorithm on, which holds every object up for 60 ms: without this the sender is measured.
NODELAY = {"TCP_NODELAY": "1"}
TIMEOUT_S = 300.0
LOOK_EVERY_S = 0.01
_BOUNDARY = "consilium-bench"


@dataclass(frozen=True, kw_only=True)
class Taken:
    """How many instances were there in the end, and after how long."""

    stored: int
    seconds: float


Way = Callable[[DataSet, Path], Mapping[str, Taken]]


def disk(data: DataSet, folder: Path) -> Mapping[str, Taken]:
    """The physical limit: the originals' bytes as files that would survive a power cut."""
    contents = [path.read_bytes() for path in data.files]
    begun = time.perf_counter()
    for number, content in enumerate(contents):
        with Path(folder, str(number)).open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    return {DISK: _taken(len(contents), begun)}


def imported(data: DataSet, folder: Path) -> Mapping[str, Taken]:
    """The product's own function: files to stored, indexed instances; nothing prepares beside it."""
    with _warm_intake(folder) as (intake, hospital_id):
        begun = time.perf_counter()
        return {IMPORT: _taken(_import(intake, data, hospital_id), begun)}


def prepared(data: DataSet, folder: Path) -> Mapping[str, Taken]:
    """What `consilium import` does, to the last prepared series, with processes that have started."""
    with _warm_intake(folder) as (intake, hospital_id):
        sources = [Source(path=data.folder, name=data.name)]
        begun = time.perf_counter()
        return {PREPARED: _taken(take_in(intake, sources, by=seed.BY, hospital_id=hospital_id).stored, begun)}


def sent_to_us(data: DataSet, folder: Path) -> Mapping[str, Taken]:
    """STOW-RS to the running server, over one connection; until all is stored, then until all is prepared."""
    settings, _, token = _seeded(folder)
    bodies = [_body(data.files[at : at + PARTS]) for at in range(0, len(data.files), PARTS)]
    environment = seed.environment_of(settings)
    command = (*seed.COMMAND, "serve")
    with (
        running(command, port=settings.port, log=folder / "log", environment=environment, is_alone=False),
        httpx.Client(base_url=f"http://127.0.0.1:{settings.port}", timeout=TIMEOUT_S) as client,
        closing(Database(settings.url)) as database,
    ):
        client.headers["Authorization"] = f"Bearer {token}"
        client.headers["Content-Type"] = f'multipart/related; type="application/dicom"; boundary={_BOUNDARY}'
        # Refused, but then everything between here and the readers has been started.
        client.post("/dicomweb/studies", content=_body([data.files[0]]).replace(b"DICM", b"WARM", 1))
        begun = time.perf_counter()
        for body in bodies:
            client.post("/dicomweb/studies", content=body)
        stored = _taken(0, begun).seconds
        while _unready(database):
            if time.perf_counter() - begun > TIMEOUT_S:
                raise NotMeasured("STOW-RS: not prepared in time")
            time.sleep(LOOK_EVERY_S)
        ready = _taken(_count(database), begun)
    return {STOW: Taken(stored=ready.stored, seconds=stored), STOW_PREPARED: ready}


def sent_by_storescu(data: DataSet, folder: Path) -> Mapping[str, Taken]:
    """C-STORE by DCMTK over one association. Raises `NotMeasured` where DCMTK is not installed."""
    if not shutil.which("storescu"):
        raise NotMeasured("storescu is missing (Debian package dcmtk)")
    with _orthanc(data, folder) as (client, dicom_port):
        # Linked flat: storescu stops at a folder without files.
        sent = folder / "sent"
        sent.mkdir()
        for number, path in enumerate(data.files):
            (sent / f"{number}.dcm").hardlink_to(path)
        command = ["storescu", "+sd", "-aec", orthanc.NAME, "127.0.0.1", str(dicom_port), str(sent)]
        begun = time.perf_counter()
        subprocess.run(command, env={**os.environ, **NODELAY}, check=True, capture_output=True, timeout=TIMEOUT_S)
        taken = _taken(0, begun)
        return {STORESCU: Taken(stored=_orthanc_count(client) - 1, seconds=taken.seconds)}


def posted(data: DataSet, folder: Path) -> Mapping[str, Taken]:
    """`POST /instances`, one after the other on one connection."""
    return {REST: _posted(data, folder, 1)}


def posted_side_by_side(data: DataSet, folder: Path) -> Mapping[str, Taken]:
    return {REST_SIDE_BY_SIDE: _posted(data, folder, CONNECTIONS)}


# In turn within each round, so that what else the machine does falls on all.
WAYS: tuple[Way, ...] = (disk, imported, prepared, sent_to_us, sent_by_storescu, posted, posted_side_by_side)


def _posted(data: DataSet, folder: Path, connections: int) -> Taken:
    contents = [path.read_bytes() for path in data.files]
    with _orthanc(data, folder) as (client, _), ThreadPoolExecutor(connections) as pool:
        begun = time.perf_counter()
        list(pool.map(lambda content: client.post("/instances", content=content), contents))
        taken = _taken(0, begun)
        return Taken(stored=_orthanc_count(client) - 1, seconds=taken.seconds)


@contextmanager
def _orthanc(data: DataSet, folder: Path) -> Generator[tuple[httpx.Client, int]]:
    """A new Orthanc that has stored one instance under another name, so that nothing starts while it is measured."""
    dicom_port = free_port()
    with (
        orthanc.orthanc(folder / "orthanc", dicom_port=dicom_port, environment=NODELAY) as found,
        httpx.Client(base_url=f"http://127.0.0.1:{found.port}", timeout=TIMEOUT_S) as client,
    ):
        other = data.files[0].read_bytes()
        uid = client.post("/instances", content=other).json()["ID"]
        changed = client.post(f"/instances/{uid}/anonymize", json={}).content
        client.delete(f"/instances/{uid}")
        client.post("/instances", content=changed)
        yield client, dicom_port


def _orthanc_count(client: httpx.Client) -> int:
    return int(client.get("/statistics").json()["CountInstances"])


def _seeded(folder: Path) -> tuple[Settings, str, str]:
    """An empty, migrated data folder, a hospital in it, and the token of one of its doctors."""
    settings = Settings(data=folder / "data", port=free_port())
    settings.data.mkdir()
    seed.migrate(settings)
    with closing(Database(settings.url)) as database, database.transaction() as session:
        person, *_ = seed.add_people(session)
        secret = read_secret(settings)
        token = accounts.create_token(session, person.email, seed.BY, by=seed.BY, secret=secret, at=utc_now())
        return settings, person.hospital_id, token


@contextmanager
def _warm_intake(folder: Path) -> Generator[tuple[Intake, str]]:
    """An intake whose processes have started, as in a running server, and a hospital."""
    settings, hospital_id, _ = _seeded(folder)
    with closing(Database(settings.url)) as database, Workers(settings.workers + 1) as workers:
        with ThreadPoolExecutor(settings.workers + 1) as pool:
            list(pool.map(lambda _: workers.run(os.getpid), range(settings.workers + 1)))
        yield Intake(database=database, settings=settings, workers=workers), hospital_id


def _import(intake: Intake, data: DataSet, hospital_id: str) -> int:
    sources = [Source(path=data.folder, name=data.name)]
    return import_files(intake, sources, by=seed.BY, hospital_id=hospital_id).stored


def _unready(database: Database) -> int:
    done = (SeriesState.READY, SeriesState.REFUSED)
    with database.transaction() as session:
        return session.scalar(select(func.count()).select_from(Series).where(Series.state.not_in(done))) or 0


def _count(database: Database) -> int:
    with database.transaction() as session:
        return session.scalar(select(func.count()).select_from(Instance)) or 0


def _body(files: Sequence[Path]) -> bytes:
    """PS3.18 10.5: the files as parts of one multipart body."""
    head = f"--{_BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n".encode()
    return b"".join(head + path.read_bytes() + b"\r\n" for path in files) + f"--{_BOUNDARY}--\r\n".encode()


def _taken(stored: int, begun: float) -> Taken:
    return Taken(stored=stored, seconds=time.perf_counter() - begun)
