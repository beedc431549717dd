"""A prepared series behind its gate: whoever shows its stacks opens them here, and the reading is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session
from starlette.requests import Request

from collab.audit import service as audit
from collab.kit.caller import Caller
from collab.kit.refusals import NotFound
from collab.kit.web import Site
from collab.studies.doors import called
from collab.studies.prepared import PreparedFolders
from collab.studies.readings import Readings
from collab.studies.service import access_series


@dataclass(frozen=True, kw_only=True)
class OpenedSeries:
    """Where its stacks lie; `who` asked."""

    folder: Path
    version: str
    who: str


async def open_series(request: Request) -> OpenedSeries:
    """The prepared series of the request's path, for one of its stacks. Raises `NotFound`.

    Its reading is a line of the audit once in a while: not each picture, nor each range of a pack.
    """
    return await called(request, _open)


def _open(request: Request, session: Session, caller: Caller) -> OpenedSeries:
    site: Site = request.app.state.site
    params, at = request.path_params, site.clock()
    series = access_series(session, params["study"], caller, series_uid=params["series"], at=at)
    if series.prepared_version is None:
        raise NotFound
    version = series.prepared_version
    reading = (caller.person_id, caller.login_id, series.id, str(params["stack"]), version)
    if site.part(Readings).is_due(session, reading, at=at):
        audit.record(
            session,
            "series.read",
            by=caller,
            at=at,
            kind="study",
            object_id=series.study_id,
            series_uid=series.series_uid,
            stack=params["stack"],
            version=version,
        )
    folder = PreparedFolders(site.settings).of(series.id, version)
    return OpenedSeries(folder=folder, version=version, who=caller.login_id)
