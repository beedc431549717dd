"""Packs in ranges, and uploads over a real socket that breaks."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
import uvicorn
from sqlalchemy import select
from starlette.datastructures import Headers

from collab.accounts import endpoints as accounts_endpoints
from collab.accounts.models import Hospital, Person
from collab.kit.settings import Settings
from collab.studies import endpoints
from collab.studies.importing import Intake
from collab.studies.incoming import Incoming
from collab.studies.models import Series
from collab.studies.preparing import Preparer
from collab.studies.receiving import Receiver
from collab.studies.streaming import NotSatisfiable, asked_range
from tests import make
from tests.collab.studies import make as make_studies

TAG = '"tag"'


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"range": "bytes=0-9"}, (0, 10)),
        ({"range": "bytes=90-"}, (90, 100)),
        ({"range": "bytes=-5"}, (95, 100)),
        ({"range": "bytes=-500"}, (0, 100)),
        ({"range": "bytes=50-500"}, (50, 100)),
        ({"range": "bytes=9-0"}, None),
        ({"range": "bytes=-"}, None),
        ({"range": "bytes=0-1,4-5"}, None),
        ({"range": "lines=0-1"}, None),
        ({"range": "bytes=0-9", "if-range": TAG}, (0, 10)),
        ({"range": "bytes=0-9", "if-range": '"other"'}, None),
        ({"range": "bytes=0-9", "if-range": "W/" + TAG}, None),
    ],
)
def test_a_range_is_read_as_rfc_9110_says(headers: dict[str, str], expected: tuple[int, int] | None) -> None:
    assert asked_range(Headers(headers), etag=TAG, length=100) == expected


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_outside_is_not_satisfiable(asked: str) -> None:
    with pytest.raises(NotSatisfiable):
        asked_range(Headers({"range": asked}), etag=TAG, length=100)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        yield found


class Live:
    """A real server on a real socket, with one doctor."""

    def __init__(self, server: make.TestServer, intake: Intake, doctor: Person, url: str) -> None:
        self.server, self.intake, self.doctor, self.url = server, intake, doctor, url
        self.client = httpx.AsyncClient(base_url=url, headers={"origin": url})

    async def sign_in(self) -> None:
        await self.client.post("/login", data={"email": self.doctor.email, "password": make.PASSWORD})


@pytest.fixture
async def live(intake: Intake, hospital: Hospital, listener: socket.socket) -> AsyncIterator[Live]:
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    settings = Settings(data=intake.settings.data, public_url=url, demo=True)
    with intake.database.transaction() as session:
        doctor = make.person(session, hospital)
    server = make.server(
        intake.database,
        [*accounts_endpoints.routes(), *endpoints.routes()],
        settings=settings,
        parts={Intake: intake, Receiver: Receiver(intake, Preparer(intake))},
    )
    running = uvicorn.Server(uvicorn.Config(server.app, log_level="error", lifespan="off"))
    task = asyncio.create_task(running.serve([listener]))
    found = Live(server, intake, doctor, url)
    await found.sign_in()
    yield found
    await found.client.aclose()
    running.should_exit = True
    await task


async def test_a_pack_in_ranges_equals_the_whole(live: Live, hospital: Hospital, tmp_path: Path) -> None:
    study_id = make_studies.study(live.intake, tmp_path, hospital, count=6)
    with live.intake.database.transaction() as session:
        series_uid = session.scalars(select(Series.series_uid)).one()
    path = f"/api/studies/{study_id}/series/{series_uid}/stacks/0/pack"
    whole = await live.client.get(path, params={"first": "3"})
    assert whole.status_code == 200
    assert whole.content.startswith(b"CPK1")
    assert int(whole.headers["content-length"]) == len(whole.content)
    tag = whole.headers["etag"]
    joined = b""
    while len(joined) < len(whole.content):
        ask = {"range": f"bytes={len(joined)}-{len(joined) + 699}", "if-range": tag}
        part = await live.client.get(path, params={"first": "3"}, headers=ask)
        assert part.status_code == 206
        start, length = len(joined), len(part.content)
        assert part.headers["content-range"] == f"bytes {start}-{start + length - 1}/{len(whole.content)}"
        joined += part.content
    assert joined == whole.content
    same = await live.client.get(path, params={"first": "3"}, headers={"if-none-match": tag})
    assert (same.status_code, same.content) == (304, b"")
    beyond = await live.client.get(path, headers={"range": f"bytes={10**9}-"})
    assert (beyond.status_code, beyond.headers["content-range"].split("/")[0]) == (416, "bytes *")
    other = await live.client.get(path, params={"first": "0"}, headers={"range": "bytes=0-9", "if-range": tag})
    assert (other.status_code, len(other.content)) == (200, len(other.content))
    head = await live.client.head(path)
    assert (head.content, int(head.headers["content-length"]) > 1000) == (b"", True)
    for wrong in ("6", "-1", "x"):
        assert (await live.client.get(path, params={"first": wrong})).status_code == 422


async def test_an_upload_that_breaks_goes_on_where_it_stopped(live: Live) -> None:
    content = next(iter(make_studies.series(1).values()))
    begun = await live.client.post("/api/uploads", json={"name": "a.dcm", "size": len(content)})
    upload = begun.json()["upload_id"]
    path = f"/api/uploads/{upload}"

    async def breaks() -> AsyncIterator[bytes]:
        yield content[:500]
        raise ConnectionAbortedError

    with pytest.raises(ConnectionAbortedError):
        await live.client.patch(path, content=breaks(), headers={"Upload-Offset": "0"})
    received = await settled(live, path)
    assert received <= 500
    sent = await live.client.patch(path, content=content[received:], headers={"Upload-Offset": str(received)})
    assert sent.json()["received"] == len(content)
    await live.client.post(f"{path}/finish")
    assert live.server.site.part(Receiver).import_next()
    assert (await live.client.get(path)).json()["stored"] == 1


async def settled(live: Live, path: str) -> int:
    """Where to go on, once the server has let go of the broken connection."""
    while True:
        received = (await live.client.get(path)).json()["received"]
        probe = await live.client.patch(path, content=b"", headers={"Upload-Offset": str(received)})
        if probe.status_code == 200:
            return received


async def test_two_connections_do_not_write_to_one_upload(live: Live) -> None:
    begun = (await live.client.post("/api/uploads", json={"name": "a.dcm", "size": 4})).json()
    held = Incoming(live.intake.settings.data.absolute() / "uploads" / begun["batch"] / begun["upload_id"])
    path = f"/api/uploads/{begun['upload_id']}"
    try:
        answer = await live.client.patch(path, content=b"1234", headers={"Upload-Offset": "0"})
    finally:
        held.close()
    assert (answer.status_code, answer.json()["refused"]) == (409, "upload_busy")
    assert (await live.client.patch(path, content=b"1234", headers={"Upload-Offset": "0"})).status_code == 200


async def test_bytes_that_no_row_counts_are_cut_off(live: Live) -> None:
    """A server killed after a write and before its row: the sender was told nothing, so it sends them again."""
    begun = (await live.client.post("/api/uploads", json={"name": "a.dcm", "size": 8})).json()
    path = f"/api/uploads/{begun['upload_id']}"
    await live.client.patch(path, content=b"1234", headers={"Upload-Offset": "0"})
    file = live.intake.settings.data.absolute() / "uploads" / begun["batch"] / begun["upload_id"]
    file.write_bytes(b"1234xxxx")
    await live.client.patch(path, content=b"5678", headers={"Upload-Offset": "4"})
    assert file.read_bytes() == b"12345678"
