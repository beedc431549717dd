"""Queries of the DICOMweb doors on studies, series and instances; private to this feature."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Executable, RowMapping, bindparam, func, select
from sqlalchemy.orm import Session, lazyload, undefer

from collab.dicomweb.attributes import Level
from collab.studies.models import Instance, Series, Study

Row = tuple[Study, Series | None, Instance | None]
_NEWEST = (Study.study_date.desc(), Study.study_time.desc(), Study.id)
_IN_STUDY = (Series.number.is_(None), Series.number, Series.series_uid)
_IN_SERIES = (Instance.instance_number.is_(None), Instance.instance_number, Instance.sop_instance_uid)
# Asked with every picture: made once, and without objects of the ORM, they take a fifth of the time.
_HELD = (
    select(Study.id, Study.hospital_id, Study.version)
    .where(Study.study_uid == bindparam("study_uid"))
    .order_by(Study.hospital_id != bindparam("first_of"), Study.created_at, Study.id)
)
_ORIGINAL = (
    select(
        Instance.id.label("instance_id"), Study.id.label("study_id"), Study.study_uid, Series.id.label("series_id"),
        Series.series_uid, Series.prepared_version, Series.stacks, Instance.sop_instance_uid,
        Instance.transfer_syntax_uid, Instance.sha256, Instance.size,
    )
    .join(Series, Series.id == Instance.series_id)
    .join(Study, Study.id == Series.study_id)
)  # fmt: skip
_HEADER = select(Instance.header_json).where(Instance.id == bindparam("instance_id"))
# Rows read in one go by a search whose wildcards are matched in `searching`.
_BATCHED = {"yield_per": 500}


@dataclass(frozen=True, kw_only=True)
class Original:
    """A stored instance, and where its prepared pictures are: in how many `stacks`."""

    instance_id: str
    study_id: str
    study_uid: str
    series_id: str
    series_uid: str
    prepared_version: str | None
    stacks: int
    sop_instance_uid: str
    transfer_syntax_uid: str
    sha256: str
    size: int

    @property
    def path(self) -> str:
        """Below `/dicomweb`."""
        return f"/studies/{self.study_uid}/series/{self.series_uid}/instances/{self.sop_instance_uid}"


@dataclass(frozen=True, kw_only=True)
class Held:
    """A study as one hospital holds it."""

    id: str
    hospital_id: str
    version: str


def list_held(session: Session, study_uid: str, *, first_of: str) -> list[Held]:
    """Every hospital may hold a study of that UID; that of hospital `first_of` comes first."""
    rows = session.connection().execute(_HELD, {"study_uid": study_uid, "first_of": first_of})
    return [Held(**row) for row in rows.mappings()]


def list_originals(
    session: Session, study_id: str, *, series_uid: str | None = None, sop_instance_uid: str | None = None
) -> list[Original]:
    """Instances of a study in the order of reading."""
    query = _originals_query(of_series=series_uid is not None, of_instance=sop_instance_uid is not None)
    named = {"study_id": study_id, "series_uid": series_uid, "sop_instance_uid": sop_instance_uid}
    return [_original(row) for row in session.connection().execute(query, named).mappings()]


@cache
def _originals_query(*, of_series: bool, of_instance: bool) -> Executable:
    query = _ORIGINAL.where(Study.id == bindparam("study_id"))
    if of_series:
        query = query.where(Series.series_uid == bindparam("series_uid"))
    if of_instance:
        query = query.where(Instance.sop_instance_uid == bindparam("sop_instance_uid"))
    return query.order_by(*_IN_STUDY, *_IN_SERIES)


def _original(row: RowMapping) -> Original:
    given: dict[str, Any] = {**row}  # Any: a column each
    given["stacks"] = len(given["stacks"])
    return Original(**given)


def list_paths(session: Session, *, hospital_id: str, hashes: Iterable[str]) -> dict[str, str]:
    """By hash, where a hospital's instances are, below `/dicomweb`."""
    found: dict[str, str] = {}
    wanted = sorted(hashes)
    for at in range(0, len(wanted), 500):  # SQLite takes no more than 999 parameters in its older builds
        query = _ORIGINAL.where(Instance.hospital_id == hospital_id, Instance.sha256.in_(wanted[at : at + 500]))
        for original in map(_original, session.connection().execute(query).mappings()):
            found[original.sha256] = original.path
    return found


def get_header(session: Session, instance_id: str) -> str:
    """The kept header of an instance, as JSON."""
    return session.connection().execute(_HEADER, {"instance_id": instance_id}).scalar_one()


def search(session: Session, level: Level, conditions: Sequence[ColumnElement[bool]]) -> Iterator[Row]:
    """Rows that fulfil the conditions, newest study first; read as they are asked for."""
    if level is Level.STUDY:
        studies = select(Study).where(*conditions).order_by(*_NEWEST).options(lazyload("*"))
        for study in session.scalars(studies, execution_options=_BATCHED):
            yield study, None, None
    elif level is Level.SERIES:
        both = select(Study, Series).join(Series, Series.study_id == Study.id).where(*conditions)
        both = both.order_by(*_NEWEST, *_IN_STUDY).options(lazyload("*"))
        for study, series in session.execute(both, execution_options=_BATCHED):
            yield study, series, None
    else:
        all_three = select(Study, Series, Instance).join(Series, Series.study_id == Study.id)
        all_three = all_three.join(Instance, Instance.series_id == Series.id).where(*conditions)
        all_three = all_three.order_by(*_NEWEST, *_IN_STUDY, *_IN_SERIES).options(lazyload("*"))
        for study, series, instance in session.execute(all_three, execution_options=_BATCHED):
            yield study, series, instance


def list_headers(session: Session, instance_ids: Iterable[str]) -> dict[str, str]:
    """The kept headers of instances, as JSON."""
    query = select(Instance).where(Instance.id.in_(list(instance_ids))).options(lazyload("*"))
    query = query.options(undefer(Instance.header_json)).execution_options(populate_existing=True)
    return {instance.id: instance.header_json for instance in session.scalars(query)}


def count_series(session: Session, study_ids: Iterable[str]) -> dict[str, int]:
    query = select(Series.study_id, func.count()).where(Series.study_id.in_(list(study_ids)))
    return {row[0]: row[1] for row in session.execute(query.group_by(Series.study_id))}
