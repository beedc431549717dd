"""Files made to exhaust a server, through the program as it is run: refused, at no cost to it or to anybody else."""

from __future__ import annotations

import asyncio
import io
import sys
import zipfile
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from collab.accounts import service as accounts
from collab.accounts.service import NewPerson
from collab.app import schema
from collab.kit.caller import Role
from collab.kit.clock import utc_now
from collab.kit.database import Database
from tests.collab.app.program import Program, eventually
from tests.collab.studies import make as make_studies
from tests.dicom_render import make as make_images

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a process's peak memory is read in /proc")

PASSWORD = "la coupe que vous voyez"
SENDER, OTHER = "benali@valmont.example", "aubry@valmont.example"
TOO_LARGE, CANNOT_UNDERSTAND = 0xA700, 0xC000
# Each would take at least 60 MB if what it says of itself were believed, one of them a gigabyte.
BOMBS = {
    "rle-400-mb.dcm": (lambda: make_images.rle_bomb(20_000), TOO_LARGE),
    "deflated-1-gb.dcm": (make_images.deflated_bomb, TOO_LARGE),
    # The header of these is true to size; what stands behind it is not.
    "rle-64-mb.dcm": (lambda: make_images.rle_bomb(8_000), CANNOT_UNDERSTAND),
    "j2k-144-mb-behind-64x64.dcm": (lambda: another(make_images.j2k_bomb()), CANNOT_UNDERSTAND),
}
# Less than the smallest of them; what the server itself needs for requests it has not had before is far below.
MOST_GROWTH_BYTES = 48 << 20
PARTS = 'multipart/related; type="application/dicom"; boundary=x'


def another(file: bytes) -> bytes:
    """The builder's instances all have one UID."""
    return file.replace(b"1.2.3.4.1", b"1.2.3.4.2")


@dataclass(kw_only=True)
class Site:
    """The program, and two people's browsers."""

    program: Program
    sender: httpx.AsyncClient
    other: httpx.AsyncClient

    @property
    def peak_bytes(self) -> int:
        """The most that the server's process has held so far."""
        assert self.program.process is not None
        status = Path(f"/proc/{self.program.process.pid}/status").read_text()
        (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024


@pytest.fixture
async def site(tmp_path: Path) -> AsyncGenerator[Site]:
    program = Program(data=tmp_path, database_url=f"sqlite:///{tmp_path}/consilium.db")
    database = Database(program.database_url)
    schema.migrate(database)
    with database.transaction() as session:
        home = accounts.add_hospital(session, finess="990000011", name="Valmont", phone="+33 1 99 00 00 11")
        for email in (SENDER, OTHER):
            new = NewPerson(
                email=email, name=email, role=Role.DOCTOR, hospital_id=home.id, specialty="emergency_medicine"
            )
            accounts.add_person(session, new, PASSWORD, by="test", at=utc_now())
    database.close()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(program.serving())
        sender, other = [await stack.enter_async_context(program.browser(email, PASSWORD)) for email in (SENDER, OTHER)]
        found = Site(program=program, sender=sender, other=other)
        # Whatever is loaded and opened for the first good image is not the bombs' doing.
        assert (await store(found, {"good.dcm": good()})).status_code == 200
        yield found


def good() -> bytes:
    return make_studies.dicom(study_uid=make_studies.uid(), series_uid=make_studies.uid())


async def store(site: Site, files: Mapping[str, bytes]) -> httpx.Response:
    """By STOW-RS, all in one body."""
    parts = (b"--x\r\nContent-Type: application/dicom\r\n\r\n" + each + b"\r\n" for each in files.values())
    body = b"".join(parts) + b"--x--\r\n"
    return await site.sender.post("/dicomweb/studies", content=body, headers={"content-type": PARTS})


@asynccontextmanager
async def somebody_working(site: Site) -> AsyncGenerator[list[int]]:
    """The other doctor keeps asking for the list of studies; the statuses of what was answered so far."""
    answered: list[int] = []

    async def work() -> None:
        while True:
            answered.append((await site.other.get("/api/studies")).status_code)

    task = asyncio.create_task(work())
    try:
        yield answered
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_bomb_that_is_stored_by_a_program_is_refused_and_hurts_nobody(site: Site) -> None:
    before = site.peak_bytes
    async with somebody_working(site) as answered:
        for name, (make, reason) in BOMBS.items():
            content, begun = make(), len(answered)
            answer = await store(site, {name: content, "good.dcm": good()})
            assert (answer.status_code, len(answer.json()["00081199"]["Value"])) == (202, 1), name
            assert refusals(answer.json()) == [reason], name
            # One request was under way when this began; a second was begun and answered meanwhile.
            assert len(answered) - begun >= 2, name
    assert set(answered) == {200}
    assert site.peak_bytes - before < MOST_GROWTH_BYTES


async def test_a_bomb_that_is_uploaded_never_becomes_an_image_and_its_reason_is_told(site: Site) -> None:
    before = site.peak_bytes
    async with somebody_working(site) as answered:
        state = await upload(site, {name: make() for name, (make, _) in BOMBS.items()})
        assert (state["files"], state["stored"] + state["set_aside"]) == (len(BOMBS), len(BOMBS))
        series = [each for study in state["study_ids"] for each in await settled(site, study)]
    # What says itself that it is too large is refused at the door, the others when they are prepared.
    assert state["set_aside"] == 2
    assert [(each["state"], each["stacks"]) for each in series] == [("refused", [])]
    assert series[0]["refusal"]
    assert set(answered) == {200}
    assert site.peak_bytes - before < MOST_GROWTH_BYTES
    assert (await store(site, {"good.dcm": good()})).status_code == 200


async def test_files_damaged_in_many_ways_each_have_one_fate(site: Site, test_data: Path) -> None:
    files = {path.name: path.read_bytes() for path in sorted((test_data / "11_malformed").rglob("*.dcm"))}
    before = site.peak_bytes
    async with somebody_working(site) as answered:
        answer = (await store(site, files)).json()
    stored = len(answer["00081199"]["Value"])
    assert stored + len(refusals(answer)) == len(files) == 29
    assert set(answered) == {200}
    assert site.peak_bytes - before < MOST_GROWTH_BYTES


def refusals(answer: dict[str, Any]) -> list[int]:
    """Of instances that could be named, then of those that could not."""
    failed = [item for tag in ("00081198", "0008119A") for item in answer.get(tag, {}).get("Value", [])]
    return [item["00081197"]["Value"][0] for item in failed]


async def upload(site: Site, files: Mapping[str, bytes]) -> dict[str, Any]:
    """As a drop of one archive; its state once it is over."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    drop = packed.getvalue()
    begun = (await site.sender.post("/api/uploads", json={"name": "disc.zip", "size": len(drop)})).json()
    path = f"/api/uploads/{begun['upload_id']}"
    await site.sender.patch(path, content=drop, headers={"upload-offset": "0"})
    await site.sender.post(f"{path}/finish")

    async def over() -> dict[str, Any] | None:
        state = (await site.sender.get(path)).json()
        return state if state["state"] == "done" else None

    return await eventually(over)


async def settled(site: Site, study_id: str) -> list[dict[str, Any]]:
    """The series of a study, prepared or given up."""

    async def found() -> list[dict[str, Any]] | None:
        series = (await site.sender.get(f"/api/studies/{study_id}")).json()["series"]
        return series if all(each["state"] != "preparing" for each in series) else None

    return await eventually(found)
