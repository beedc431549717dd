"""People, hospitals, teams, logins and tokens; no queries."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from collab.kit.database import Model


class Hospital(Model):
    """A health facility, by its FINESS number."""

    __tablename__ = "hospital"

    id: Mapped[str] = mapped_column(primary_key=True)
    finess: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    phone: Mapped[str]


class Team(Model):
    """People who answer for each other, such as the neuroradiologists on call."""

    __tablename__ = "team"

    id: Mapped[str] = mapped_column(primary_key=True)
    hospital_id: Mapped[str] = mapped_column(ForeignKey("hospital.id"))
    name: Mapped[str]
    specialty: Mapped[str]

    hospital: Mapped[Hospital] = relationship(lazy="joined")


class Person(Model):
    """A declared professional. `password_hash` is argon2id; `disabled_at` ends every login at once."""

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    specialty: Mapped[str | None]
    rpps: Mapped[str | None] = mapped_column(unique=True)
    phone: Mapped[str | None]
    hospital_id: Mapped[str] = mapped_column(ForeignKey("hospital.id"))
    language: Mapped[str]
    password_hash: Mapped[str]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]

    hospital: Mapped[Hospital] = relationship(lazy="joined")


class TeamMember(Model):
    """A person's place in a team."""

    __tablename__ = "team_member"

    team_id: Mapped[str] = mapped_column(ForeignKey("team.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)


class Login(Model):
    """A signed-in browser. Only a keyed digest of its token is kept, so the table lets nobody in."""

    __tablename__ = "login"

    id: Mapped[str] = mapped_column(primary_key=True)
    token_digest: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    user_agent: Mapped[str]

    person: Mapped[Person] = relationship(lazy="joined")


class Token(Model):
    """A personal token of another program, limited by its owner's grants."""

    __tablename__ = "token"

    id: Mapped[str] = mapped_column(primary_key=True)
    token_digest: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    label: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="joined")


class Try(Model):
    """A failed try at a secret, for the limits on guessing; `key` names an account or an address."""

    __tablename__ = "try"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime]
