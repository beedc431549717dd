"""Expertise requests, their studies and the steps of their life; no queries."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from collab.accounts.models import Hospital, Person, Team
from collab.kit.append_only import make_append_only
from collab.kit.database import Model


class ExpertiseRequest(Model):
    """A question of one doctor to an expert or a team, about one patient; `patient`, `consent` and `key_data` are
    typed JSON (`asking.AskExpertise`)."""

    __tablename__ = "expertise_request"
    __table_args__ = (
        CheckConstraint("id LIKE 'EXR-%'", name="is_request"),
        # The seed (DOMAIN item 9) wants every case to say what kind of activity it is, for good: here there is one.
        CheckConstraint("activity_kind = 'expertise'", name="activity_kind"),
        CheckConstraint("(expert_person_id IS NULL) <> (expert_team_id IS NULL)", name="one_expert"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    activity_kind: Mapped[str]
    pathway: Mapped[str]
    urgency: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    question: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    callback_phone: Mapped[str]
    patient: Mapped[dict[str, Any]]
    consent: Mapped[dict[str, Any]]
    key_data: Mapped[dict[str, Any]]
    requester_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    hospital_id: Mapped[str] = mapped_column(ForeignKey("hospital.id"), index=True)
    expert_person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    expert_team_id: Mapped[str | None] = mapped_column(ForeignKey("team.id"), index=True)
    accepted_by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    room_id: Mapped[str | None] = mapped_column(ForeignKey("room.id"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    requester: Mapped[Person] = relationship(foreign_keys=[requester_id], lazy="joined")
    hospital: Mapped[Hospital] = relationship(lazy="joined")
    expert_person: Mapped[Person | None] = relationship(foreign_keys=[expert_person_id], lazy="joined")
    expert_team: Mapped[Team | None] = relationship(lazy="joined")
    accepted_by: Mapped[Person | None] = relationship(foreign_keys=[accepted_by_id], lazy="joined")


class RequestStudy(Model):
    """A study that a request is about. `versions` are the exact sets that people were shown, from the submission on."""

    __tablename__ = "expertise_request_study"

    request_id: Mapped[str] = mapped_column(ForeignKey("expertise_request.id"), primary_key=True)
    study_id: Mapped[str] = mapped_column(ForeignKey("study.id"), primary_key=True)
    place: Mapped[int]
    is_prior: Mapped[bool]
    versions: Mapped[list[Any]]


class RequestStep(Model):
    """What happened to a request, when and by whom: the clock of the case. Never changed."""

    __tablename__ = "expertise_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[str] = mapped_column(ForeignKey("expertise_request.id"), index=True)
    act: Mapped[str]
    at: Mapped[datetime]
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    person_name: Mapped[str]
    reason: Mapped[str | None]
    note: Mapped[str] = mapped_column(Text)


make_append_only(RequestStep.__table__)
