"""Primary reports and their second reads; no table, column or parent in common with conclusions. No queries."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from collab.accounts.models import Person
from collab.kit.database import Model
from collab.studies.models import Study


class PrimaryReport(Model):
    """The local report of a study as it was copied here: what was read first, and by whom."""

    __tablename__ = "primary_report"
    __table_args__ = (CheckConstraint("id LIKE 'RPT-%'", name="is_report"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    read_study_id: Mapped[str] = mapped_column(ForeignKey("study.id"), index=True)
    report_hospital_id: Mapped[str] = mapped_column(ForeignKey("hospital.id"), index=True)
    report_text: Mapped[str] = mapped_column(Text)
    first_reader: Mapped[str]
    reported_on: Mapped[str]
    copied_at: Mapped[datetime]
    copied_by_id: Mapped[str] = mapped_column(ForeignKey("person.id"))

    study: Mapped[Study] = relationship(lazy="joined")


class SecondRead(Model):
    """A peer's agreement with a primary report. It is no medico-legal document and goes to nobody."""

    __tablename__ = "second_read"
    __table_args__ = (
        CheckConstraint("id LIKE '2RD-%'", name="is_second_read"),
        CheckConstraint("primary_report_id LIKE 'RPT-%'", name="reads_report"),
        CheckConstraint("agreement_class IN ('1', '2a', '2b', '3a', '3b')", name="radpeer"),
        UniqueConstraint("primary_report_id", "second_reader_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    primary_report_id: Mapped[str] = mapped_column(ForeignKey("primary_report.id"))
    second_reader_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    agreement_class: Mapped[str]
    comment: Mapped[str] = mapped_column(Text)
    read_at: Mapped[datetime]

    primary_report: Mapped[PrimaryReport] = relationship(lazy="joined")
    second_reader: Mapped[Person] = relationship(lazy="joined")
