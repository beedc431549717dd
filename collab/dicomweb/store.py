"""Queries of the DICOMweb doors on studies, series and instances; private to this feature."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, lazyload, undefer

from collab.dicomweb.attributes import Level
from collab.studies.models import Instance, Series, Study

Row = tuple[Study, Series | None, Instance | None]
_NEWEST = (Study.study_date.desc(), Study.study_time.desc(), Study.id)
_IN_STUDY = (Series.number.is_(None), Series.number, Series.series_uid)
_IN_SERIES = (Instance.instance_number.is_(None), Instance.instance_number, Instance.sop_instance_uid)
# Rows read in one go by a search whose wildcards are matched in `searching`.
_BATCHED = {"yield_per": 500}


@dataclass(frozen=True, kw_only=True)
class Original:
    """A stored instance, and where its prepared pictures are."""

    instance_id: str
    study_id: str
    study_uid: str
    series_id: str
    series_uid: str
    prepared_version: str | None
    count_stacks: int
    sop_instance_uid: str
    transfer_syntax_uid: str
    sha256: str
    size: int

    @property
    def path(self) -> str:
        """Below `/dicomweb`."""
        return f"/studies/{self.study_uid}/series/{self.series_uid}/instances/{self.sop_instance_uid}"


def list_study_ids(session: Session, study_uid: str, *, first_of: str) -> list[str]:
    """Every hospital may hold a study of that UID; that of hospital `first_of` comes first."""
    query = select(Study.id).where(Study.study_uid == study_uid)
    return list(session.scalars(query.order_by(Study.hospital_id != first_of, Study.created_at, Study.id)))


def list_originals(
    session: Session, study_id: str, *, series_uid: str | None = None, sop_instance_uid: str | None = None
) -> list[Original]:
    """Instances of a study in the order of reading."""
    query = select(Instance, Series, Study).join(Series, Series.id == Instance.series_id)
    query = query.join(Study, Study.id == Series.study_id).where(Study.id == study_id).options(lazyload("*"))
    if series_uid is not None:
        query = query.where(Series.series_uid == series_uid)
    if sop_instance_uid is not None:
        query = query.where(Instance.sop_instance_uid == sop_instance_uid)
    rows = session.execute(query.order_by(*_IN_STUDY, *_IN_SERIES)).all()
    return [_original(instance, series, study) for instance, series, study in rows]


def _original(instance: Instance, series: Series, study: Study) -> Original:
    return Original(
        instance_id=instance.id,
        study_id=study.id,
        study_uid=study.study_uid,
        series_id=series.id,
        series_uid=series.series_uid,
        prepared_version=series.prepared_version,
        count_stacks=len(series.stacks),
        sop_instance_uid=instance.sop_instance_uid,
        transfer_syntax_uid=instance.transfer_syntax_uid,
        sha256=instance.sha256,
        size=instance.size,
    )


def list_paths(session: Session, *, hospital_id: str, hashes: Iterable[str]) -> dict[str, str]:
    """By hash, where a hospital's instances are, below `/dicomweb`."""
    found: dict[str, str] = {}
    wanted = sorted(hashes)
    for at in range(0, len(wanted), 500):  # SQLite takes no more than 999 parameters in its older builds
        query = select(Instance, Series, Study).join(Series, Series.id == Instance.series_id)
        query = query.join(Study, Study.id == Series.study_id).options(lazyload("*"))
        query = query.where(Instance.hospital_id == hospital_id, Instance.sha256.in_(wanted[at : at + 500]))
        for instance, series, study in session.execute(query):
            found[instance.sha256] = _original(instance, series, study).path
    return found


def get_header(session: Session, instance_id: str) -> str:
    """The kept header of an instance, as JSON."""
    return session.scalars(select(Instance.header_json).where(Instance.id == instance_id)).one()


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
