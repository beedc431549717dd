"""A request as the DICOMweb doors read it: whose, about which instances, in which form; and work asked of workers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain
from typing import Any, TypeVar

from sqlalchemy.orm import Session
from starlette.concurrency import iterate_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from collab.dicomweb.refusals import Busy, NotAcceptable, NotDrawable
from collab.dicomweb.service import Original, header_of, read_originals
from collab.kit.caller import Caller
from collab.kit.refusals import NotFound
from collab.kit.web import Site
from collab.studies.doors import called
from collab.studies.importing import Intake
from collab.studies.readings import Readings
from dicom_render.headers import InstanceHeader
from dicom_render.refusal import Refusal as RenderRefusal
from dicom_render.workers import WorkersBusy

T = TypeVar("T")
# Threads that may wait for a worker, minutes while series are prepared: all others stay free for the rooms.
_WAITING = ThreadPoolExecutor(8, thread_name_prefix="dicomweb")
_NOWHERE = {"no_such_frame", "no_such_value"}


def site_of(request: Request) -> Site:
    return request.app.state.site


def intake_of(request: Request) -> Intake:
    return site_of(request).part(Intake)


def root_of(request: Request) -> str:
    """Where this service is, for the addresses in its answers."""
    return f"{site_of(request).settings.origin}/dicomweb"


def accept_of(request: Request) -> str:
    """PS3.18 8.3.3.1: the query parameter stands for a header that a browser's address line cannot set."""
    return request.query_params.get("accept") or request.headers.get("accept", "")


async def originals_of(request: Request, what: str) -> list[Original]:
    """The instances that the path names, behind the gate, the reading recorded. Raises `NotFound`."""

    def act(asked: Request, session: Session, caller: Caller) -> list[Original]:
        return read_named(asked, session, caller, what=what)

    return await called(request, act)


async def original_of(request: Request, what: str) -> tuple[Original, InstanceHeader]:
    """The one instance that the path names, with its header."""

    def act(asked: Request, session: Session, caller: Caller) -> tuple[Original, InstanceHeader]:
        (found,) = read_named(asked, session, caller, what=what)
        return found, header_of(session, found)

    return await called(request, act)


def read_named(request: Request, session: Session, caller: Caller, *, what: str) -> list[Original]:
    """The same inside a transaction."""
    named = request.path_params
    return read_originals(
        session,
        named["study_uid"],
        caller,
        series_uid=named.get("series_uid"),
        sop_instance_uid=named.get("instance_uid"),
        what=what,
        readings=site_of(request).part(Readings),
        at=site_of(request).clock(),
    )


def worked(work: Callable[..., T], *arguments: Any) -> T:  # Any: whatever the work takes
    """What a worker's refusal means here. Raises `NotFound`, `NotDrawable`, `Busy`."""
    try:
        return work(*arguments)
    except WorkersBusy:
        raise Busy from None
    except RenderRefusal as refusal:
        if refusal.code in _NOWHERE:
            raise NotFound from refusal
        raise NotDrawable(reason=refusal.code) from refusal


async def worked_apart(work: Callable[..., T], *arguments: Any) -> T:  # Any: whatever the work takes
    """`worked` in one of the few threads that may wait for workers."""
    return await asyncio.wrap_future(begun_apart(work, *arguments))


def begun_apart(work: Callable[..., T], *arguments: Any) -> Future[T]:  # Any: whatever the work takes
    """The same begun while a transaction is committed: what it gives may be sent once that has been done."""
    return _WAITING.submit(worked, work, *arguments)


async def streaming(request: Request, pieces: Iterator[bytes], content_type: str, **headers: str) -> Response:
    """The pieces as they are made; the first is made before the status is sent, so that it can still be refused."""
    first = await worked_apart(next, pieces, b"")
    body: Iterable[bytes] = () if request.method == "HEAD" else chain([first], pieces)
    return StreamingResponse(iterate_in_threadpool(body), headers=headers, media_type=content_type)


def acceptable(found: T | None) -> T:
    """Raises `NotAcceptable` if nothing was found that would do."""
    if found is None:
        raise NotAcceptable
    return found
