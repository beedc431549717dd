"""Where an image that a report names stands among the prepared stacks of its study, so that a screen can open it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from collab.kit.caller import Caller
from collab.kit.refusals import NotFound
from collab.kit.web import Site
from collab.studies import store
from collab.studies.doors import called, streamed
from collab.studies.models import Series
from collab.studies.prepared import PreparedFolders
from collab.studies.service import access_study
from dicom_render.pack import NoSuchPack, PackReader


class ImagePlace(msgspec.Struct, frozen=True):
    """The stack in which an image lies, and the frame of it (1-based) that is there."""

    study_uid: str
    series_uid: str
    stack: int
    sop_instance_uid: str
    frame: int


def routes() -> Sequence[BaseRoute]:
    return [streamed("/api/studies/{study}/images/{instance_uid}", send_place, method="GET", gives=ImagePlace)]


async def send_place(request: Request) -> Response:
    """In which stack an image stands; of a multi-frame one its first frame."""
    study_uid, series_uid, stacks, folder = await called(request, _series)
    found = await run_in_threadpool(_find, folder, stacks, request.path_params["instance_uid"])
    if found is None:
        raise NotFound
    stack, frame = found
    place = ImagePlace(study_uid, series_uid, stack, request.path_params["instance_uid"], frame)
    headers = {"Cache-Control": "no-store"}
    return Response(msgspec.json.encode(place), media_type="application/json", headers=headers)


def _series(request: Request, session: Session, caller: Caller) -> tuple[str, str, Sequence[int], Path]:
    """The prepared series that holds the image, behind the gate of its study."""
    site: Site = request.app.state.site
    study = access_study(session, request.path_params["study"], caller, at=site.clock())
    found = store.find_instance(session, study_id=study.id, sop_instance_uid=request.path_params["instance_uid"])
    series = session.get_one(Series, found.series_id) if found else None
    if series is None or series.prepared_version is None:
        raise NotFound
    folder = PreparedFolders(site.settings).of(series.id, series.prepared_version)
    return study.study_uid, series.series_uid, range(len(series.stacks)), folder


def _find(folder: Path, stacks: Sequence[int], sop_instance_uid: str) -> tuple[int, int] | None:
    for stack in stacks:
        try:
            header = PackReader(folder, stack).header
        except NoSuchPack:
            continue
        frames = [each.frame for each in header.frames if each.sop_instance_uid == sop_instance_uid]
        if frames:
            return stack, min(frames)
    return None
