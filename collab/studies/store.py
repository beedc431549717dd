"""Queries on studies, series, instances and grants; private to the studies feature."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, or_, select, update
from sqlalchemy.orm import Session

from collab.accounts.models import Hospital
from collab.kit.caller import Caller
from collab.studies.models import Instance, Series, SetAside, Study, StudyGrant
from collab.studies.rules import CARE_ROLES, MAX_ATTEMPTS, SERIES_MOVES, SeriesState
from dicom_render.objects import OBJECT_CLASSES, REPORT_CLASSES

# A page of studies; whoever has more searches.
LIST_LIMIT = 200


@dataclass(frozen=True, kw_only=True)
class Known:
    """An instance that is here already, and which import brought it."""

    instance_id: str
    study_id: str
    import_id: str
    sop_instance_uid: str
    sha256: str


def find_study(session: Session, study_id: str) -> Study | None:
    return session.get(Study, study_id)


def find_study_by_uid(session: Session, *, hospital_id: str, study_uid: str) -> Study | None:
    return session.scalars(select(Study).filter_by(hospital_id=hospital_id, study_uid=study_uid)).first()


def list_grants(session: Session, study_id: str) -> Sequence[StudyGrant]:
    return session.scalars(select(StudyGrant).filter_by(study_id=study_id).order_by(StudyGrant.since)).all()


def list_live_grants_for(session: Session, purpose: str) -> Sequence[StudyGrant]:
    return session.scalars(select(StudyGrant).filter_by(purpose=purpose, revoked_at=None)).all()


def visible_to(caller: Caller, at: datetime) -> ColumnElement[bool]:
    """`rules.may_see` as a condition on `Study`; a test holds the two against each other."""
    in_care = literal(caller.role in CARE_ROLES)
    named = or_(
        StudyGrant.person_id == caller.person_id,
        StudyGrant.team_id.in_(caller.team_ids),
        and_(StudyGrant.hospital_id == caller.hospital_id, in_care),
    )
    granted = exists().where(
        StudyGrant.study_id == Study.id,
        StudyGrant.since <= at,
        or_(StudyGrant.until.is_(None), StudyGrant.until > at),
        or_(StudyGrant.revoked_at.is_(None), StudyGrant.revoked_at > at),
        named,
    )
    return or_(and_(Study.hospital_id == caller.hospital_id, in_care), granted)


def list_visible(session: Session, caller: Caller, *, words: Iterable[str], at: datetime) -> Sequence[Study]:
    """The newest studies that the caller may see and whose search text has every word."""
    query = select(Study).where(visible_to(caller, at))
    for word in words:
        query = query.where(Study.search_text.contains(word, autoescape=True))
    newest = (Study.study_date.desc(), Study.study_time.desc(), Study.id)
    return session.scalars(query.order_by(*newest).limit(LIST_LIMIT)).all()


def list_same_person(session: Session, study: Study, caller: Caller, at: datetime) -> Sequence[Study]:
    """Other studies with equal strict traits that the caller may see, newest first."""
    if study.strict_key is None:
        return []
    query = select(Study).where(Study.strict_key == study.strict_key, Study.id != study.id, visible_to(caller, at))
    return session.scalars(query.order_by(Study.study_date.desc(), Study.id).limit(LIST_LIMIT)).all()


def list_series(session: Session, study_id: str) -> Sequence[Series]:
    query = select(Series).filter_by(study_id=study_id)
    return session.scalars(query.order_by(Series.number.is_(None), Series.number, Series.series_uid)).all()


def list_unready(session: Session, study_ids: Iterable[str]) -> set[str]:
    """Those of the studies that have a series on its way."""
    on_its_way = (SeriesState.RECEIVING, SeriesState.QUEUED, SeriesState.PREPARING)
    query = select(Series.study_id).where(Series.study_id.in_(list(study_ids)), Series.state.in_(on_its_way))
    return set(session.scalars(query.distinct()))


def find_series(session: Session, *, study_id: str, series_uid: str, hold: bool = False) -> Series | None:
    """`hold` keeps preparers from the row until the transaction ends."""
    query = select(Series).filter_by(study_id=study_id, series_uid=series_uid)
    return session.scalars(_held(query) if hold else query).first()


def get_held_series(session: Session, series_id: str) -> Series:
    """A series as it is now, kept so until the transaction ends."""
    return session.scalars(_held(select(Series).filter_by(id=series_id))).one()


def _held(query: Select[Series]) -> Select[Series]:
    # `of`: PostgreSQL locks no row of an outer join's far side, and the study's is joined so.
    return query.with_for_update(of=Series).execution_options(populate_existing=True)


def hold_intake(session: Session, hospital_id: str) -> None:
    """One import at a time writes a hospital's rows: two that bring the same study must not both create it."""
    session.execute(select(Hospital.id).where(Hospital.id == hospital_id).with_for_update(key_share=True))


def list_known_bytes(session: Session, *, hospital_id: str, hashes: Iterable[str]) -> dict[str, Known]:
    """By hash, the instances that the hospital already has."""
    found = _list_known(session, hospital_id, Instance.sha256.in_(list(hashes)))
    return {known.sha256: known for known in found}


def list_known_uids(session: Session, *, hospital_id: str, uids: Iterable[str]) -> dict[str, Known]:
    """By SOP Instance UID, the instances that the hospital already has."""
    found = _list_known(session, hospital_id, Instance.sop_instance_uid.in_(list(uids)))
    return {known.sop_instance_uid: known for known in found}


def _list_known(session: Session, hospital_id: str, which: ColumnElement[bool]) -> list[Known]:
    columns = (Instance.id, Series.study_id, Instance.import_id, Instance.sop_instance_uid, Instance.sha256)
    query = select(*columns).join(Series, Series.id == Instance.series_id)
    rows = session.execute(query.where(Instance.hospital_id == hospital_id, which))
    return [
        Known(instance_id=instance_id, study_id=study_id, import_id=import_id, sop_instance_uid=uid, sha256=sha256)
        for instance_id, study_id, import_id, uid, sha256 in rows
    ]


def list_instance_keys(session: Session, *, series_id: str) -> list[tuple[str, str]]:
    """(SOP Instance UID, SHA-256) of a series, in the order of instance numbers."""
    query = select(Instance.sop_instance_uid, Instance.sha256).filter_by(series_id=series_id)
    in_order = (Instance.instance_number.is_not(None), Instance.instance_number, Instance.sop_instance_uid)
    rows = session.execute(query.order_by(*in_order))
    return [(uid, sha256) for uid, sha256 in rows]


def list_hashes(session: Session, series_id: str) -> tuple[str, ...]:
    """The originals of a series, in the order of instance numbers."""
    return tuple(sha256 for _, sha256 in list_instance_keys(session, series_id=series_id))


def list_instances(session: Session, series_id: str) -> Sequence[Instance]:
    return session.scalars(select(Instance).filter_by(series_id=series_id)).all()


def find_instance(session: Session, *, study_id: str, sop_instance_uid: str) -> Instance | None:
    query = select(Instance).join(Series, Series.id == Instance.series_id)
    return session.scalars(
        query.where(Series.study_id == study_id, Instance.sop_instance_uid == sop_instance_uid)
    ).first()


def list_without_picture(session: Session, study_id: str) -> Sequence[Instance]:
    """Instances of a study that are no images, as `dicom_render.objects` knows them by their storage class."""
    query = select(Instance).join(Series, Series.id == Instance.series_id).where(Series.study_id == study_id)
    is_object = or_(Instance.sop_class_uid.in_(OBJECT_CLASSES), Instance.sop_class_uid.startswith(REPORT_CLASSES))
    return session.scalars(query.where(is_object).order_by(Instance.instance_number, Instance.sop_instance_uid)).all()


def list_study_instance_keys(session: Session, *, study_id: str) -> list[tuple[str, str]]:
    query = (
        select(Instance.sop_instance_uid, Instance.sha256)
        .join(Series, Series.id == Instance.series_id)
        .where(Series.study_id == study_id)
    )
    return [(uid, sha256) for uid, sha256 in session.execute(query)]


def list_original_keys(session: Session, *, study_id: str) -> list[tuple[str, str, str]]:
    columns = (Series.series_uid, Instance.sop_instance_uid, Instance.sha256)
    query = select(*columns).join(Series, Series.id == Instance.series_id).where(Series.study_id == study_id)
    rows = session.execute(query.order_by(Series.series_uid, Instance.sop_instance_uid))
    return [(series_uid, uid, sha256) for series_uid, uid, sha256 in rows]


def list_set_aside(session: Session, study_id: str) -> Sequence[SetAside]:
    return session.scalars(select(SetAside).filter_by(study_id=study_id).order_by(SetAside.at, SetAside.id)).all()


def count_set_aside(session: Session, study_id: str) -> int:
    return session.scalar(select(func.count()).select_from(SetAside).filter_by(study_id=study_id)) or 0


def list_set_aside_of_imports(session: Session, import_ids: Iterable[str]) -> Sequence[SetAside]:
    """Files of these imports that do not say whose they are."""
    query = select(SetAside).where(SetAside.import_id.in_(list(import_ids)), SetAside.study_id.is_(None))
    return session.scalars(query.order_by(SetAside.at, SetAside.id).limit(LIST_LIMIT)).all()


def list_set_aside_of_import(session: Session, import_id: str) -> Sequence[SetAside]:
    return session.scalars(select(SetAside).filter_by(import_id=import_id).order_by(SetAside.at, SetAside.id)).all()


def count_studies(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Study)) or 0


def list_import_ids(session: Session, study_id: str) -> list[str]:
    """The imports that brought instances of a study."""
    query = select(Instance.import_id).join(Series, Series.id == Instance.series_id).where(Series.study_id == study_id)
    return list(session.scalars(query.distinct()))


def queue_series(session: Session, *, study_ids: Iterable[str]) -> None:
    """What has come in completely goes to be prepared, and what was refused is tried again."""
    ids = list(study_ids)
    for state in (SeriesState.RECEIVING, SeriesState.REFUSED):
        query = update(Series).where(Series.study_id.in_(ids), Series.state == state)
        session.execute(query.values(state=SERIES_MOVES[state, "queue"], attempts=0))


def list_arriving(session: Session, *, study_ids: Iterable[str]) -> Sequence[Series]:
    """Series of these studies that more has come of, or may come of."""
    arriving = (SeriesState.RECEIVING, SeriesState.QUEUED)
    query = select(Series).where(Series.study_id.in_(list(study_ids)), Series.state.in_(arriving))
    return session.scalars(query.order_by(Series.id)).all()


def requeue_interrupted(session: Session) -> None:
    """After a start: what a dead process was preparing, or had half received, waits again."""
    for state, move in ((SeriesState.PREPARING, "requeue"), (SeriesState.RECEIVING, "queue")):
        session.execute(update(Series).where(Series.state == state).values(state=SERIES_MOVES[state, move]))


def requeue_outdated(session: Session, *, ending: str) -> None:
    """What an earlier program prepared waits to be prepared anew; it stays on the screen until then."""
    outdated = (Series.state == SeriesState.READY, Series.prepared_version.not_like(f"%{ending}"))
    renewed = SERIES_MOVES[SeriesState.READY, "renew"]
    session.execute(update(Series).where(*outdated).values(state=renewed, attempts=0))


def claim_next(session: Session, *, but: Iterable[str] = ()) -> Series | None:
    """The next series to prepare, now marked as being prepared; its attempts are counted before it can kill us.

    `but`: studies whose series can wait, where something of them is shown already.
    """
    query = select(Series).where(Series.state == SeriesState.QUEUED, Series.attempts < MAX_ATTEMPTS)
    query = query.where(or_(Series.prepared_version.is_(None), Series.study_id.not_in(list(but))))
    next_one = query.order_by(Series.id).limit(1).with_for_update(of=Series, skip_locked=True)
    series = session.scalars(next_one.execution_options(populate_existing=True)).first()
    if series is not None:
        series.state = SERIES_MOVES[SeriesState.QUEUED, "claim"]
        series.attempts += 1
    return series


def list_exhausted(session: Session) -> Sequence[Series]:
    """Queued series that have been tried often enough, for this transaction alone."""
    query = select(Series).where(Series.state == SeriesState.QUEUED, Series.attempts >= MAX_ATTEMPTS)
    return session.scalars(query.with_for_update(of=Series, skip_locked=True)).all()


def list_prepared_versions(session: Session) -> dict[str, str | None]:
    rows = session.execute(select(Series.id, Series.prepared_version))
    return {row.id: row.prepared_version for row in rows}
