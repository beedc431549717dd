"""The application as it is put together: its parts, its description of itself, what every answer carries."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import psutil
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from collab.app import schema, server
from collab.conclusions.service import Documents
from collab.delivery.bus import Bus
from collab.kit.pages import asset
from collab.kit.settings import Settings
from collab.kit.web import Call, Site, api, door_of, page
from collab.rooms.hub import RoomHub
from collab.studies.importing import Intake
from collab.studies.receiving import Receiver
from dicom_render.drawers import Drawers
from dicom_render.workers import Workers


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    found = server.build_site(Settings(data=tmp_path, workers=1))
    schema.migrate(found.database)
    yield found
    found.part(Drawers).close()
    found.part(Workers).close()
    found.database.close()


def client(site: Site, app: Starlette | None = None) -> httpx.AsyncClient:
    origin = site.settings.origin
    transport = httpx.ASGITransport(app or server.build_app(site), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=origin, headers={"origin": origin})


@pytest.mark.parametrize("kind", [Bus, Documents, Intake, Receiver, RoomHub, Workers])
def test_the_server_has_every_part_that_endpoints_call_for(site: Site, kind: type) -> None:
    assert isinstance(site.part(kind), kind)


async def test_the_api_describes_every_json_route_and_no_page(site: Site) -> None:
    async with client(site) as browser:
        answer = await browser.get("/api/openapi.json")
    described = {(method.upper(), path) for path, verbs in answer.json()["paths"].items() for method in verbs}
    routes = [(route, door_of(route)) for route in server.routes() if isinstance(route, Route)]
    expected = {
        (method, re.sub(r":\w+}", "}", route.path))
        for route, door in routes
        if door is not None and door.is_api
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert answer.json()["openapi"].startswith("3.1")
    assert described == expected
    assert ("POST", "/api/expertise/{request_id}/conclusion") in described


async def test_what_the_api_takes_and_gives_is_described_by_schemas_that_are_there(site: Site) -> None:
    async with client(site) as browser:
        document = (await browser.get("/api/openapi.json")).json()
    named = set(_references(document))
    assert "#/components/schemas/SignConclusion" in named
    assert {name.rsplit("/", 1)[1] for name in named} <= set(document["components"]["schemas"])


def _references(value: object) -> Iterator[str]:
    match value:
        case {"$ref": str(name)}:
            yield name
        case dict():
            for each in value.values():  # pyright: ignore[reportUnknownVariableType] - any JSON
                yield from _references(each)  # pyright: ignore[reportUnknownArgumentType]
        case list():
            for each in value:  # pyright: ignore[reportUnknownVariableType]
                yield from _references(each)  # pyright: ignore[reportUnknownArgumentType]
        case _:
            pass


async def test_a_path_that_no_route_knows_is_a_page_for_people_and_json_for_programs(site: Site) -> None:
    async with client(site) as browser:
        page_answer, json_answer = await browser.get("/nowhere"), await browser.get("/api/nowhere")
    assert (page_answer.status_code, json_answer.status_code) == (404, 404)
    assert page_answer.headers["content-type"].startswith("text/html")
    assert json_answer.json()["refused"] == "not_found"


async def test_every_answer_carries_the_safety_headers_and_stays_out_of_caches(site: Site) -> None:
    paths = ("/login", "/", "/nowhere", "/api/studies", "/healthz", "/rooms/ROO-0")
    async with client(site) as browser:
        for path in paths:
            headers = (await browser.get(path)).headers
            assert "default-src 'none'" in headers["content-security-policy"], path
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["cache-control"] == "no-store", path


async def test_built_files_may_be_kept_and_only_they(site: Site) -> None:
    async with client(site) as browser:
        built = await browser.get(asset("src/pages.ts"))
        plain = await browser.get("/static/consilium.css")
    assert built.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert plain.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/static/../templates/layout.html", "/static/%2e%2e/locales/fr/kit.json"])
async def test_nothing_outside_of_the_static_files_is_served_as_one(site: Site, path: str) -> None:
    async with client(site) as browser:
        assert (await browser.get(path)).status_code == 404


async def test_a_bug_is_told_as_little_as_possible(site: Site) -> None:
    """Behind a door it is caught there; outside of any door the application's own handler answers."""

    def broken(_: Call) -> httpx.Response:
        raise ZeroDivisionError("MARTIN Paul")

    async def bare(_: object) -> httpx.Response:
        raise ZeroDivisionError("MARTIN Paul")

    app = server.build_app(site)
    planted = [
        page("/login/broken", broken, open_to_all=True),  # pyright: ignore[reportArgumentType]
        api("/api/broken", broken, open_to_all=True),  # pyright: ignore[reportArgumentType]
        Route("/bare", bare),
    ]
    app.router.routes[:0] = planted
    async with client(site, app) as browser:
        for path in ("/login/broken", "/api/broken", "/bare"):
            answer = await browser.get(path)
            assert answer.status_code == 500
            assert "MARTIN" not in answer.text
            assert "Zero" not in answer.text


async def test_the_whole_server_starts_and_leaves_nothing_running(tmp_path: Path) -> None:
    threads, children = set(threading.enumerate()), set(psutil.Process().children())
    site = server.build_site(Settings(data=tmp_path, workers=1))
    schema.migrate(site.database)
    app = server.build_app(site)
    async with app.router.lifespan_context(app), client(site, app) as browser:
        assert (await browser.get("/readyz")).status_code == 200
        started = {thread.name for thread in set(threading.enumerate()) - threads}
        assert {"prepare-0", "receive-0"} <= started
        # One prepares, one reads what comes in; those that draw are started when there is something to draw.
        assert len(set(psutil.Process().children()) - children) == 2
    left = {thread.name for thread in set(threading.enumerate()) - threads if not thread.name.startswith("AnyIO")}
    # The event loop's own threads wait for their next work; the server's are gone.
    assert left.isdisjoint({"prepare-0", "receive-0"})
    assert set(psutil.Process().children()) <= children


def test_a_server_behind_a_name_of_its_own_takes_that_for_its_origin(tmp_path: Path) -> None:
    settings = replace(Settings(data=tmp_path), public_url="https://avis.example/")
    assert (settings.origin, settings.is_https) == ("https://avis.example", True)
