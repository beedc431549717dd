"""Routes under `/dicomweb`: searches are answered here, the rest in `retrieving`, `rendering` and `storing`."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from collab.dicomweb import rendering, retrieving, storing
from collab.dicomweb.asking import accept_of, root_of, site_of
from collab.dicomweb.attributes import Level
from collab.dicomweb.negotiation import takes_json
from collab.dicomweb.refusals import NotAcceptable
from collab.dicomweb.searching import Results, search, understood
from collab.kit.caller import Caller
from collab.studies.doors import Endpoint, called, streamed

_STUDY = "/dicomweb/studies/{study_uid}"
_SERIES = f"{_STUDY}/series/{{series_uid}}"
_INSTANCE = f"{_SERIES}/instances/{{instance_uid}}"
_FRAME = f"{_INSTANCE}/frames/{{frames}}"
# PS3.18 8.3.4.4
_MORE = (
    '299 consilium "The number of results exceeded the maximum supported by the server. '
    'Additional results can be requested."'
)


def routes() -> Sequence[BaseRoute]:
    return [
        _get("/dicomweb/studies", search_studies),
        _get("/dicomweb/series", search_series),
        _get("/dicomweb/instances", search_instances),
        _get(f"{_STUDY}/series", search_series),
        _get(f"{_STUDY}/instances", search_instances),
        _get(f"{_SERIES}/instances", search_instances),
        *(_post(path, storing.receive_instances) for path in ("/dicomweb/studies", _STUDY)),
        *(_get(path, retrieving.send_originals) for path in (_STUDY, _SERIES, _INSTANCE)),
        *(_get(f"{path}/metadata", retrieving.send_metadata) for path in (_STUDY, _SERIES, _INSTANCE)),
        _get(_FRAME, retrieving.send_frames),
        *(_get(f"{path}/rendered", rendering.send_all_rendered) for path in (_STUDY, _SERIES)),
        *(_get(f"{path}/rendered", rendering.send_rendered) for path in (_INSTANCE, _FRAME)),
        *(_get(f"{path}/thumbnail", rendering.send_thumbnail) for path in (_STUDY, _SERIES, _INSTANCE)),
        _get(f"{_FRAME}/thumbnail", rendering.send_frame_thumbnail),
        _get(f"{_INSTANCE}/bulkdata/{{place:path}}", retrieving.send_bulk),
    ]


def _get(path: str, endpoint: Endpoint) -> BaseRoute:
    return streamed(path, endpoint, method="GET", gives=None)


def _post(path: str, endpoint: Endpoint) -> BaseRoute:
    return streamed(path, endpoint, method="POST", gives=None)


async def search_studies(request: Request) -> Response:
    """Search studies (QIDO-RS)."""
    return await _search(request, Level.STUDY)


async def search_series(request: Request) -> Response:
    """Search series (QIDO-RS)."""
    return await _search(request, Level.SERIES)


async def search_instances(request: Request) -> Response:
    """Search instances (QIDO-RS)."""
    return await _search(request, Level.INSTANCE)


async def _search(request: Request, level: Level) -> Response:
    if not takes_json(accept_of(request)):
        raise NotAcceptable
    asked = understood(level, request.query_params.multi_items())

    def act(request: Request, session: Session, caller: Caller) -> Results:
        named = request.path_params
        return search(
            session,
            asked,
            caller,
            study_uid=named.get("study_uid"),
            series_uid=named.get("series_uid"),
            root=root_of(request),
            at=site_of(request).clock(),
        )

    found = await called(request, act)
    headers = {"Warning": _MORE} if found.has_more else {}
    if not found.items:
        return Response(status_code=204, headers=headers)
    return Response(msgspec.json.encode(found.items), headers=headers, media_type=retrieving.DICOM_JSON)
