"""Studies and how they came in: series, instances, grants, imports, uploads and what was set aside; no queries."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from collab.accounts.models import Hospital
from collab.kit.database import Model


class Study(Model):
    """A study at the hospital that produced it; the patient stands as the first file named them.

    `version` names the exact set of instances held (`rules.version_of`). `strict_key` is None when a strict trait is
    missing: such a study has no priors.
    """

    __tablename__ = "study"
    __table_args__ = (UniqueConstraint("hospital_id", "study_uid"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    hospital_id: Mapped[str] = mapped_column(ForeignKey("hospital.id"))
    study_uid: Mapped[str] = mapped_column(index=True)
    patient_name: Mapped[str]
    family_name: Mapped[str]
    given_name: Mapped[str]
    birth_date: Mapped[str]
    sex: Mapped[str]
    patient_id: Mapped[str]
    patient_id_issuer: Mapped[str]
    ins: Mapped[str]
    ins_oid: Mapped[str]
    strict_key: Mapped[str | None] = mapped_column(index=True)
    study_date: Mapped[str]
    study_time: Mapped[str]
    description: Mapped[str]
    accession_number: Mapped[str]
    referring_physician: Mapped[str]
    modalities: Mapped[list[Any]]
    received: Mapped[int]
    version: Mapped[str]
    search_text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    hospital: Mapped[Hospital] = relationship(lazy="joined")


class Series(Model):
    """A series and how far its preparation is.

    `version` is of the instances held, `prepared_version` of those that `stacks` were made from; they differ while
    new ones are on their way.
    """

    __tablename__ = "series"
    __table_args__ = (UniqueConstraint("study_id", "series_uid"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    study_id: Mapped[str] = mapped_column(ForeignKey("study.id"))
    series_uid: Mapped[str] = mapped_column(index=True)
    number: Mapped[int | None]
    modality: Mapped[str]
    description: Mapped[str]
    received: Mapped[int]
    version: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    attempts: Mapped[int]
    refusal: Mapped[str | None]
    prepared_version: Mapped[str | None]
    stacks: Mapped[list[Any]]

    study: Mapped[Study] = relationship(lazy="joined")


class Instance(Model):
    """One SOP Instance: where its original bytes are (`sha256` in the blob store) and what its header says (JSON)."""

    __tablename__ = "instance"
    __table_args__ = (UniqueConstraint("hospital_id", "sop_instance_uid"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    # Repeated from the study: a hospital has one object of a SOP Instance UID, whatever study it claims to be of.
    hospital_id: Mapped[str] = mapped_column(ForeignKey("hospital.id"))
    series_id: Mapped[str] = mapped_column(ForeignKey("series.id"), index=True)
    sop_instance_uid: Mapped[str] = mapped_column(index=True)
    sop_class_uid: Mapped[str]
    transfer_syntax_uid: Mapped[str]
    instance_number: Mapped[int | None]
    sha256: Mapped[str] = mapped_column(index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    # A multi-frame header can be megabytes: read only by those who ask for it.
    header_json: Mapped[str] = mapped_column(Text, deferred=True)
    file_name: Mapped[str]
    import_id: Mapped[str] = mapped_column(ForeignKey("study_import.id"))
    received_at: Mapped[datetime]


class StudyImport(Model):
    """One drop in the browser or one command: what it brought in, and its progress."""

    __tablename__ = "study_import"

    id: Mapped[str] = mapped_column(primary_key=True)
    hospital_id: Mapped[str] = mapped_column(ForeignKey("hospital.id"))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    by_name: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    files: Mapped[int]
    seen: Mapped[int]
    stored: Mapped[int]
    known: Mapped[int]
    set_aside: Mapped[int]
    study_ids: Mapped[list[Any]]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class Upload(Model):
    """One file of a drop; `received` counts the bytes that are safely on the disk."""

    __tablename__ = "upload"
    __table_args__ = (UniqueConstraint("import_id", "name"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    import_id: Mapped[str] = mapped_column(ForeignKey("study_import.id"))
    name: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    received: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str | None]


class SetAside(Model):
    """A file that did not become part of a study, and why; `study_id` where the file says whose it would have been.

    `series_id` where it was stored, and turned out to hold no drawable image when the series was prepared.
    """

    __tablename__ = "set_aside"

    id: Mapped[str] = mapped_column(primary_key=True)
    import_id: Mapped[str] = mapped_column(ForeignKey("study_import.id"), index=True)
    hospital_id: Mapped[str] = mapped_column(ForeignKey("hospital.id"))
    study_id: Mapped[str | None] = mapped_column(ForeignKey("study.id"), index=True)
    series_id: Mapped[str | None] = mapped_column(ForeignKey("series.id"), index=True)
    file_name: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str | None]
    code: Mapped[str]
    facts: Mapped[dict[str, Any]]
    by_name: Mapped[str]
    at: Mapped[datetime]


class StudyGrant(Model):
    """Leave to see a study for one person, team or hospital; `purpose` names what it was given for."""

    __tablename__ = "study_grant"

    id: Mapped[str] = mapped_column(primary_key=True)
    study_id: Mapped[str] = mapped_column(ForeignKey("study.id"), index=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    team_id: Mapped[str | None] = mapped_column(ForeignKey("team.id"), index=True)
    hospital_id: Mapped[str | None] = mapped_column(ForeignKey("hospital.id"), index=True)
    purpose: Mapped[str] = mapped_column(index=True)
    granted_by: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
