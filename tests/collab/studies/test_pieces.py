"""Uploads over a real socket, which breaks."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from collab.accounts.models import Hospital
from collab.studies.importing import Intake
from collab.studies.incoming import Incoming
from collab.studies.receiving import Receiver
from tests.collab.studies import make as make_studies
from tests.collab.studies.live import Live, serving


@pytest.fixture
async def live(intake: Intake, hospital: Hospital) -> AsyncIterator[Live]:
    async with serving(intake, hospital) as found:
        yield found


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
