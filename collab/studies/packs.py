"""Packs of prepared stacks on their way to a browser, whole or in ranges; what is in them was made before."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from secrets import token_hex

from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute

from collab.kit.refusals import BadInput, NotFound
from collab.studies.doors import streamed
from collab.studies.opening import open_series
from collab.studies.ranges import MEDIA_TYPE, ByteRange, Multipart, asked_ranges
from dicom_render.pack import NoSuchPack, PackBody, PackReader

# What pictures of the same stack are asked with.
VERSION_HEADER = "Consilium-Version"


class NoSuchImage(NotFound):
    """The stack is there, but not the image that was to come first."""

    code = "no_such_image"


def routes() -> Sequence[BaseRoute]:
    path = "/api/studies/{study}/series/{series}/stacks/{stack:int}/pack"
    return [streamed(path, send_pack, method="GET", gives=None)]


async def send_pack(request: Request) -> Response:
    """A prepared stack, or any ranges of it; one image comes before all others.

    Which: `?sop=` a SOP Instance UID and `frame=` its frame (1 if left out), or `?first=` a place in the stack from 0;
    without either the middle one.
    """
    opened = await open_series(request)
    body = await run_in_threadpool(_pack, opened.folder, request.path_params["stack"], asked=request.query_params)
    etag = _etag(body)
    headers = {"ETag": etag, "Accept-Ranges": "bytes", "Cache-Control": "no-store", VERSION_HEADER: opened.version}
    if _names(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=headers)
    ranges = asked_ranges(request.headers, etag=etag, length=body.length)
    return _answer(body, ranges, headers, is_head=request.method == "HEAD")


def _answer(body: PackBody, ranges: Sequence[ByteRange], headers: dict[str, str], *, is_head: bool) -> Response:
    media_type = MEDIA_TYPE
    if len(ranges) > 1:
        parts = Multipart(ranges, body.length, token_hex(16))
        pieces, size, media_type = parts.body(body.read), parts.size, parts.media_type
    else:
        one = ranges[0] if ranges else ByteRange(0, body.length)
        pieces, size = body.read(one.start, one.end), one.end - one.start
        if ranges:
            headers["Content-Range"] = one.of(body.length)
    headers["Content-Length"] = str(size)
    shown = iterate_in_threadpool(iter(()) if is_head else pieces)
    return StreamingResponse(shown, 206 if ranges else 200, headers, media_type=media_type)


def _pack(folder: Path, stack: int, *, asked: QueryParams) -> PackBody:
    try:
        reader = PackReader(folder, stack)
    except NoSuchPack as refusal:
        raise NotFound from refusal
    return reader.body(_first(reader, asked))


def _first(reader: PackReader, asked: QueryParams) -> int:
    """The place of the image asked for. Raises `NoSuchImage`, `BadInput`."""
    count = len(reader.header.frames)
    if "sop" not in asked:
        first = _number(asked, "first", default=count // 2)
        if first >= count:
            raise BadInput(field="first")
        return first
    if "first" in asked:
        raise BadInput(field="first")
    try:
        return reader.index_of(asked["sop"], _number(asked, "frame", default=1))
    except NoSuchPack as refusal:
        raise NoSuchImage from refusal


def _number(asked: QueryParams, name: str, *, default: int) -> int:
    given = asked.get(name, str(default))
    if not given.isascii() or not given.isdigit() or len(given) > 9:
        raise BadInput(field=name)
    return int(given)


def _etag(body: PackBody) -> str:
    # The header is made by the program that runs: after an update it may differ over the same frames, and a range of
    # one must never be joined to a range of the other.
    made = hashlib.sha256(body.header_bytes).hexdigest()[:16]
    return f'"{body.etag.strip(chr(34))}-{made}"'


def _names(listed: str, etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in listed.split(",")]
    return etag in tags or "*" in tags
