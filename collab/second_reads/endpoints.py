"""Pages and JSON of second reads, under roots of their own; none of them takes or gives anything of an expertise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response
from starlette.routing import BaseRoute

from collab.kit.web import Call, api, json_answer, page, see_other
from collab.second_reads import service
from collab.second_reads.models import PrimaryReport, SecondRead
from collab.second_reads.rules import CLASSES, AgreementClass, may_read_second
from collab.studies import service as studies
from collab.studies.rules import is_of_house

Text = Annotated[str, Meta(max_length=20_000)]


class NewReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A copy of a local report."""

    study_id: str
    report_text: Text
    first_reader: Annotated[str, Meta(max_length=200)]
    reported_on: Annotated[str, Meta(max_length=10)] = ""


class NewSecondRead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far the caller agrees with a primary report."""

    primary_report_id: Annotated[str, Meta(pattern="^RPT-")]
    agreement_class: AgreementClass
    comment: Annotated[str, Meta(max_length=4000)] = ""


class SecondReadMade(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A second read as programs see it."""

    second_read_id: str
    primary_report_id: str
    agreement_class: AgreementClass
    comment: str
    second_reader: str
    read_at: datetime


class ReportCopied(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A primary report as programs see it."""

    primary_report_id: str
    study_id: str
    report_text: str
    first_reader: str
    reported_on: str


def routes() -> Sequence[BaseRoute]:
    return [
        page("/second-reads", show_list),
        page("/second-reads/new", show_new_report),
        page("/second-reads/new", copy_report, methods=["POST"]),
        page("/second-reads/reports/{report_id}", show_report),
        page("/second-reads/reports/{report_id}", record_read, methods=["POST"]),
        api("/api/second-reads", post_second_read, methods=["POST"], takes=NewSecondRead, gives=SecondReadMade),
        api("/api/second-reads/{second_read_id}", get_second_read, gives=SecondReadMade),
        api("/api/primary-reports", post_report, methods=["POST"], takes=NewReport, gives=ReportCopied),
        api("/api/primary-reports/{report_id}", get_report, gives=ReportCopied),
    ]


def show_list(call: Call) -> Response:
    reports = service.list_reports(call.session, call.caller, at=call.site.clock())
    made = service.second_reads_of(call.session, reports, call.caller)
    return call.page(
        "second_reads/list.html",
        reports=reports,
        by_report={report.id: [each for each in made if each.primary_report_id == report.id] for report in reports},
        own={each.primary_report_id for each in made if each.second_reader_id == call.caller.person_id},
        may_read=may_read_second(call.caller),
    )


def show_new_report(call: Call) -> Response:
    found = studies.list_studies(call.session, call.caller, at=call.site.clock())
    return call.page("second_reads/new.html", studies=found, chosen=call.request.query_params.get("study", ""))


def copy_report(call: Call) -> Response:
    return see_other(f"/second-reads/reports/{_copy(call, call.form(NewReport)).id}")


def show_report(call: Call) -> Response:
    at = call.site.clock()
    report = service.read_report(call.session, call.path("report_id"), call.caller, at=at)
    made = service.second_reads_of(call.session, [report], call.caller)
    return call.page(
        "second_reads/report.html",
        report=report,
        made=made,
        is_done=any(each.second_reader_id == call.caller.person_id for each in made),
        is_own=report.first_reader == call.caller.name,
        may_see_images=is_of_house(call.caller, report.study.hospital_id),
        classes=CLASSES,
    )


class _ReadForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The form on a report's page."""

    agreement_class: AgreementClass
    comment: Annotated[str, Meta(max_length=4000)] = ""


def record_read(call: Call) -> Response:
    given, report_id = call.form(_ReadForm), call.path("report_id")
    service.record_second_read(
        call.session, report_id, given.agreement_class, given.comment, by=call.caller, at=call.site.clock()
    )
    return see_other(f"/second-reads/reports/{report_id}")


def post_second_read(call: Call) -> Response:
    given = call.read(NewSecondRead)
    made = service.record_second_read(
        call.session,
        given.primary_report_id,
        given.agreement_class,
        given.comment,
        by=call.caller,
        at=call.site.clock(),
    )
    return json_answer(_made(made), 201)


def get_second_read(call: Call) -> Response:
    return json_answer(_made(service.access_second_read(call.session, call.path("second_read_id"), call.caller)))


def post_report(call: Call) -> Response:
    return json_answer(_copied(_copy(call, call.read(NewReport))), 201)


def get_report(call: Call) -> Response:
    report = service.read_report(call.session, call.path("report_id"), call.caller, at=call.site.clock())
    return json_answer(_copied(report))


def _copy(call: Call, given: NewReport) -> PrimaryReport:
    return service.copy_report(
        call.session,
        given.study_id,
        text=given.report_text,
        first_reader=given.first_reader,
        reported_on=given.reported_on,
        by=call.caller,
        at=call.site.clock(),
    )


def _made(made: SecondRead) -> SecondReadMade:
    return SecondReadMade(
        second_read_id=made.id,
        primary_report_id=made.primary_report_id,
        agreement_class=msgspec.convert(made.agreement_class, AgreementClass),
        comment=made.comment,
        second_reader=made.second_reader.name,
        read_at=made.read_at,
    )


def _copied(report: PrimaryReport) -> ReportCopied:
    return ReportCopied(
        primary_report_id=report.id,
        study_id=report.read_study_id,
        report_text=report.report_text,
        first_reader=report.first_reader,
        reported_on=report.reported_on,
    )
