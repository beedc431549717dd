"""The endpoints through which bytes flow: upload pieces in, packs out; no transaction is open meanwhile."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy.orm import Session
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from collab.audit import service as audit
from collab.kit.caller import Caller
from collab.kit.i18n import Language, pick_language
from collab.kit.refusals import BadInput, NotFound, Refusal
from collab.kit.web import Call, Door, Site, json_answer, refusal_sentence
from collab.studies.incoming import Incoming
from collab.studies.manifest import UploadState
from collab.studies.models import StudyImport, Upload
from collab.studies.prepared import PreparedFolders
from collab.studies.rules import ImportState
from collab.studies.service import access_series
from collab.studies.uploading import (
    UploadClosed,
    UploadTooLarge,
    WrongOffset,
    access_upload,
    folder_of,
    state_of,
)
from dicom_render.pack import NoSuchPack, PackBody, PackReader

T = TypeVar("T")

# A sender that is silent for longer has lost its network; it comes back and asks where to go on.
PIECE_TIMEOUT_S = 20
# Written in one go: 64 KiB is what uvicorn hands over, a thread for each would cost more than the write.
BUFFER_BYTES = 1 << 20
# How much a killed server may make a sender repeat.
CHECKPOINT_BYTES = 64 << 20
_RANGE = re.compile(r"bytes=(\d*)-(\d*)\Z")


class NotSatisfiable(Refusal):
    """A range that lies outside the pack."""

    code = "range_not_satisfiable"
    status = 416


class SignIn(Refusal):
    """Nobody is signed in."""

    code = "sign_in"
    status = 401


def routes() -> list[Route]:
    pack = "/api/studies/{study}/series/{series}/stacks/{stack:int}/pack"
    return [
        _route("/api/uploads/{upload}", receive_piece, method="PATCH", gives=UploadState),
        _route(pack, send_pack, method="GET", gives=None),
    ]


Endpoint = Callable[[Request], Awaitable[Response]]


def _route(path: str, endpoint: Endpoint, *, method: str, gives: type | None) -> Route:
    """Described like `kit.web.api`'s routes, but without its transaction around the whole answer."""

    def handler(_: Call) -> Response:
        raise AssertionError("bytes flow outside of any transaction")

    handler.__doc__ = endpoint.__doc__
    route = Route(path, _refusing(endpoint), methods=[method])
    door = Door(handler=handler, open_to_all=False, takes=None, gives=gives, is_api=True)
    route.door = door  # pyright: ignore[reportAttributeAccessIssue] - read back by `kit.web.door_of`
    return route


def _refusing(endpoint: Endpoint) -> Endpoint:
    async def refusing(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Refusal as refusal:
            says = refusal_sentence(_language(request), refusal)
            answer = json_answer({"refused": refusal.code, "says": says, "facts": dict(refusal.facts)}, refusal.status)
            if isinstance(refusal, NotSatisfiable):
                answer.headers["Content-Range"] = f"bytes */{refusal.facts['length']}"
            return answer

    return refusing


def _language(request: Request) -> Language:
    site: Site = request.app.state.site
    default: Language = "en" if site.settings.language == "en" else "fr"
    return pick_language(request.cookies.get("language"), request.headers.get("accept-language", ""), default)


def _called(request: Request, act: Callable[[Session, Caller], T]) -> T:
    """Do something in a transaction of its own, as whoever sent the request."""
    site: Site = request.app.state.site
    with site.database.transaction() as session:
        caller = site.find_caller(session, request, site=site)
        if caller is None:
            raise SignIn
        return act(session, caller)


# ---- uploads ---------------------------------------------------------------------------------------------------


async def receive_piece(request: Request) -> Response:
    """Take the bytes of an upload from `Upload-Offset` on; what arrives before a break is kept."""
    offset = _offset(request)
    path = await run_in_threadpool(_called, request, partial(_place, request))
    incoming = await run_in_threadpool(Incoming, path)
    try:
        # Only now is nobody else sending, so the row says where to go on.
        size = await run_in_threadpool(_called, request, partial(_size, request, offset))
        await run_in_threadpool(incoming.start, offset)
        received = await _receive(request, incoming, offset=offset, size=size)
        state = await run_in_threadpool(_make_safe, request, incoming, received)
    finally:
        incoming.close()
    answer = json_answer(state)
    answer.headers["Upload-Offset"] = str(received)
    return answer


async def _receive(request: Request, incoming: Incoming, *, offset: int, size: int) -> int:
    """Write the body; how far the file reaches then."""
    reached, safe, waiting = offset, offset, bytearray()
    try:
        async for piece in _pieces(request):
            if reached + len(waiting) + len(piece) > size:
                raise UploadTooLarge("upload_too_long", size=size)
            waiting += piece
            if len(waiting) >= BUFFER_BYTES:
                reached += await _write(incoming, waiting)
            if reached - safe >= CHECKPOINT_BYTES:
                await run_in_threadpool(_make_safe, request, incoming, reached)
                safe = reached
    except (ClientDisconnect, TimeoutError):
        pass  # Nobody will read the answer, but what is here is kept.
    return reached + await _write(incoming, waiting)


async def _write(incoming: Incoming, waiting: bytearray) -> int:
    piece = bytes(waiting)
    waiting.clear()
    await run_in_threadpool(incoming.write, piece)
    return len(piece)


async def _pieces(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes. Raises `TimeoutError` when the sender falls silent, `ClientDisconnect` when it is gone."""
    body = aiter(request.stream())
    while True:
        try:
            yield await asyncio.wait_for(anext(body), PIECE_TIMEOUT_S)
        except StopAsyncIteration:
            return


def _offset(request: Request) -> int:
    given = request.headers.get("upload-offset", "")
    if not given.isascii() or not given.isdigit() or len(given) > 15:
        raise BadInput(field="Upload-Offset")
    return int(given)


def _place(request: Request, session: Session, caller: Caller) -> Path:
    batch, upload = access_upload(session, request.path_params["upload"], caller)
    if upload is None:
        raise NotFound
    site: Site = request.app.state.site
    return folder_of(site.settings, batch.id) / upload.id


def _size(request: Request, offset: int, session: Session, caller: Caller) -> int:
    """The announced size, once offset and state allow sending. Raises `UploadClosed`, `WrongOffset`."""
    batch, upload = access_upload(session, request.path_params["upload"], caller)
    if upload is None:
        raise NotFound
    if batch.state != ImportState.RECEIVING:
        raise UploadClosed
    if offset != upload.received:
        raise WrongOffset(received=upload.received)
    return upload.size


def _make_safe(request: Request, incoming: Incoming, received: int) -> UploadState:
    """First the bytes, then the row that counts them."""
    incoming.make_safe()
    site: Site = request.app.state.site
    with site.database.transaction() as session:
        upload = session.get_one(Upload, request.path_params["upload"])
        batch = session.get_one(StudyImport, upload.import_id)
        upload.received, batch.changed_at = received, site.clock()
        return state_of(session, batch, upload)


# ---- packs -----------------------------------------------------------------------------------------------------


async def send_pack(request: Request) -> Response:
    """A prepared stack, the frame of `?first=` before all others; any range of it."""
    folder = await run_in_threadpool(_called, request, partial(_prepared, request))
    body = await run_in_threadpool(_pack, folder, request.path_params["stack"], first=_first(request))
    etag = _etag(body)
    headers = {"ETag": etag, "Accept-Ranges": "bytes", "Cache-Control": "no-store"}
    if _names(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=headers)
    asked = asked_range(request.headers, etag=etag, length=body.length)
    start, end = asked or (0, body.length)
    headers["Content-Length"] = str(end - start)
    if asked:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{body.length}"
    pieces = iter(()) if request.method == "HEAD" else body.read(start, end)
    return StreamingResponse(
        iterate_in_threadpool(pieces), 206 if asked else 200, headers, media_type="application/octet-stream"
    )


def _prepared(request: Request, session: Session, caller: Caller) -> Path:
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
    return PreparedFolders(site.settings).of(series.id, series.prepared_version)


def _pack(folder: Path, stack: int, *, first: int) -> PackBody:
    try:
        return PackReader(folder, stack).body(first)
    except NoSuchPack as refusal:
        if refusal.code == "no_such_stack":
            raise NotFound from refusal
        raise BadInput(field="first") from refusal


def _first(request: Request) -> int:
    given = request.query_params.get("first", "0")
    if not given.isascii() or not given.isdigit() or len(given) > 9:
        raise BadInput(field="first")
    return int(given)


def _etag(body: PackBody) -> str:
    # The header is made by the program that runs: after an update it may differ over the same frames, and a range of
    # one must never be joined to a range of the other.
    made = hashlib.sha256(body.header_bytes).hexdigest()[:16]
    return f'"{body.etag.strip(chr(34))}-{made}"'


def _names(listed: str, etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in listed.split(",")]
    return etag in tags or "*" in tags


def asked_range(headers: Headers, *, etag: str, length: int) -> tuple[int, int] | None:
    """[start, end) of a single byte range; None for the whole, also when `If-Range` names other bytes.

    Raises `NotSatisfiable`. Several ranges, or a form we do not know, are answered with the whole (RFC 9110 14.2).
    """
    found = _RANGE.match(headers.get("range", ""))
    if not found or headers.get("if-range", etag) != etag:
        return None
    first, last = found.groups()
    if not first and not last:
        return None
    start = int(first) if first else max(0, length - int(last))
    end = min(length, int(last) + 1) if first and last else length
    if first and last and int(last) < int(first):
        return None
    if start >= length:
        raise NotSatisfiable(length=length)
    return start, end
