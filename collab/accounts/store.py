"""Queries on people, logins and tokens; private to accounts."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from collab.accounts.models import Hospital, Login, Person, Team, TeamMember, Token, Try


def digest(token: str, secret: bytes) -> str:
    """What is kept of a token. Keyed with the server's secret: who can write the database still cannot sign in."""
    return hmac.new(secret, token.encode(), hashlib.sha256).hexdigest()


def find_person_by_email(session: Session, email: str) -> Person | None:
    return session.scalars(select(Person).where(func.lower(Person.email) == email.lower())).first()


def find_login(session: Session, token_digest: str) -> Login | None:
    return session.scalars(select(Login).where(Login.token_digest == token_digest)).first()


def find_token(session: Session, token_digest: str) -> Token | None:
    return session.scalars(select(Token).where(Token.token_digest == token_digest)).first()


def list_logins(session: Session, person_id: str) -> Sequence[Login]:
    query = select(Login).where(Login.person_id == person_id, Login.ended_at.is_(None))
    return session.scalars(query.order_by(Login.seen_at.desc())).all()


def list_tokens(session: Session, person_id: str) -> Sequence[Token]:
    query = select(Token).where(Token.person_id == person_id, Token.revoked_at.is_(None))
    return session.scalars(query.order_by(Token.created_at.desc())).all()


def team_ids(session: Session, person_id: str) -> frozenset[str]:
    return frozenset(session.scalars(select(TeamMember.team_id).where(TeamMember.person_id == person_id)))


def team_member_ids(session: Session, team_id: str) -> frozenset[str]:
    query = select(TeamMember.person_id).join(Person, Person.id == TeamMember.person_id)
    return frozenset(session.scalars(query.where(TeamMember.team_id == team_id, Person.disabled_at.is_(None))))


def list_people(session: Session, role: str | None) -> Sequence[Person]:
    query = select(Person).where(Person.disabled_at.is_(None)).order_by(Person.name)
    return session.scalars(query.where(Person.role == role) if role else query).all()


def list_teams(session: Session) -> Sequence[Team]:
    return session.scalars(select(Team).order_by(Team.name)).all()


def find_hospital_by_finess(session: Session, finess: str) -> Hospital | None:
    return session.scalars(select(Hospital).where(Hospital.finess == finess)).first()


def list_hospitals(session: Session) -> Sequence[Hospital]:
    return session.scalars(select(Hospital).order_by(Hospital.finess)).all()


def count_tries(session: Session, key: str, since: datetime) -> int:
    return session.scalar(select(func.count()).where(Try.key == key, Try.at > since)) or 0


def forget_tries(session: Session, before: datetime) -> None:
    session.execute(delete(Try).where(Try.at < before))
