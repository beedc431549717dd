"""The running server: features' routes and parts put together; it holds no rule of any feature."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from collab.accounts import endpoints as accounts
from collab.accounts import service as people
from collab.app import health, openapi
from collab.app.leading import Leader
from collab.app.serving import SideDoor, serve_one, settle_memory
from collab.conclusions import endpoints as conclusions
from collab.conclusions.service import Documents
from collab.delivery import endpoints as delivery
from collab.delivery.bus import Bus
from collab.delivery.neighbours import hearing_neighbours
from collab.dicomweb import endpoints as dicomweb
from collab.evidence import endpoints as evidence
from collab.expertise import endpoints as expertise
from collab.exports.pdf import render_conclusion
from collab.kit.clock import Clock, utc_now
from collab.kit.database import Database
from collab.kit.guard import Guard
from collab.kit.known_types import know_types
from collab.kit.pages import Pages
from collab.kit.resources import DIST, STATIC
from collab.kit.secret import read_secret
from collab.kit.settings import Settings, read_settings
from collab.kit.static import BuiltFiles
from collab.kit.web import Site, crashed, not_found
from collab.rooms import endpoints as rooms
from collab.rooms.hub import RoomHub
from collab.rooms.trail_files import TrailFiles
from collab.rooms.trail_keeping import TrailKeeper
from collab.second_reads import endpoints as second_reads
from collab.studies import endpoints as studies
from collab.studies.blobs import BlobStore
from collab.studies.importing import Intake
from collab.studies.preparing import Preparer
from collab.studies.readings import Readings
from collab.studies.receiving import Receiver
from dicom_render.drawers import Drawers
from dicom_render.workers import Workers


def build_site(settings: Settings, *, clock: Clock = utc_now) -> Site:
    """Everything that a running server has; nothing is started yet."""
    know_types()
    settings.data.mkdir(parents=True, exist_ok=True)
    database = Database(settings.url)
    # One more than prepare series: a file that nobody has read is not on anybody's screen.
    workers = Workers(settings.workers + 1)
    intake = Intake(database=database, settings=settings, workers=workers, clock=clock)
    preparer = Preparer(intake)
    receiver = Receiver(intake, preparer)
    side_door = SideDoor(settings.node_host, has_neighbours=not database.is_sqlite)
    trails = TrailFiles(settings.data / "trails")
    keeper = TrailKeeper(trails, database=database, clock=clock, days=settings.trail_days)
    parts: Sequence[object] = (
        workers,
        intake,
        preparer,
        receiver,
        trails,
        Leader(database, [preparer, receiver, keeper]),
        side_door,
        RoomHub(
            database=database,
            clock=clock,
            address=side_door.address,
            trails=trails if settings.trail_days else None,
        ),
        Bus(),
        Drawers(settings.drawers),
        Readings(),
        Documents(BlobStore(settings.data / "documents")),
    )
    return Site(
        settings=settings,
        database=database,
        clock=clock,
        pages=Pages(settings),
        secret=read_secret(settings),
        find_caller=people.find_caller,
        parts={type(part): part for part in parts},
    )


def routes() -> list[BaseRoute]:
    """Every route of the application; the test of who may not pass walks them."""
    return [
        *accounts.routes(),
        *delivery.routes(),
        *studies.routes(),
        *dicomweb.routes(),
        *rooms.routes(),
        *conclusions.routes(),
        *expertise.routes(render_conclusion=render_conclusion),
        *evidence.routes(),
        *second_reads.routes(),
        *health.routes(),
        Route("/api/openapi.json", openapi.describe(routes)),
        Mount("/static/dist", BuiltFiles(directory=DIST, check_dir=False)),
        # No patient data and nothing secret in here: compressing cannot leak what it compresses.
        Mount("/static", GZipMiddleware(BuiltFiles(directory=STATIC))),
    ]


def build_app(site: Site) -> Starlette:
    """The application around a site; its parts run while it does."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        leader, bus, side_door = site.part(Leader), site.part(Bus), site.part(SideDoor)
        leader.start()
        async with hearing_neighbours(bus, site.database.url), side_door.open(site), site.part(RoomHub).running():
            yield
        bus.close()
        leader.stop()
        site.part(Drawers).close()
        site.part(Workers).close()
        site.database.close()

    app = Starlette(
        routes=routes(),
        middleware=[Middleware(Guard, origin=site.settings.origin)],
        exception_handlers={HTTPException: _http_error, Exception: _crash},
        lifespan=lifespan,
    )
    app.state.site = site
    return app


def create_app() -> Starlette:
    """The application of one of several processes, from the environment."""
    app = build_app(build_site(read_settings()))
    settle_memory()
    return app


def run(site: Site) -> None:
    """Serve in this process, until told to stop."""
    serve_one(build_app(site), site.settings)


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return not_found(request, request.app.state.site)
    return PlainTextResponse(error.detail, error.status_code, headers=error.headers)


def _crash(request: Request, error: Exception) -> Response:
    return crashed(request, request.app.state.site, error)
