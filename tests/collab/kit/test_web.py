"""From a request to a call in one transaction, and from a refusal to words."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import func, select
from starlette.responses import Response

from collab.accounts.models import Hospital, Try
from collab.kit.database import Database
from collab.kit.refusals import NotFound, Refusal
from collab.kit.web import MAX_BODY_BYTES, Call, Later, api, door_of, json_answer, page
from tests import make


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the test sends."""

    count: int
    names: list[str] = []


def echo(call: Call) -> Response:
    return json_answer(call.read(Wish))


def echo_form(call: Call) -> Response:
    return json_answer(call.form(Wish))


def write_and_refuse(call: Call) -> Response:
    call.session.add(Hospital(id="HOS-x", finess="990000999", name="x", phone=""))
    call.session.flush()
    raise NotFound


class Traced(Refusal):
    """A refusal whose trace is kept."""

    code = "wrong_password"
    status = 403
    leaves_trace = True


def write_a_trace(call: Call) -> Response:
    call.session.add(Try(key="account:x", at=make.NIGHT))
    raise Traced


def write_then_work(call: Call) -> Later:
    """Writes, works while another transaction writes, and tells what is there then."""
    call.session.add(Try(key="account:x", at=make.NIGHT))
    database = call.site.database

    def work() -> str:
        with database.transaction() as session:
            session.add(Try(key="account:y", at=make.NIGHT))
        return "worked"

    def then(call: Call, worked: str) -> Response:
        keys = call.session.scalars(select(Try.key).order_by(Try.key)).all()
        if call.request.query_params.get("refuse"):
            call.session.add(Try(key="account:z", at=make.NIGHT))
            raise NotFound
        return json_answer([worked, *keys, call.read(Wish).count])

    return Later(work=work, then=then)


ROUTES = [
    api("/api/later", write_then_work, methods=["POST"], takes=Wish, open_to_all=True),
    api("/api/echo", echo, methods=["POST"], takes=Wish, open_to_all=True),
    page("/form", echo_form, methods=["POST"], open_to_all=True),
    page("/refused", write_and_refuse, open_to_all=True),
    api("/api/traced", write_a_trace, methods=["POST"], open_to_all=True),
    api("/api/closed", echo),
]


async def test_slow_work_holds_no_transaction_and_is_answered_in_one_of_its_own(database: Database) -> None:
    answer = await make.server(database, ROUTES).client().post("/api/later", json={"count": 3})
    assert answer.json() == ["worked", "account:x", "account:y", 3]


async def test_a_refusal_after_slow_work_undoes_only_what_came_after(database: Database) -> None:
    answer = await make.server(database, ROUTES).client().post("/api/later?refuse=1", json={"count": 3})
    assert answer.status_code == 404
    with database.transaction() as session:
        assert session.scalars(select(Try.key).order_by(Try.key)).all() == ["account:x", "account:y"]


async def test_a_stranger_gets_401_from_the_api(database: Database) -> None:
    answer = await make.server(database, ROUTES).client().get("/api/closed")
    assert (answer.status_code, answer.json()["refused"]) == (401, "sign_in")


@pytest.mark.parametrize("body", [b"", b"{", b'{"count": "3"}', b'{"count": 3, "role": "administrator"}'])
async def test_a_body_of_another_form_is_refused_with_the_reason(database: Database, body: bytes) -> None:
    answer = await make.server(database, ROUTES).client().post("/api/echo", content=body)
    assert (answer.status_code, answer.json()["refused"]) == (422, "bad_input")


async def test_a_body_too_large_is_not_read_to_its_end(database: Database) -> None:
    answer = await make.server(database, ROUTES).client().post("/api/echo", content=b"x" * (MAX_BODY_BYTES + 1))
    assert (answer.status_code, answer.json()["refused"]) == (429, "body_too_large")


async def test_a_form_gathers_fields_that_come_several_times(database: Database) -> None:
    answer = await make.server(database, ROUTES).client().post("/form", data={"count": "3", "names[]": ["a", "b"]})
    assert answer.json() == {"count": 3, "names": ["a", "b"]}


async def test_a_refusal_undoes_what_was_written(database: Database) -> None:
    answer = await make.server(database, ROUTES).client().get("/refused")
    assert answer.status_code == 404
    with database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Hospital)) == 0


async def test_a_refusal_that_leaves_a_trace_keeps_it(database: Database) -> None:
    answer = await make.server(database, ROUTES).client().post("/api/traced")
    assert answer.status_code == 403
    with database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Try)) == 1


async def test_a_path_that_nobody_knows_is_a_page_for_people_and_json_for_programs(database: Database) -> None:
    server = make.server(database, ROUTES)
    assert "<html" in (await server.client().get("/nowhere")).text
    answer = await server.client().get("/api/nowhere")
    assert (answer.status_code, answer.json()["refused"]) == (404, "not_found")


def test_a_route_tells_what_it_takes() -> None:
    door = door_of(ROUTES[0])
    assert door is not None
    assert (door.takes, door.is_api, door.open_to_all) == (Wish, True, True)


async def test_a_text_with_a_nul_is_refused_before_the_database_meets_it(postgres_database: Database) -> None:
    def find(call: Call) -> Response:
        named = call.path("id") + call.request.query_params.get("search", "")
        return json_answer(call.session.scalars(select(Hospital).where(Hospital.name == named)).all())

    client = make.server(postgres_database, [*ROUTES, api("/api/found/{id}", find, open_to_all=True)]).client()
    as_json = await client.post("/api/echo", content=rb'{"count": 3, "names": ["a\u0000b"]}')
    as_form = await client.post("/form", data={"count": "3", "names[]": "a\0b"})
    assert [answer.status_code for answer in (as_json, as_form)] == [422, 422]
    for path in ("/api/found/a%00b", "/api/found/a?search=a%00b"):
        assert (await client.get(path)).status_code == 404
    assert (await client.get("/api/found/a?search=b")).json() == []
    words = await client.post("/api/echo", content=rb'{"count": 3, "names": ["a\\u0000b"]}')
    assert words.json()["names"] == [r"a\u0000b"]
