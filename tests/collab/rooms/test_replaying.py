"""The replay over HTTP: the room's gate, the audit of each opening, and what is left of the trail."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import httpx
import msgspec
import pytest
from sqlalchemy import select

from collab.audit.models import AuditEntry
from collab.kit import pages
from collab.kit.database import Database
from collab.kit.settings import Settings
from collab.rooms import endpoints, service
from collab.rooms.hub import RoomHub, to_ms
from collab.rooms.page import ReplayPage
from collab.rooms.protocol import PointerMoved
from collab.rooms.trail import Step, Stretch, unpack
from collab.rooms.trail_files import TrailFiles
from tests import make
from tests.collab.rooms import make as rooms

PATHS = ["/rooms/{}/replay", "/api/rooms/{}/trail"]
STRETCH = Stretch((Step(100, PointerMoved(1, "a", 1, rooms.pointer())),), 0)


@pytest.fixture(autouse=True)
def _built(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The client need not be built for these tests."""
    (tmp_path / ".vite").mkdir()
    built = {f"src/{name}.ts": {"file": f"assets/{name}-1.js"} for name in ("replay", "pages")}
    (tmp_path / ".vite" / "manifest.json").write_text(json.dumps(built))
    monkeypatch.setattr(pages, "DIST", tmp_path)


def browser(database: Database, trails: TrailFiles, **settings: object) -> httpx.AsyncClient:
    hub = RoomHub(database=database, clock=make.TestClock())
    used = Settings(**settings)  # pyright: ignore[reportArgumentType]
    parts = {RoomHub: hub, TrailFiles: trails}
    return make.server(database, endpoints.routes(), settings=used, parts=parts).client()


def cookie(person: object) -> dict[str, str]:
    return {"cookie": f"consilium={rooms.token_of(person)}"}  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("path", PATHS)
async def test_whoever_has_no_seat_in_the_room_cannot_tell_it_from_none(
    database: Database, tmp_path: Path, path: str
) -> None:
    case, trails = rooms.case(database), TrailFiles(tmp_path / "trails")
    trails.append(case.room_id, 1, STRETCH)
    client = browser(database, trails)
    forbidden = await client.get(path.format(case.room_id), headers=cookie(case.outsider))
    absent = await client.get(path.format("ROO-0000000000000000"), headers=cookie(case.outsider))
    assert forbidden.status_code == absent.status_code == 404
    assert forbidden.text.replace(case.room_id, "") == absent.text.replace("ROO-0000000000000000", "")


@pytest.mark.parametrize("path", PATHS)
async def test_who_was_shown_out_does_not_see_it_again_either(database: Database, tmp_path: Path, path: str) -> None:
    case = rooms.case(database)
    with database.transaction() as session:
        service.revoke_member(session, None, room_id=case.room_id, person_id=case.guest.id, at=make.NIGHT, by="test")
    answer = await browser(database, TrailFiles(tmp_path)).get(path.format(case.room_id), headers=cookie(case.guest))
    assert answer.status_code == 404


async def test_each_opening_stands_in_the_audit(database: Database, tmp_path: Path) -> None:
    case = rooms.case(database)
    client = browser(database, TrailFiles(tmp_path))
    for path in (*PATHS, *PATHS):
        assert (await client.get(path.format(case.room_id), headers=cookie(case.guest))).status_code == 200
    with database.transaction() as session:
        read = select(AuditEntry).where(AuditEntry.object_id == case.room_id, AuditEntry.actor_id == case.guest.id)
        acts = [entry.act for entry in session.scalars(read.order_by(AuditEntry.seq))]
    assert acts == ["room.replayed", "room.trail_read"] * 2


async def test_the_page_says_whose_meeting_it_was_and_since_when_movements_are_kept(
    database: Database, tmp_path: Path
) -> None:
    case = rooms.case(database)
    with database.transaction() as session:
        service.close_room(session, None, room_id=case.room_id, at=make.NIGHT, by="test")
    client = browser(database, TrailFiles(tmp_path), trail_days=10)
    answer = await client.get(f"/rooms/{case.room_id}/replay", headers=cookie(case.expert))
    assert answer.status_code == 200
    [start] = re.findall(r'<script type="application/json" id="replay">(.*?)</script>', answer.text, re.DOTALL)
    replay = msgspec.json.decode(start, type=ReplayPage)
    assert (replay.room_id, replay.patient, replay.is_over) == (case.room_id, rooms.patient(), True)
    assert replay.opened_at_ms == to_ms(make.NIGHT)
    assert replay.kept_from_ms == to_ms(make.NIGHT - timedelta(days=10))


async def test_the_trail_comes_as_it_is_kept_without_what_is_torn(database: Database, tmp_path: Path) -> None:
    case, trails = rooms.case(database), TrailFiles(tmp_path / "trails")
    client = browser(database, trails)
    empty = await client.get(f"/api/rooms/{case.room_id}/trail", headers=cookie(case.expert))
    assert (empty.status_code, empty.content) == (200, b"")
    for epoch in (1, 2):
        trails.append(case.room_id, epoch, STRETCH)
    with (tmp_path / "trails" / case.room_id / "0000000001").open("ab") as file:
        file.write(b"\0\0\1\0torn")
    answer = await client.get(f"/api/rooms/{case.room_id}/trail", headers=cookie(case.expert))
    assert list(unpack(answer.content)) == [STRETCH, STRETCH]
