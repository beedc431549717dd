"""Reports, key images, segmentations, structures and presentation states of a study, read by workers when asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import msgspec
from anyio import CapacityLimiter, to_thread
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from collab.audit import service as audit
from collab.kit.caller import Caller
from collab.kit.refusals import NotFound, Refusal
from collab.kit.web import Site
from collab.studies import store
from collab.studies.doors import called, streamed
from collab.studies.importing import Intake
from collab.studies.models import Instance
from collab.studies.service import access_study
from collab.studies.work import read_document, read_object
from dicom_render.objects import kind_of
from dicom_render.presentation_state import PresentationState
from dicom_render.refusal import Refusal as RenderRefusal
from dicom_render.registration import REFUSALS as REGISTRATION_REFUSALS
from dicom_render.segmentation import Segmentation
from dicom_render.structure_set import StructureSet
from dicom_render.workers import WorkersBusy

# Requests that may wait for a worker; all other threads stay free for the rooms.
_WAITING = CapacityLimiter(4)
# Raised when the form of the content changes: the bytes of the originals never do.
CONTENT_FORM = 3
# A document of a stranger is handed over, never run: no script, no form, no frame around it, no guess at its type.
_DOCUMENT_HEADERS = {
    "Content-Disposition": 'attachment; filename="document.pdf"',
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
}


Layer = PresentationState | Segmentation | StructureSet
LAYER_KINDS = frozenset({"presentation", "segmentation", "structures"})


class ObjectNotShown(Refusal):
    """The object is kept and cannot be shown; facts say why."""

    code = "object_not_shown"
    status = 422


class ObjectsBusy(Refusal):
    """No worker came free in time; asking again later will do."""

    code = "objects_busy"
    status = 503


def routes() -> Sequence[BaseRoute]:
    path = "/api/studies/{study}/objects/{sop_instance_uid}"
    return [
        streamed(path, send_object, method="GET", gives=None),
        streamed(f"{path}/document", send_document, method="GET", gives=None),
    ]


async def send_object(request: Request) -> Response:
    """What a screen needs of an object that is no image, as JSON whose `type` says which kind it is."""
    instance = await called(request, _instance)
    return await _sent(request, instance, read_object, media="application/json", headers={})


async def send_document(request: Request) -> Response:
    """The PDF that an encapsulated document holds, to be saved."""
    instance = await called(request, _instance)
    if kind_of(instance.sop_class_uid) != "document":
        raise NotFound
    return await _sent(request, instance, read_document, media="application/pdf", headers=_DOCUMENT_HEADERS)


def _instance(request: Request, session: Session, caller: Caller) -> Instance:
    """The object behind the gate of its study, the reading recorded."""
    site: Site = request.app.state.site
    params, at = request.path_params, site.clock()
    study = access_study(session, params["study"], caller, at=at)
    found = store.find_instance(session, study_id=study.id, sop_instance_uid=params["sop_instance_uid"])
    if found is None or kind_of(found.sop_class_uid) is None:
        raise NotFound
    audit.record(
        session, "object.read", by=caller, at=at, kind="study", object_id=study.id, instance=found.sop_instance_uid
    )
    session.expunge(found)
    return found


async def _sent(
    request: Request, instance: Instance, read: Callable[[str], bytes], *, media: str, headers: dict[str, str]
) -> Response:
    etag = f'"{instance.sha256[:32]}-{CONTENT_FORM}"'
    shared = {"ETag": etag, "Cache-Control": "no-store"}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=shared)
    site: Site = request.app.state.site
    intake = site.part(Intake)
    path = str(intake.blobs.path_of(instance.sha256))
    content = await to_thread.run_sync(partial(_worked, intake, read, path), limiter=_WAITING)
    return Response(content, headers={**shared, **headers}, media_type=media)


def find_layer(session: Session, study_ids: Sequence[str], sop_instance_uid: str) -> str | None:
    """The hash of what lay over images, in whichever of these studies holds it; None where none does.

    The caller has passed the gate of each study.
    """
    rows = (store.find_instance(session, study_id=each, sop_instance_uid=sop_instance_uid) for each in study_ids)
    found = next(filter(None, rows), None)
    return found.sha256 if found is not None and kind_of(found.sop_class_uid) in LAYER_KINDS else None


def read_layer(intake: Intake, sha256: str) -> Layer | None:
    """What `find_layer` found, None if it cannot be read. Waits for a worker, so in no transaction.

    Raises `ObjectsBusy`.
    """
    try:
        content = intake.workers.run(read_object, str(intake.blobs.path_of(sha256)))
    except WorkersBusy:
        raise ObjectsBusy from None
    except RenderRefusal:
        return None
    return msgspec.json.decode(content, type=Layer)


def _worked(intake: Intake, read: Callable[[str], bytes], path: str) -> bytes:
    try:
        return intake.workers.run(read, path)
    except WorkersBusy:
        raise ObjectsBusy from None
    except RenderRefusal as refusal:
        code = refusal.code if refusal.code in REGISTRATION_REFUSALS else None
        raise ObjectNotShown(code, reason=refusal.code) from refusal
