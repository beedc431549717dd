"""Second reads over HTTP, and the contract that nothing lets them pass for an expertise or the other way round."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from collab.conclusions import endpoints as conclusions
from collab.conclusions.models import ExpertConclusion
from collab.expertise import endpoints as expertise
from collab.exports.pdf import render_conclusion
from collab.kit.database import Model
from collab.kit.web import door_of
from collab.second_reads import endpoints as second_reads
from collab.second_reads.models import SecondRead
from tests import make
from tests.collab.expertise.make import World, asking
from tests.collab.second_reads.make import report

PAGES = ("/second-reads", "/second-reads/new")


async def test_a_stranger_gets_nothing(world: World) -> None:
    browser, report_id = world.server.client(), report(world)
    for path in (*PAGES, f"/second-reads/reports/{report_id}"):
        assert (await browser.get(path)).status_code == 303
    for path in (f"/api/primary-reports/{report_id}", "/api/second-reads/2RD-1"):
        assert (await browser.get(path)).status_code == 401


@pytest.mark.parametrize("who", ["requester", "technologist", "expert", "outsider"])
async def test_who_is_no_peer_of_the_house_cannot_tell_that_a_report_is_there(world: World, who: str) -> None:
    report_id = report(world)
    browser = await world.server.sign_in(getattr(world, who))
    body = {"primary_report_id": report_id, "agreement_class": "1"}
    assert (await browser.get(f"/second-reads/reports/{report_id}")).status_code == 404
    assert (await browser.post(f"/second-reads/reports/{report_id}", data={"agreement_class": "1"})).status_code == 404
    assert (await browser.get(f"/api/primary-reports/{report_id}")).status_code == 404
    assert (await browser.post("/api/second-reads", json=body)).status_code == 404


@pytest.mark.parametrize(("language", "verb"), [("fr", "Enregistrer la seconde lecture"), ("en", "Record the second")])
async def test_a_report_is_read_second_on_the_pages(world: World, language: str, verb: str) -> None:
    browser = await world.server.sign_in(world.colleague)
    await browser.post("/language", data={"chosen": language})
    for path in PAGES:
        assert (await browser.get(path)).status_code == 200
    given = {"study_id": world.study_id, "report_text": "Pas de lésion.", "first_reader": "Dr Léa Fontaine"}
    path = (await browser.post("/second-reads/new", data=given)).headers["location"]
    assert verb in (await browser.get(path)).text
    assert (await browser.post(path, data={"agreement_class": "4"})).status_code == 422
    await browser.post(path, data={"agreement_class": "2a", "comment": "micro-hémorragie"})
    page = (await browser.get(path)).text
    assert "micro-hémorragie" in page
    assert verb not in page
    assert "2a" in (await browser.get("/second-reads")).text


async def test_programs_read_second_too(world: World) -> None:
    browser, report_id = await world.server.sign_in(world.colleague), report(world)
    answer = await browser.post("/api/second-reads", json={"primary_report_id": report_id, "agreement_class": "3b"})
    made = answer.json()
    assert (answer.status_code, made["agreement_class"]) == (201, "3b")
    assert (await browser.get(f"/api/second-reads/{made['second_read_id']}")).json() == made


# ---- the contract (DOMAIN 6.3)


def columns(model: type[Model]) -> set[str]:
    return {column.name for column in model.__table__.columns}


def test_the_two_tables_have_nothing_in_common_but_that_rows_have_names() -> None:
    assert columns(ExpertConclusion) & columns(SecondRead) == {"id"}


def test_the_two_have_no_parent_but_that_of_every_table() -> None:
    shared = set(ExpertConclusion.__mro__) & set(SecondRead.__mro__)
    assert shared == set(Model.__mro__)


def test_a_second_read_has_no_signature_no_recipient_and_no_recommendation() -> None:
    forbidden = ("sign", "recipient", "recommendation", "document", "sha256", "answer", "question", "request")
    assert not [name for name in columns(SecondRead) for word in forbidden if word in name]


def test_no_root_is_shared_and_no_route_gives_a_second_read_as_a_document() -> None:
    ours = {route.path for route in second_reads.routes()}  # type: ignore[attr-defined]
    theirs = {route.path for route in [*conclusions.routes(), *expertise.routes(render_conclusion=render_conclusion)]}  # type: ignore[attr-defined]
    assert all(path.startswith(("/second-reads", "/api/second-reads", "/api/primary-reports")) for path in ours)
    assert not any("second-read" in path or "primary-report" in path for path in theirs)
    assert not any("pdf" in path or "document" in path for path in ours)


def test_no_body_that_one_takes_is_taken_by_the_other() -> None:
    doors = [door_of(route) for route in second_reads.routes()]  # type: ignore[arg-type]
    ours = {door.takes for door in doors if door is not None and door.takes is not None}
    doors = [door_of(route) for route in expertise.routes(render_conclusion=render_conclusion)]  # type: ignore[arg-type]
    theirs = {door.takes for door in doors if door is not None and door.takes is not None}
    assert not ours & theirs
    whole = {"primary_report_id": "RPT-1", "agreement_class": "1"}
    for kind in theirs:
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(whole, kind)


async def test_no_endpoint_accepts_one_where_the_other_is_expected(world: World) -> None:
    request_id, report_id = world.concluded(), report(world)
    reader = await world.server.sign_in(world.colleague)
    given = {"primary_report_id": report_id, "agreement_class": "1"}
    second_id = (await reader.post("/api/second-reads", json=given)).json()["second_read_id"]
    with world.database.transaction() as session:
        conclusion_id = session.query(ExpertConclusion).one().id
    for path in (
        f"/api/conclusions/{second_id}",
        f"/conclusions/{second_id}",
        f"/conclusions/{second_id}/document.pdf",
        f"/api/expertise/{second_id}",
        f"/expertise/{report_id}",
        f"/api/second-reads/{conclusion_id}",
        f"/api/primary-reports/{request_id}",
        f"/second-reads/reports/{conclusion_id}",
    ):
        assert (await reader.get(path)).status_code == 404, path
    for wrong in (conclusion_id, request_id):
        answer = await reader.post("/api/second-reads", json={**given, "primary_report_id": wrong})
        assert answer.status_code == 422
    body = {**msgspec.to_builtins(asking(world)), "agreement_class": "1"}
    assert (await reader.post("/api/expertise", json=body)).status_code == 422


@pytest.mark.parametrize(
    ("column", "value"),
    [("id", "EXC-1"), ("primary_report_id", "EXR-1"), ("agreement_class", "4")],
)
def test_the_database_refuses_a_row_of_the_other_nature(world: World, column: str, value: str) -> None:
    row = {
        "id": "2RD-1",
        "primary_report_id": report(world),
        "second_reader_id": world.colleague.id,
        "agreement_class": "1",
        "comment": "",
        "read_at": make.NIGHT,
        column: value,
    }
    names = ", ".join(row)
    insert = text(f"INSERT INTO second_read ({names}) VALUES ({', '.join(f':{name}' for name in row)})")
    with pytest.raises(IntegrityError, match="CHECK"), world.database.transaction() as session:
        session.execute(insert, {**row, "read_at": "2026-11-24 02:10:00"})
