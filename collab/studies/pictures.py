"""Pictures of prepared stacks, and their headers, for screens that do not fetch the pack: poor links, old phones."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import msgspec
from anyio import CapacityLimiter, to_thread
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from collab.audit import service as audit
from collab.kit.caller import Caller
from collab.kit.refusals import NotFound, Refusal
from collab.kit.web import Site, json_answer
from collab.studies.doors import called, streamed
from collab.studies.importing import Intake
from collab.studies.packs import NoSuchImage
from collab.studies.picture_asks import AskedPicture, OpenedStack, read_asked
from collab.studies.prepared import PreparedFolders
from collab.studies.service import access_series
from dicom_render.drawing import DrawnPicture, draw_stack
from dicom_render.pack import NoSuchPack, PackReader
from dicom_render.refusal import Refusal as RenderRefusal
from dicom_render.workers import WorkersBusy

# Of which picture the bytes are, as JSON.
DRAWN_HEADER = "Consilium-Drawn"
# Requests that may wait for a worker; all other threads stay free for the rooms.
_WAITING = CapacityLimiter(4)


class OtherVersion(Refusal):
    """The series has been prepared anew since: what is asked for is no longer what would be drawn."""

    code = "picture_of_other_version"
    status = 409


class NotDrawn(Refusal):
    """There is no such picture of this stack, or it could not be made; facts say why."""

    code = "picture_not_drawn"
    status = 422


class DrawingBusy(Refusal):
    """Too many pictures are being drawn; asking again soon will do."""

    code = "pictures_busy"
    status = 503


def routes() -> Sequence[BaseRoute]:
    path = "/api/studies/{study}/series/{series}/stacks/{stack:int}"
    return [
        streamed(f"{path}/header", send_header, method="GET", gives=OpenedStack),
        streamed(f"{path}/picture", send_picture, method="GET", gives=None),
    ]


async def send_header(request: Request) -> Response:
    """What a pack says of its stack, without pixels, and the version that pictures of it are asked with."""
    folder, version = await called(request, _prepared)
    opened = await run_in_threadpool(_opened, folder, version, request.path_params["stack"])
    answer = json_answer(opened)
    answer.headers["Cache-Control"] = "no-store"
    return answer


async def send_picture(request: Request) -> Response:
    """One picture of a stack, as `AskedPicture` has it: JPEG or PNG; the header `Consilium-Drawn` says of what."""
    asked = read_asked(request.query_params)
    folder, version = await called(request, _prepared)
    if asked.version != version:
        raise OtherVersion(version=version)
    stack: int = request.path_params["stack"]
    done = await to_thread.run_sync(partial(_drawn, request, folder, stack, asked), limiter=_WAITING)
    headers = {"Cache-Control": "no-store", DRAWN_HEADER: msgspec.json.encode(done.drawn).decode()}
    media = "image/png" if done.drawn.is_lossless else "image/jpeg"
    return Response(done.picture, headers=headers, media_type=media)


def _prepared(request: Request, session: Session, caller: Caller) -> tuple[Path, str]:
    """Where the prepared series lies, and its version, behind the gate; the reading recorded."""
    site: Site = request.app.state.site
    params, at = request.path_params, site.clock()
    series = access_series(session, params["study"], caller, series_uid=params["series"], at=at)
    if series.prepared_version is None:
        raise NotFound
    audit.record(
        session,
        "series.read",
        by=caller,
        at=at,
        kind="study",
        object_id=series.study_id,
        series_uid=series.series_uid,
        stack=params["stack"],
        version=series.prepared_version,
    )
    return PreparedFolders(site.settings).of(series.id, series.prepared_version), series.prepared_version


def _opened(folder: Path, version: str, stack: int) -> OpenedStack:
    try:
        return OpenedStack(version=version, header=PackReader(folder, stack).pack_header())
    except NoSuchPack as refusal:
        raise NotFound from refusal


def _drawn(request: Request, folder: Path, stack: int, asked: AskedPicture) -> DrawnPicture:
    site: Site = request.app.state.site
    size = (asked.width, asked.height)
    try:
        return site.part(Intake).workers.run(
            draw_stack, str(folder), stack, asked.view, asked.version, size, asked.quality
        )
    except WorkersBusy:
        raise DrawingBusy from None
    except NoSuchPack as refusal:
        raise (NotFound if refusal.code == "no_such_stack" else NoSuchImage) from refusal
    except RenderRefusal as refusal:
        raise NotDrawn(reason=refusal.code) from refusal
