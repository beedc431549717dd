"""Doors through which bytes flow: refusals as everywhere, transactions of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from collab.accounts import endpoints as accounts_endpoints
from collab.accounts.models import Hospital
from collab.kit.caller import Caller
from collab.kit.database import Database
from collab.kit.refusals import NotFound
from collab.kit.web import door_of, json_answer
from collab.studies.doors import Endpoint, StreamRefusal, called, streamed
from tests import make


class Elsewhere(StreamRefusal):
    """A refusal that tells the size, as RFC 9110 15.5.17 wants of 416."""

    code = "not_found"
    status = 416

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Content-Range": "bytes */1000"}


def whose(request: Request, session: Session, caller: Caller) -> str:
    return caller.name


def add_hospital(request: Request, session: Session, caller: Caller) -> None:
    session.add(Hospital(id="HOS-x", finess="990000999", name="x", phone=""))
    session.flush()
    if request.query_params.get("refuse"):
        raise NotFound


async def tell_name(request: Request) -> Response:
    """Who is it?"""
    return json_answer({"name": await called(request, whose)})


async def write(request: Request) -> Response:
    await called(request, add_hospital)
    return json_answer({})


async def refuse(request: Request) -> Response:
    raise Elsewhere


async def flow(request: Request) -> Response:
    """A transaction in the middle of the bytes: it would wait for ever if one were open around the answer."""

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(2):
            yield (await called(request, whose)).encode()

    return StreamingResponse(pieces())


def server(database: Database, endpoint: Endpoint) -> make.TestServer:
    return make.server(database, [*accounts_endpoints.routes(), streamed("/x", endpoint, method="GET", gives=None)])


async def signed_in(server: make.TestServer) -> Any:  # Any: httpx's client
    with server.site.database.transaction() as session:
        doctor = make.person(session, make.hospital(session))
    return await server.sign_in(doctor)


def count_hospitals(database: Database) -> int:
    with database.transaction() as session:
        return session.scalar(select(func.count()).select_from(Hospital).where(Hospital.id == "HOS-x")) or 0


async def test_a_stranger_is_told_to_sign_in_and_nothing_is_done(database: Database) -> None:
    answer = await server(database, write).client().get("/x", headers={"accept-language": "en"})
    assert answer.status_code == 401
    assert answer.json() == {"refused": "sign_in", "says": "Sign in to continue.", "facts": {}}
    assert count_hospitals(database) == 0


async def test_an_act_is_done_as_whoever_sent_the_request(database: Database) -> None:
    client = await signed_in(server(database, tell_name))
    assert (await client.get("/x")).json() == {"name": "Dr Claire Aubry"}


async def test_an_act_is_kept_as_a_whole_or_not_at_all(database: Database) -> None:
    client = await signed_in(server(database, write))
    refused = await client.get("/x", params={"refuse": "1"})
    assert (refused.status_code, refused.json()["refused"]) == (404, "not_found")
    assert count_hospitals(database) == 0
    assert (await client.get("/x")).status_code == 200
    assert count_hospitals(database) == 1


async def test_a_refusal_says_in_its_headers_what_only_they_can(database: Database) -> None:
    answer = await server(database, refuse).client().get("/x")
    assert (answer.status_code, answer.headers["content-range"]) == (416, "bytes */1000")


@pytest.mark.parametrize(
    ("cookies", "accepts", "begins"),
    [
        ({}, "", "Connectez-vous"),
        ({}, "de,en;q=0.8", "Sign in"),
        ({"language": "fr"}, "en", "Connectez-vous"),
    ],
)
async def test_a_refusal_speaks_the_language_of_its_reader(
    database: Database, cookies: dict[str, str], accepts: str, begins: str
) -> None:
    client = server(database, tell_name).client()
    client.cookies.update(cookies)
    answer = await client.get("/x", headers={"accept-language": accepts})
    assert answer.json()["says"].startswith(begins)


async def test_no_transaction_is_open_while_bytes_flow(database: Database) -> None:
    client = await signed_in(server(database, flow))
    assert (await client.get("/x")).text == "Dr Claire Aubry" * 2


def test_a_door_is_described_as_any_other_and_open_to_nobody_unknown() -> None:
    door = door_of(streamed("/x", tell_name, method="PATCH", gives=dict))
    assert door is not None
    assert (door.is_api, door.open_to_all, door.takes, door.gives) == (True, False, None, dict)
    assert door.handler.__doc__ == "Who is it?"
    assert streamed("/x", tell_name, method="PATCH", gives=None).methods == {"PATCH"}
