"""Signed conclusions and their acknowledgements; both append-only, no queries."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from collab.kit.append_only import make_append_only
from collab.kit.database import Model


class ExpertConclusion(Model):
    """A signed expert opinion. `content` is the canonical JSON; `document_sha256` names the PDF that is delivered.

    What is searched or constrained stands in columns too; a row is never changed, a later version is a new row.
    """

    __tablename__ = "expert_conclusion"
    __table_args__ = (
        # DOMAIN 6.3: no row of one kind can stand in the table of the other.
        CheckConstraint("id LIKE 'EXC-%'", name="is_conclusion"),
        CheckConstraint("request_id LIKE 'EXR-%'", name="answers_request"),
        CheckConstraint("author_id <> requester_id", name="author_is_not_requester"),
        CheckConstraint("document_type = '85208-7'", name="document_type"),
        UniqueConstraint("request_id", "version"),
        UniqueConstraint("author_id", "idempotency_key"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    request_id: Mapped[str] = mapped_column(ForeignKey("expertise_request.id"))
    version: Mapped[int]
    document_type: Mapped[str]
    pathway: Mapped[str]
    question: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    competence: Mapped[str]
    author_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    requester_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    requesting_hospital_id: Mapped[str] = mapped_column(ForeignKey("hospital.id"), index=True)
    signed_at: Mapped[datetime]
    content: Mapped[str] = mapped_column(Text)
    content_sha256: Mapped[str]
    document_sha256: Mapped[str]
    idempotency_key: Mapped[str]
    ask_sha256: Mapped[str]


class Acknowledgement(Model):
    """The requesting side has read a conclusion and says what was done."""

    __tablename__ = "conclusion_acknowledgement"

    conclusion_id: Mapped[str] = mapped_column(ForeignKey("expert_conclusion.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    person_name: Mapped[str]
    at: Mapped[datetime]
    what_was_done: Mapped[str] = mapped_column(Text)


make_append_only(ExpertConclusion.__table__)
make_append_only(Acknowledgement.__table__)
