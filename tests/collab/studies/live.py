"""A real server on a real socket, for what a client without one cannot show: ranges, streams, broken connections."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing

import httpx
import uvicorn

from collab.accounts import endpoints as accounts_endpoints
from collab.accounts.models import Hospital, Person
from collab.kit.settings import Settings
from collab.studies import endpoints
from collab.studies.importing import Intake
from collab.studies.preparing import Preparer
from collab.studies.readings import Readings
from collab.studies.receiving import Receiver
from dicom_render.drawers import Drawers
from tests import make


class Live:
    """The server, and one signed-in doctor of the hospital."""

    def __init__(self, server: make.TestServer, intake: Intake, doctor: Person, url: str) -> None:
        self.server, self.intake, self.doctor, self.url = server, intake, doctor, url
        self.client = httpx.AsyncClient(base_url=url, headers={"origin": url})

    async def sign_in(self) -> None:
        await self.client.post("/login", data={"email": self.doctor.email, "password": make.PASSWORD})


@asynccontextmanager
async def serving(intake: Intake, hospital: Hospital, *, drawers: Drawers | None = None) -> AsyncGenerator[Live]:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        settings = Settings(data=intake.settings.data, public_url=url, demo=True)
        with intake.database.transaction() as session:
            doctor = make.person(session, hospital)
        server = make.server(
            intake.database,
            [*accounts_endpoints.routes(), *endpoints.routes()],
            settings=settings,
            parts={
                Intake: intake,
                Receiver: Receiver(intake, Preparer(intake)),
                Drawers: drawers or Drawers(1),
                Readings: Readings(),
            },
        )
        running = uvicorn.Server(uvicorn.Config(server.app, log_level="error", lifespan="off"))
        task = asyncio.create_task(running.serve([listener]))
        found = Live(server, intake, doctor, url)
        await found.sign_in()
        yield found
        await found.client.aclose()
        running.should_exit = True
        await task
        server.site.part(Drawers).close()
