"""Queries on imports and uploads; private to the studies feature."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from collab.studies.models import StudyImport, Upload
from collab.studies.rules import IMPORT_MOVES, ImportState

UNFINISHED = (ImportState.RECEIVING, ImportState.WAITING, ImportState.IMPORTING)


def find_import(session: Session, import_id: str) -> StudyImport | None:
    return session.get(StudyImport, import_id)


def get_import(session: Session, import_id: str) -> StudyImport:
    return session.get_one(StudyImport, import_id)


def find_upload(session: Session, upload_id: str) -> Upload | None:
    return session.get(Upload, upload_id)


def find_upload_named(session: Session, *, import_id: str, name: str) -> Upload | None:
    return session.scalars(select(Upload).filter_by(import_id=import_id, name=name)).first()


def list_uploads(session: Session, import_id: str) -> Sequence[Upload]:
    return session.scalars(select(Upload).filter_by(import_id=import_id).order_by(Upload.name)).all()


def count_uploads(session: Session, import_id: str) -> int:
    return session.scalar(select(func.count()).select_from(Upload).filter_by(import_id=import_id)) or 0


def count_incomplete(session: Session, import_id: str) -> int:
    query = select(func.count()).select_from(Upload).filter_by(import_id=import_id)
    return session.scalar(query.where(Upload.received < Upload.size)) or 0


def sum_waiting(session: Session, person_id: str) -> int:
    """Bytes that a person's unfinished imports will take when they are all here."""
    query = select(func.sum(Upload.size)).join(StudyImport, StudyImport.id == Upload.import_id)
    mine = query.where(StudyImport.person_id == person_id, StudyImport.state.in_(UNFINISHED))
    return session.scalar(mine) or 0


def claim_waiting(session: Session, *, skip: Iterable[str]) -> StudyImport | None:
    """The oldest import whose files are all here, now marked as started; `skip` are those running already."""
    startable = [state for state, move in IMPORT_MOVES if move == "start"]
    query = select(StudyImport).where(
        StudyImport.state.in_(startable), StudyImport.person_id.is_not(None), StudyImport.id.not_in(list(skip))
    )
    waiting = query.where(select(Upload.id).where(Upload.import_id == StudyImport.id).exists())
    oldest = waiting.order_by(StudyImport.created_at, StudyImport.id).limit(1)
    found = session.scalars(oldest.with_for_update(skip_locked=True)).first()
    if found is not None:
        found.state = IMPORT_MOVES[ImportState(found.state), "start"]
    return found


def list_abandoned(session: Session, *, before: datetime) -> Sequence[StudyImport]:
    """Drops that were never finished."""
    query = select(StudyImport).where(StudyImport.state == ImportState.RECEIVING, StudyImport.changed_at < before)
    return session.scalars(query).all()


def list_unfinished_ids(session: Session) -> set[str]:
    return set(session.scalars(select(StudyImport.id).where(StudyImport.state.in_(UNFINISHED))))


def delete_uploads(session: Session, import_id: str) -> None:
    session.execute(delete(Upload).where(Upload.import_id == import_id))
