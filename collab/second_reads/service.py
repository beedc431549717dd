"""Copy a primary report, and record a peer's second read of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from collab.audit.service import record
from collab.kit import ids
from collab.kit.caller import Caller
from collab.kit.refusals import BadInput, NotAllowed, NotFound, Refusal
from collab.second_reads import store
from collab.second_reads.models import PrimaryReport, SecondRead
from collab.second_reads.rules import AgreementClass, may_read_second, may_see
from collab.studies import service as studies
from collab.studies.rules import is_of_house


class AlreadyRead(Refusal):
    """The caller has read this report second before; one reader counts once."""

    code = "already_read_second"


class OwnReport(Refusal):
    """Nobody reads their own report second."""

    code = "own_report"


def copy_report(
    session: Session, study_id: str, *, text: str, first_reader: str, reported_on: str, by: Caller, at: datetime
) -> PrimaryReport:
    """Keep a copy of the local report of one's own hospital's study."""
    study = studies.access_study(session, study_id, by, at=at)
    if not may_read_second(by) or not is_of_house(by, study.hospital_id):
        raise NotAllowed
    if not text.strip() or not first_reader.strip():
        raise BadInput("incomplete_report", field="text")
    report = PrimaryReport(
        id=ids.new_id(ids.PRIMARY_REPORT),
        read_study_id=study.id,
        report_hospital_id=study.hospital_id,
        report_text=text.strip(),
        first_reader=first_reader.strip(),
        reported_on=reported_on,
        copied_at=at,
        copied_by_id=by.person_id,
    )
    session.add(report)
    session.flush()
    record(session, "primary_report.copied", by=by, at=at, kind="primary_report", object_id=report.id)
    return report


def access_report(session: Session, report_id: str, caller: Caller) -> PrimaryReport:
    """The gate to a primary report. Raises `NotFound`."""
    report = store.find_report(session, report_id)
    if report is None or not may_see(caller, hospital_id=report.report_hospital_id):
        raise NotFound
    return report


def access_second_read(session: Session, second_read_id: str, caller: Caller) -> SecondRead:
    """The gate to a second read: the department, save those who are still to make their own. Raises `NotFound`."""
    found = store.find_second_read(session, second_read_id)
    if found is None or not may_see(caller, hospital_id=found.primary_report.report_hospital_id):
        raise NotFound
    if found not in second_reads_of(session, [found.primary_report], caller):
        raise NotFound
    return found


def read_report(session: Session, report_id: str, caller: Caller, *, at: datetime) -> PrimaryReport:
    """Open a report to read it second; the reading is recorded."""
    report = access_report(session, report_id, caller)
    record(session, "primary_report.opened", by=caller, at=at, kind="primary_report", object_id=report.id)
    return report


def record_second_read(
    session: Session, report_id: str, agreement_class: AgreementClass, comment: str, *, by: Caller, at: datetime
) -> SecondRead:
    """Say how far one agrees. Raises `NotFound`, `OwnReport`, `AlreadyRead`."""
    report = access_report(session, report_id, by)
    if report.first_reader == by.name:
        raise OwnReport
    if store.find_of_reader(session, report.id, by.person_id) is not None:
        raise AlreadyRead
    made = SecondRead(
        id=ids.new_id(ids.SECOND_READ),
        primary_report_id=report.id,
        second_reader_id=by.person_id,
        agreement_class=agreement_class,
        comment=comment.strip(),
        read_at=at,
    )
    session.add(made)
    session.flush()
    facts = {"agreement_class": agreement_class}
    record(session, "second_read.recorded", by=by, at=at, kind="second_read", object_id=made.id, **facts)
    return made


def list_reports(session: Session, caller: Caller, *, at: datetime) -> Sequence[PrimaryReport]:
    """The reports of the caller's department."""
    if not may_read_second(caller):
        return []
    found = store.list_reports(session, caller.hospital_id)
    record(session, "primary_report.listed", by=caller, at=at, kind="primary_report", object_id="*", shown=len(found))
    return found


def second_reads_of(session: Session, reports: Sequence[PrimaryReport], caller: Caller) -> Sequence[SecondRead]:
    """Second reads of reports that the caller has passed the gate of.

    Those of others are withheld until the caller's own is made, so that it is not led by them (DOMAIN 6.2).
    """
    found = store.list_second_reads(session, [report.id for report in reports])
    done = {each.primary_report_id for each in found if each.second_reader_id == caller.person_id}
    own_reports = {report.id for report in reports if report.first_reader == caller.name}
    return [each for each in found if each.primary_report_id in done | own_reports]
