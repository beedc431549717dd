"""Packs of prepared stacks on their way to a browser, whole or in ranges; what is in them was made before."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy.orm import Session
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.datastructures import Headers, QueryParams
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute

from collab.audit import service as audit
from collab.kit.caller import Caller
from collab.kit.refusals import BadInput, NotFound
from collab.kit.web import Site
from collab.studies.doors import StreamRefusal, called, streamed
from collab.studies.prepared import PreparedFolders
from collab.studies.service import access_series
from dicom_render.pack import NoSuchPack, PackBody, PackReader

# What pictures of the same stack are asked with.
VERSION_HEADER = "Consilium-Version"
_RANGE = re.compile(r"bytes=(\d*)-(\d*)\Z")


class NoSuchImage(NotFound):
    """The stack is there, but not the image that was to come first."""

    code = "no_such_image"


class NotSatisfiable(StreamRefusal):
    """A range that lies outside the pack."""

    code = "range_not_satisfiable"
    status = 416

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Content-Range": f"bytes */{self.facts['length']}"}


def routes() -> Sequence[BaseRoute]:
    path = "/api/studies/{study}/series/{series}/stacks/{stack:int}/pack"
    return [streamed(path, send_pack, method="GET", gives=None)]


async def send_pack(request: Request) -> Response:
    """A prepared stack, or any range of it; one image comes before all others.

    Which: `?sop=` a SOP Instance UID and `frame=` its frame (1 if left out), or `?first=` a place in the stack from 0;
    without either the middle one.
    """
    folder = await called(request, _prepared)
    body = await run_in_threadpool(_pack, folder, request.path_params["stack"], asked=request.query_params)
    etag = _etag(body)
    headers = {"ETag": etag, "Accept-Ranges": "bytes", "Cache-Control": "no-store", VERSION_HEADER: folder.name}
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
