"""The room's page, its start and its facts, over HTTP."""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec
import pytest

from collab.audit.models import AuditEntry
from collab.kit import pages
from collab.kit.database import Database
from collab.kit.settings import Settings
from collab.rooms import endpoints, service, store
from collab.rooms.hub import RoomHub
from collab.rooms.journal import GENESIS, seal
from collab.rooms.models import RoomRecord
from collab.rooms.page import RoomPage
from collab.rooms.protocol import Done, Fact, Said, ViewMarked, ViewSettled
from collab.rooms.view import View
from tests import make
from tests.collab.rooms import golden
from tests.collab.rooms import make as rooms


@pytest.fixture(autouse=True)
def _built(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The client need not be built for these tests."""
    (tmp_path / ".vite").mkdir()
    built = {
        "src/main.ts": {"file": "assets/main-1.js", "dynamicImports": ["src/viewer/full.ts"]},
        "src/viewer/full.ts": {"file": "assets/full-1.js", "name": "full"},
    }
    (tmp_path / ".vite" / "manifest.json").write_text(json.dumps(built))
    monkeypatch.setattr(pages, "DIST", tmp_path)


def server(database: Database, **settings: object) -> make.TestServer:
    hub = RoomHub(database=database, clock=make.TestClock())
    used = Settings(**settings)  # pyright: ignore[reportArgumentType]
    return make.server(database, endpoints.routes(), settings=used, parts={RoomHub: hub})


def cookie(person: object) -> dict[str, str]:
    return {"cookie": f"consilium={rooms.token_of(person)}"}  # pyright: ignore[reportArgumentType]


PATHS = ["/rooms/{}", "/api/rooms/{}", "/api/rooms/{}/facts", "/api/rooms/{}/views/1"]


@pytest.mark.parametrize("path", PATHS[1:])
async def test_a_stranger_is_told_to_sign_in(database: Database, path: str) -> None:
    case = rooms.case(database)
    answer = await server(database).client().get(path.format(case.room_id))
    assert answer.status_code == 401


async def test_a_stranger_is_led_to_the_login(database: Database) -> None:
    case = rooms.case(database)
    answer = await server(database).client().get(f"/rooms/{case.room_id}")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login")


@pytest.mark.parametrize("path", PATHS[1:])
async def test_absent_and_forbidden_rooms_look_the_same(database: Database, path: str) -> None:
    case = rooms.case(database)
    browser = server(database).client()
    forbidden = await browser.get(path.format(case.room_id), headers=cookie(case.outsider))
    absent = await browser.get(path.format("ROO-0000000000000000"), headers=cookie(case.outsider))
    assert forbidden.status_code == absent.status_code == 404
    assert forbidden.text == absent.text


async def test_a_member_gets_the_page_with_its_start_inside(database: Database) -> None:
    case = rooms.case(database)
    answer = await server(database).client().get(f"/rooms/{case.room_id}", headers=cookie(case.expert))
    assert answer.status_code == 200
    assert "MARTIN Jeanne" in answer.text
    assert 'src="/static/dist/assets/main-1.js"' in answer.text
    [start] = re.findall(r'<script type="application/json" id="room">(.*?)</script>', answer.text, re.DOTALL)
    room = msgspec.json.decode(start, type=RoomPage)
    assert (room.room_id, room.actor, room.role) == (case.room_id, case.expert.id, "expert")
    assert room.socket_path == f"/rooms/{case.room_id}/live"
    assert room.patient == rooms.patient()
    assert room.phone == "+33 1 99 00 00 11"
    assert room.ice_servers == ()
    assert room.language == "fr"
    assert not room.demo


@pytest.mark.parametrize(("chosen", "offered"), [("abc2", ("abc2",)), ("", ()), ("other", ())])
async def test_a_site_chooses_which_aids_are_offered(database: Database, chosen: str, offered: tuple[str, ...]) -> None:
    case = rooms.case(database)
    answer = (
        await server(database, modules=chosen).client().get(f"/api/rooms/{case.room_id}", headers=cookie(case.expert))
    )
    assert msgspec.json.decode(answer.content, type=RoomPage).links.modules == offered


async def test_who_has_pictures_drawn_here_is_not_given_the_code_that_draws_there(database: Database) -> None:
    case = rooms.case(database)
    browser = server(database).client()

    async def is_given(search: str = "", thin_for: str = "") -> bool:
        kept = cookie(case.expert)["cookie"] + (f"; consilium_thin={thin_for}" if thin_for else "")
        answer = await browser.get(f"/rooms/{case.room_id}{search}", headers={"cookie": kept})
        return "/static/dist/assets/full-1.js" in answer.text

    assert await is_given()
    assert not await is_given("?view=thin")
    assert not await is_given(thin_for=case.expert.id)
    assert await is_given("?view=full", thin_for=case.expert.id)
    assert await is_given(thin_for=case.requester.id), "another user of the same machine has chosen it"


async def test_the_start_as_json_is_that_of_the_page(database: Database) -> None:
    case = rooms.case(database)
    browser = server(database).client()
    page = await browser.get(f"/rooms/{case.room_id}", headers=cookie(case.requester))
    start = await browser.get(f"/api/rooms/{case.room_id}", headers=cookie(case.requester))
    assert msgspec.json.decode(start.content, type=RoomPage).role == "requester"
    assert start.text in page.text


async def test_nothing_in_the_start_can_end_its_element(database: Database) -> None:
    case = rooms.case(database)
    evil = "</script><script>alert(1)</script>"
    with database.transaction() as session:
        record = session.get_one(RoomRecord, case.room_id)
        record.patient = record.patient | {"name": evil}
    answer = await server(database).client().get(f"/rooms/{case.room_id}", headers=cookie(case.expert))
    assert evil not in answer.text
    [start] = re.findall(r'id="room">(.*?)</script>', answer.text, re.DOTALL)
    assert json.loads(start)["patient"]["name"] == evil


async def test_turn_credentials_name_a_seat_and_no_person(database: Database) -> None:
    case = rooms.case(database)
    used = {"turn_urls": "turn:turn.valmont.example:3478", "turn_secret": "s", "force_relay": True}
    answer = await server(database, **used).client().get(f"/api/rooms/{case.room_id}", headers=cookie(case.expert))
    room = msgspec.json.decode(answer.content, type=RoomPage)
    [turn] = room.ice_servers
    assert turn.urls == ("turn:turn.valmont.example:3478",)
    assert turn.username is not None
    assert turn.username.endswith(f":{case.room_id}.0")
    assert turn.credential
    assert room.ice_policy == "relay"


async def test_facts_are_read_after_a_number(database: Database) -> None:
    case = rooms.case(database)
    with database.transaction() as session:
        store.append(session, seal(golden.facts(), room_id=case.room_id, epoch=1, previous_hash=GENESIS))
    browser = server(database).client()
    answer = await browser.get(f"/api/rooms/{case.room_id}/facts?after=15", headers=cookie(case.guest))
    assert msgspec.json.decode(answer.content, type=list[Fact]) == golden.facts()[15:]


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "9" * 20, "²"])
async def test_a_number_that_is_none_is_refused(database: Database, after: str) -> None:
    case = rooms.case(database)
    browser = server(database).client()
    answer = await browser.get(f"/api/rooms/{case.room_id}/facts", params={"after": after}, headers=cookie(case.guest))
    assert answer.status_code == 422


async def test_the_journal_of_a_closed_room_is_still_read(database: Database) -> None:
    case = rooms.case(database)
    with database.transaction() as session:
        service.close_room(session, None, room_id=case.room_id, at=make.NIGHT, by="test")
    answer = await server(database).client().get(f"/api/rooms/{case.room_id}/facts", headers=cookie(case.guest))
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("path", "act"), [(PATHS[0], "room.shown"), (PATHS[1], "room.shown"), (PATHS[2], "room.journal_read")]
)
async def test_every_reading_is_in_the_audit(database: Database, path: str, act: str) -> None:
    case = rooms.case(database)
    await server(database).client().get(path.format(case.room_id), headers=cookie(case.guest))
    with database.transaction() as session:
        rows = session.query(AuditEntry).filter_by(object_id=case.room_id, actor_id=case.guest.id).all()
        assert [one.act for one in rows] == [act]


async def test_r45_a_view_is_found_under_the_number_of_its_fact_by_members_only(database: Database) -> None:
    case = rooms.case(database)
    done: list[Done] = [
        ViewMarked(rooms.grid()),
        Said("Merci."),
        Said("Ici ?", rooms.view(12.5), "coupe 85/160"),
        ViewSettled(1, rooms.view(3.0)),
    ]
    facts = [Fact(seq, rooms.START_MS, case.expert.id, "", 0, each) for seq, each in enumerate(done, 1)]
    with database.transaction() as session:
        store.append(session, seal(facts, room_id=case.room_id, epoch=1, previous_hash=GENESIS))
    browser = server(database).client()

    async def found(seq: object, person: object = case.requester) -> View | int:
        answer = await browser.get(f"/api/rooms/{case.room_id}/views/{seq}", headers=cookie(person))
        return msgspec.json.decode(answer.content, type=View) if answer.status_code == 200 else answer.status_code

    assert await found(1, case.outsider) == 404
    assert [await found(seq) for seq in (1, 3, 4)] == [rooms.grid(), rooms.view(12.5), rooms.view(3.0)]
    assert [await found(seq) for seq in (2, 5, 0, "x", "9" * 40)] == [404] * 5
    with database.transaction() as session:
        assert session.query(AuditEntry).filter_by(act="room.view_read").count() > 0
