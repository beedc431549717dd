"""Fixtures of the DICOMweb tests: those of studies, and a real server with the `dicomweb-client` library before it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn
from dicomweb_client.api import DICOMwebClient

from collab.accounts import endpoints as accounts_endpoints
from collab.accounts import service as accounts
from collab.accounts.models import Hospital, Person
from collab.dicomweb import endpoints
from collab.kit.database import Database
from collab.kit.settings import Settings
from collab.studies.importing import Intake
from collab.studies.preparing import Preparer
from collab.studies.readings import Readings
from dicom_render.workers import Workers
from tests import make
from tests.collab.studies import make as make_studies


@pytest.fixture(scope="session")
def workers() -> Iterator[Workers]:
    with Workers(2) as found:
        yield found


@pytest.fixture
def intake(database: Database, tmp_path: Path, workers: Workers) -> Intake:
    return make_studies.intake(database, tmp_path / "data", workers)


@pytest.fixture
def hospital(database: Database) -> Hospital:
    with database.transaction() as session:
        return make.hospital(session)


@dataclass(frozen=True, kw_only=True)
class Pacs:
    """A server on a socket of its own, and a doctor of the hospital with a token."""

    intake: Intake
    hospital: Hospital
    doctor: Person
    url: str
    token: str
    server: make.TestServer

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def token_of(self, person: Person) -> str:
        return token_of(self.server, person)

    def library(self) -> DICOMwebClient:
        return DICOMwebClient(f"{self.url}/dicomweb", headers=self.headers)

    def get(self, path: str, **headers: str) -> httpx.Response:
        return httpx.get(f"{self.url}/dicomweb{path}", headers={**self.headers, **headers}, timeout=30)

    def post(self, path: str, content: bytes, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.post(f"{self.url}/dicomweb{path}", content=content, headers={**self.headers, **named}, timeout=30)

    def bring(self, place: Path, files: dict[str, bytes]) -> str:
        """The id of the study that these files make, prepared."""
        path = make_studies.folder(place / make_studies.uid(), files)
        done = make_studies.import_all(self.intake, [path], hospital_id=self.hospital.id)
        make_studies.prepare_all(self.intake)
        assert done.set_aside == 0
        return done.study_ids[0]


def token_of(server: make.TestServer, person: Person) -> str:
    with server.site.database.transaction() as session:
        return accounts.create_token(
            session, person.email, "programme", by="test", secret=server.site.secret, at=make.NIGHT
        )


@pytest.fixture
def pacs(intake: Intake, hospital: Hospital) -> Iterator[Pacs]:
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with intake.database.transaction() as session:
        doctor = make.person(session, hospital)
    server = make.server(
        intake.database,
        [*accounts_endpoints.routes(), *endpoints.routes()],
        settings=Settings(data=intake.settings.data, public_url=url, demo=True),
        parts={Intake: intake, Preparer: Preparer(intake), Readings: Readings()},
    )
    token = token_of(server, doctor)
    running = uvicorn.Server(uvicorn.Config(server.app, log_config=None, lifespan="off", timeout_graceful_shutdown=2))
    thread = threading.Thread(target=running.run, args=([listener],), name="server")
    thread.start()
    try:
        yield Pacs(intake=intake, hospital=hospital, doctor=doctor, url=url, token=token, server=server)
    finally:
        running.should_exit = True
        thread.join(10)
        listener.close()
