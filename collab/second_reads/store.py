"""Queries on primary reports and second reads; private to the feature."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from collab.second_reads.models import PrimaryReport, SecondRead

LIST_LIMIT = 200


def find_report(session: Session, report_id: str) -> PrimaryReport | None:
    return session.get(PrimaryReport, report_id)


def find_second_read(session: Session, second_read_id: str) -> SecondRead | None:
    return session.get(SecondRead, second_read_id)


def list_reports(session: Session, hospital_id: str) -> Sequence[PrimaryReport]:
    query = select(PrimaryReport).where(PrimaryReport.report_hospital_id == hospital_id)
    return session.scalars(query.order_by(PrimaryReport.copied_at.desc()).limit(LIST_LIMIT)).all()


def list_second_reads(session: Session, report_ids: Sequence[str]) -> Sequence[SecondRead]:
    query = select(SecondRead).where(SecondRead.primary_report_id.in_(report_ids))
    return session.scalars(query.order_by(SecondRead.read_at)).all()


def find_of_reader(session: Session, report_id: str, person_id: str) -> SecondRead | None:
    query = select(SecondRead).filter_by(primary_report_id=report_id, second_reader_id=person_id)
    return session.scalars(query).first()
