"""Queries on imports and uploads; private to the studies feature."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, func, or_, select, update
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


def claim_waiting(session: Session, *, silent_since: datetime) -> StudyImport | None:
    """The oldest drop whose files are all here, now marked as started; also one whose process has gone silent."""
    interrupted = and_(StudyImport.state == ImportState.IMPORTING, StudyImport.changed_at < silent_since)
    query = select(StudyImport).where(
        or_(StudyImport.state == ImportState.WAITING, interrupted),
        # Imports by command have no uploads: nobody but the command can carry them out.
        select(Upload.id).where(Upload.import_id == StudyImport.id).exists(),
    )
    oldest = query.order_by(StudyImport.created_at, StudyImport.id).limit(1)
    found = session.scalars(oldest.with_for_update(skip_locked=True)).first()
    if found is not None:
        found.state = IMPORT_MOVES[ImportState(found.state), "start"]
    return found


def interrupt_uploaded(session: Session) -> None:
    """Drops being imported wait again; for a start at which no other process can be importing them."""
    uploaded = select(Upload.id).where(Upload.import_id == StudyImport.id).exists()
    query = update(StudyImport).where(StudyImport.state == ImportState.IMPORTING, uploaded)
    session.execute(query.values(state=IMPORT_MOVES[ImportState.IMPORTING, "interrupt"]))


def list_unfinished_ids(session: Session) -> set[str]:
    """The drops whose bytes are still needed."""
    return set(session.scalars(select(StudyImport.id).where(StudyImport.state.in_(UNFINISHED))))


def list_abandoned(session: Session, *, before: datetime) -> Sequence[StudyImport]:
    """Drops that were never finished."""
    query = select(StudyImport).where(StudyImport.state == ImportState.RECEIVING, StudyImport.changed_at < before)
    return session.scalars(query).all()
