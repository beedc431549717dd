"""Queries on conclusions; private to the feature."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from collab.conclusions.models import Acknowledgement, ExpertConclusion


def find_latest(session: Session, request_id: str) -> ExpertConclusion | None:
    """The last version of the request's conclusion."""
    query = select(ExpertConclusion).where(ExpertConclusion.request_id == request_id)
    return session.scalars(query.order_by(ExpertConclusion.version.desc()).limit(1)).first()


def find_acknowledgement(session: Session, conclusion_id: str) -> Acknowledgement | None:
    return session.get(Acknowledgement, conclusion_id)
