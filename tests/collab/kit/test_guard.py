"""Requests that a foreign page makes in the name of a signed-in doctor are refused; safety headers are on all."""

from __future__ import annotations

import pytest
from starlette.responses import Response

from collab.kit.database import Database
from collab.kit.web import Call, json_answer, page
from tests import make


def write(_: Call) -> Response:
    return json_answer("written")


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "http://evil.example",
        "http://127.0.0.1:8000.evil.example",
        "http://127.0.0.1:8001",
        "https://127.0.0.1:8000",
        "http://localhost:8000",
        "http://127.0.0.1",
        "http://user@127.0.0.1:8000",
        "HTTP://127.0.0.1:8000",
        "http://127.0.0.1:8000/",
        None,
    ],
)
async def test_a_write_from_elsewhere_is_refused(database: Database, origin: str | None) -> None:
    server = make.server(database, [page("/write", write, methods=["POST"], open_to_all=True)])
    assert (await server.client(origin=origin).post("/write")).status_code == 403


async def test_a_write_from_our_own_page_passes(database: Database) -> None:
    server = make.server(database, [page("/write", write, methods=["POST"], open_to_all=True)])
    assert (await server.client().post("/write")).status_code == 200


async def test_a_token_beside_a_cookie_does_not_excuse_a_missing_origin(database: Database) -> None:
    server = make.server(database, [page("/write", write, methods=["POST"], open_to_all=True)])
    program = server.client(token="any", origin=None)
    assert (await program.post("/write")).status_code == 200
    assert (await program.post("/write", headers={"cookie": "consilium=x"})).status_code == 403


async def test_the_browser_tells_of_a_foreign_site_even_with_our_origin(database: Database) -> None:
    server = make.server(database, [page("/write", write, methods=["POST"], open_to_all=True)])
    answer = await server.client().post("/write", headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403


async def test_every_answer_carries_the_safety_headers_and_is_not_kept(database: Database) -> None:
    server = make.server(database, [page("/write", write, open_to_all=True)])
    for path in ("/write", "/nowhere"):
        headers = (await server.client().get(path)).headers
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert "unsafe-inline" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
