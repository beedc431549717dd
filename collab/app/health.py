"""`/healthz`, `/readyz` and `/metrics`: for the machine that watches the server; no patient data."""

from __future__ import annotations

import resource
from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from collab.kit.web import Site
from collab.rooms.hub import RoomHub


def routes() -> Sequence[BaseRoute]:
    return [Route("/healthz", is_alive), Route("/readyz", is_ready), Route("/metrics", metrics)]


async def is_alive(_: Request) -> Response:
    """The process answers."""
    return PlainTextResponse("ok")


async def is_ready(request: Request) -> Response:
    """The database answers too; 503 otherwise."""
    site: Site = request.app.state.site
    try:
        await run_in_threadpool(_ask_database, site)
    except Exception as wrong:  # whatever the driver raises means the same here
        return PlainTextResponse(f"database: {type(wrong).__name__}", 503)
    return PlainTextResponse("ok")


async def metrics(request: Request) -> Response:
    """Counts in the text format of Prometheus; on loopback only, where the watcher or the proxy is."""
    if request.client is None or request.client.host not in {"127.0.0.1", "::1"}:
        return PlainTextResponse("", 404)
    site: Site = request.app.state.site
    rooms, connections = site.part(RoomHub).counts
    usage = resource.getrusage(resource.RUSAGE_SELF)
    lines = {
        "consilium_rooms": rooms,
        "consilium_room_connections": connections,
        "process_cpu_seconds_total": usage.ru_utime + usage.ru_stime,
        "process_max_resident_memory_bytes": usage.ru_maxrss * 1024,
    }
    return PlainTextResponse("".join(f"{name} {value}\n" for name, value in lines.items()))


def _ask_database(site: Site) -> None:
    site.database.ask("SELECT 1 FROM person WHERE 1 = 0")
