"""Pages and JSON of studies; the endpoints through which bytes flow stand in `streaming`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute

from collab.kit.i18n import catalogue
from collab.kit.refusals import NotFound
from collab.kit.web import Call, api, json_answer, page
from collab.studies import image_places, objects, packs, pictures, pieces, service
from collab.studies.importing import Intake
from collab.studies.manifest import NewUpload, StudyLine, StudyManifest, StudyVersion, UploadState
from collab.studies.models import SetAside
from collab.studies.prepared import PreparedFolders
from collab.studies.receiving import Receiver
from collab.studies.rules import CARE_ROLES, is_of_house
from collab.studies.uploading import access_upload, begin_upload, finish_upload, state_of


def routes() -> Sequence[BaseRoute]:
    return [
        page("/studies", show_studies),
        page("/studies/{study}", show_study),
        api("/api/studies", list_studies, gives=list[StudyLine]),
        api("/api/studies/{study}", get_study, gives=StudyManifest),
        api("/api/studies/{study}/version", get_version, gives=StudyVersion),
        api("/api/studies/{study}/series/{series}/stacks/{stack:int}/thumbnail", get_thumbnail),
        api("/api/uploads", post_upload, methods=["POST"], takes=NewUpload, gives=UploadState),
        api("/api/uploads/{upload}", get_upload, gives=UploadState),
        api("/api/uploads/{upload}/finish", post_finish, methods=["POST"], gives=UploadState),
        *pieces.routes(),
        *packs.routes(),
        *pictures.routes(),
        *objects.routes(),
        *image_places.routes(),
    ]


def show_studies(call: Call) -> Response:
    search = call.request.query_params.get("q", "")
    studies = service.list_studies(call.session, call.caller, search, at=call.site.clock())
    return call.page("studies/list.html", studies=studies, search=search, may_import=call.caller.role in CARE_ROLES)


def show_study(call: Call) -> Response:
    at = call.site.clock()
    manifest = service.open_study(call.session, call.path("study"), call.caller, at=at)
    study = service.access_study(call.session, manifest.study_id, call.caller, at=at)
    left = service.list_set_aside(call.session, study, call.caller)
    return call.page(
        "studies/study.html",
        study=manifest,
        left=[{"name": each.file_name, "why": why_set_aside(call, each), "at": each.at} for each in left],
        refusal=partial(_say_code, call, "studies.set_aside"),
        reason=partial(_say_code, call, "studies.reason"),
        may_ask=is_of_house(call.caller, study.hospital_id),
    )


def list_studies(call: Call) -> Response:
    """The newest studies that you may see; `?q=` searches names, identifiers and descriptions."""
    search = call.request.query_params.get("q", "")
    return json_answer(service.list_studies(call.session, call.caller, search, at=call.site.clock()))


def get_study(call: Call) -> Response:
    """Everything needed to show a study."""
    return json_answer(service.open_study(call.session, call.path("study"), call.caller, at=call.site.clock()))


def get_version(call: Call) -> Response:
    """Whether more of a study has come than its manifest said."""
    return json_answer(service.study_version(call.session, call.path("study"), call.caller, at=call.site.clock()))


def get_thumbnail(call: Call) -> Response:
    """A small JPEG of a stack's middle frame."""
    # Not recorded by itself: thumbnails come with a study that was opened, which is.
    series = service.access_series(
        call.session, call.path("study"), call.caller, series_uid=call.path("series"), at=call.site.clock()
    )
    if series.prepared_version is None:
        raise NotFound
    stack = int(call.path("stack"))
    path: Path = PreparedFolders(call.site.settings).thumbnail(series.id, series.prepared_version, stack=stack)
    if not path.is_file():
        raise NotFound
    return FileResponse(path, media_type="image/jpeg", headers={"Cache-Control": "no-store"})


def post_upload(call: Call) -> Response:
    """Announce a file; repeating it with the same `batch` and name gives the same upload."""
    intake = call.site.part(Intake)
    return _upload_answer(begin_upload(call.session, call.read(NewUpload), by=call.caller, intake=intake), status=201)


def get_upload(call: Call) -> Response:
    """How far an upload, or a whole batch by its own id, has come."""
    batch, upload = access_upload(call.session, call.path("upload"), call.caller)
    return _upload_answer(state_of(call.session, batch, upload))


def post_finish(call: Call) -> Response:
    """Close the batch of an upload: its import starts."""
    state = finish_upload(call.session, call.path("upload"), by=call.caller, at=call.site.clock())
    call.site.part(Receiver).wake()
    return _upload_answer(state)


def _upload_answer(state: UploadState, status: int = 200) -> Response:
    answer = json_answer(state, status)
    answer.headers["Upload-Offset"] = str(state.received)
    return answer


def why_set_aside(call: Call, left: SetAside) -> str:
    """The sentence of a file's code; for another patient's file it names the traits, never their values."""
    facts = dict(left.facts)
    if left.code == "other_patient_same_study":
        traits = str(facts.get("differs", "")).split(", ")
        facts["differs"] = ", ".join(call.say(f"studies.differs.{trait}") for trait in traits)
    return _say_code(call, "studies.set_aside", left.code, **facts)


def _say_code(call: Call, family: str, code: str, **facts: object) -> str:
    """A sentence by code; codes of the readers below that have none are named as they are."""
    key = f"{family}.{code}"
    if key not in catalogue(call.language):
        return call.say(f"{family}.unknown", code=code)
    return call.say(key, **facts)
