"""Pieces of uploads as they arrive: written at their offset, made safe, counted; what they hold is not looked at."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from collab.kit.caller import Caller
from collab.kit.refusals import BadInput, NotFound
from collab.kit.web import Site, json_answer
from collab.studies.doors import called, streamed
from collab.studies.incoming import Incoming
from collab.studies.manifest import UploadState
from collab.studies.models import StudyImport, Upload
from collab.studies.rules import ImportState
from collab.studies.uploading import (
    UploadClosed,
    UploadTooLarge,
    WrongOffset,
    access_upload,
    folder_of,
    state_of,
)

# A sender that is silent for longer has lost its network; it comes back and asks where to go on.
PIECE_TIMEOUT_S = 20
# Written in one go: 64 KiB is what uvicorn hands over, a thread for each would cost more than the write.
BUFFER_BYTES = 1 << 20
# How much a killed server may make a sender repeat.
CHECKPOINT_BYTES = 64 << 20


def routes() -> Sequence[BaseRoute]:
    return [streamed("/api/uploads/{upload}", receive_piece, method="PATCH", gives=UploadState)]


async def receive_piece(request: Request) -> Response:
    """Take the bytes of an upload from `Upload-Offset` on; what arrives before a break is kept."""
    offset = _offset(request)
    path = await called(request, _place)
    incoming = await run_in_threadpool(Incoming, path)
    try:
        # Only now is nobody else sending, so the row says where to go on.
        size = await called(request, _size)
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


def _size(request: Request, session: Session, caller: Caller) -> int:
    """The announced size, once offset and state allow sending. Raises `UploadClosed`, `WrongOffset`."""
    batch, upload = access_upload(session, request.path_params["upload"], caller)
    if upload is None:
        raise NotFound
    if batch.state != ImportState.RECEIVING:
        raise UploadClosed
    if _offset(request) != upload.received:
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
