"""Pictures of prepared stacks, and their headers, for screens that do not fetch the pack: poor links, old phones."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NoReturn

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from collab.kit.refusals import NotFound, Refusal
from collab.kit.web import Site, json_answer
from collab.studies.doors import StreamRefusal, streamed
from collab.studies.opening import OpenedSeries, open_series
from collab.studies.packs import NoSuchImage
from collab.studies.picture_asks import AskedPicture, OpenedStack, read_asked
from dicom_render.drawers import AskedDrawing, Drawers, DrawersClosed, Overtaken
from dicom_render.drawing import DrawnPicture
from dicom_render.drawing_queue import QueueFull
from dicom_render.pack import NoSuchPack, PackReader
from dicom_render.refusal import Refusal as RenderRefusal
from dicom_render.worker_process import WorkerDied, WorkerFailed

# What the bytes show, as JSON.
DRAWN_HEADER = "Consilium-Drawn"
# The first cut through 1,500 slices on a busy server; whoever waits for longer had better ask again.
WAIT_S = 45


class OtherVersion(Refusal):
    """The series has been prepared anew since: what is asked for is no longer what would be drawn."""

    code = "picture_of_other_version"
    status = 409


class PictureOvertaken(Refusal):
    """The same screen has asked for another picture since."""

    code = "picture_overtaken"
    status = 409


class NotDrawn(Refusal):
    """There is no such picture of this stack; facts say why."""

    code = "picture_not_drawn"
    status = 422


class AskAgain(StreamRefusal):
    """The picture could be had a little later."""

    status = 503

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Retry-After": "1"}


class PicturesBusy(AskAgain):
    """Too many pictures are being drawn."""

    code = "pictures_busy"


class PictureFailed(AskAgain):
    """The process that drew it died or had to be ended, and has been replaced; facts say why."""

    code = "picture_failed"


class TooManyPictures(AskAgain):
    """This caller waits for too many pictures already."""

    code = "too_many_pictures"
    status = 429


def routes() -> Sequence[BaseRoute]:
    path = "/api/studies/{study}/series/{series}/stacks/{stack:int}"
    return [
        streamed(f"{path}/header", send_header, method="GET", gives=OpenedStack),
        streamed(f"{path}/picture", send_picture, method="GET", gives=None),
    ]


async def send_header(request: Request) -> Response:
    """What a pack says of its stack, without pixels, and the version that pictures of it are asked with."""
    opened = await open_series(request)
    answer = json_answer(await run_in_threadpool(_stack, opened, request.path_params["stack"]))
    answer.headers["Cache-Control"] = "no-store"
    return answer


async def send_picture(request: Request) -> Response:
    """One picture of a stack, as `AskedPicture` has it: JPEG or PNG; the header `Consilium-Drawn` says of what."""
    asked = read_asked(request.query_params)
    opened = await open_series(request)
    if asked.version != opened.version:
        raise OtherVersion(version=opened.version)
    done = await _drawn(request, opened, asked)
    headers = {"Cache-Control": "no-store", DRAWN_HEADER: msgspec.json.encode(done.drawn).decode()}
    media = "image/png" if done.drawn.is_lossless else "image/jpeg"
    return Response(done.picture, headers=headers, media_type=media)


def _stack(opened: OpenedSeries, stack: int) -> OpenedStack:
    try:
        return OpenedStack(version=opened.version, header=PackReader(opened.folder, stack).pack_header())
    except NoSuchPack as refusal:
        raise NotFound from refusal


async def _drawn(request: Request, opened: OpenedSeries, asked: AskedPicture) -> DrawnPicture:
    """The picture, unless nobody waits for it any more."""
    site: Site = request.app.state.site
    drawing = AskedDrawing(
        folder=str(opened.folder),
        stack=request.path_params["stack"],
        view=asked.view,
        version=asked.version,
        size=(asked.width, asked.height),
        quality=asked.quality,
        who=opened.who,
        screen=asked.screen,
    )
    try:
        picture = asyncio.wrap_future(site.part(Drawers).ask(drawing))
        return await _while_connected(request, picture)
    except TimeoutError:
        raise PicturesBusy from None
    except RenderRefusal as refusal:
        _refuse(refusal)


async def _while_connected(request: Request, picture: asyncio.Future[DrawnPicture]) -> DrawnPicture:
    """Wait for a picture; it leaves the queue if its screen goes away or loses patience. Raises `TimeoutError`."""
    gone = asyncio.ensure_future(_disconnected(request))
    try:
        await asyncio.wait({picture, gone}, timeout=WAIT_S, return_when=asyncio.FIRST_COMPLETED)
        if picture.done():
            return picture.result()
        raise TimeoutError
    finally:
        picture.cancel()
        gone.cancel()
        with suppress(asyncio.CancelledError):
            await gone


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _refuse(refusal: RenderRefusal) -> NoReturn:
    """What a refusal of those who draw means here."""
    match refusal:
        case NoSuchPack():
            raise (NotFound if refusal.code == "no_such_stack" else NoSuchImage) from refusal
        case Overtaken():
            raise PictureOvertaken from refusal
        case QueueFull(code="too_many"):
            raise TooManyPictures from refusal
        case QueueFull() | DrawersClosed():
            raise PicturesBusy from refusal
        case WorkerDied() | WorkerFailed():
            raise PictureFailed(reason=refusal.code) from refusal
        case _:
            raise NotDrawn(reason=refusal.code) from refusal
