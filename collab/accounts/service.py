"""What people do with accounts: sign in and out, prove a password again, declare colleagues."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session
from starlette.requests import HTTPConnection

from collab.accounts import store
from collab.accounts.models import Hospital, Login, Person, Team, TeamMember, Token, Try
from collab.accounts.passwords import hash_password, is_password
from collab.accounts.rules import (
    SEEN_EVERY,
    TOKEN_LIFE,
    TRIES_PER_ACCOUNT,
    TRIES_PER_ADDRESS,
    TRY_WINDOW,
    has_valid_rpps,
    is_good_password,
    is_live,
)
from collab.accounts.store import FoundLogin, Owner
from collab.audit.service import record
from collab.kit import ids
from collab.kit.caller import Caller, Role
from collab.kit.i18n import LANGUAGES, Language
from collab.kit.refusals import BadInput, NotFound, Refusal, TooMany
from collab.kit.web import Site


class WrongPassword(Refusal):
    """The e-mail or the password is not right; which of the two is not said."""

    code = "wrong_password"
    status = 403
    leaves_trace = True


class TooManyTries(TooMany):
    """Guessing is slowed down."""

    code = "too_many_tries"
    leaves_trace = True


class SignInNeeded(Refusal):
    """Only the person in a browser may do this, not a program with their token: a token lost must stay one token."""

    code = "sign_in_needed"
    status = 403


@dataclass(frozen=True, kw_only=True)
class NewPerson:
    """What is declared of a person."""

    email: str
    name: str
    role: Role
    hospital_id: str
    specialty: str | None = None
    rpps: str | None = None
    phone: str | None = None
    language: Language = "fr"


def cookie_name(site: Site) -> str:
    """`__Host-` cookies need TLS; on loopback, where the demo runs, there is none."""
    return "__Host-consilium" if site.settings.is_https else "consilium"


def find_caller(session: Session, request: HTTPConnection, *, site: Site) -> Caller | None:
    """Who sent this request or opened this socket: by login cookie, or by bearer token."""
    at = site.clock()
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    if bearer:
        return _caller_of_token(session, store.digest(bearer, site.secret), at)
    cookie = request.cookies.get(cookie_name(site))
    login = store.find_login(session, store.digest(cookie, site.secret)) if cookie else None
    if login is None or not _is_open(login, at):
        return None
    if at - login.seen_at > SEEN_EVERY:
        store.mark_seen(session, login.id, at)
    return _as_caller(session, login.owner, login.id)


def _is_open(login: FoundLogin, at: datetime) -> bool:
    live = is_live(created_at=login.created_at, seen_at=login.seen_at, ended_at=login.ended_at, at=at)
    return live and login.owner.disabled_at is None


def _caller_of_token(session: Session, token_digest: str, at: datetime) -> Caller | None:
    token = store.find_token(session, token_digest)
    if token is None or token.revoked_at or token.expires_at <= at or token.owner.disabled_at:
        return None
    return _as_caller(session, token.owner, token.id)


def _as_caller(session: Session, owner: Owner, login_id: str) -> Caller:
    return Caller(
        person_id=owner.person_id,
        name=owner.name,
        role=Role(owner.role),
        specialty=owner.specialty,
        rpps=owner.rpps,
        hospital_id=owner.hospital_id,
        hospital_name=owner.hospital_name,
        team_ids=store.team_ids(session, owner.person_id),
        login_id=login_id,
        language="en" if owner.language == "en" else "fr",
    )


def sign_in(
    session: Session, email: str, password: str, *, address: str, user_agent: str, secret: bytes, at: datetime
) -> str:
    """A new login's token, for its cookie; `secret` is the server's. Raises `WrongPassword`, `TooManyTries`."""
    person = store.find_person_by_email(session, email)
    _check_tries(session, f"account:{email.lower()}", address, at=at)
    known = person if person and person.disabled_at is None else None
    if not is_password(password, known.password_hash if known else None) or known is None:
        _remember_failure(session, f"account:{email.lower()}", address, at=at)
        record(session, "login.failed", by="accounts", at=at, kind="person", object_id=person.id if person else "")
        raise WrongPassword
    token = secrets.token_urlsafe(32)
    login = Login(
        id=ids.new_id(ids.LOGIN),
        token_digest=store.digest(token, secret),
        person_id=known.id,
        created_at=at,
        seen_at=at,
        ended_at=None,
        user_agent=user_agent[:200],
    )
    session.add(login)
    session.flush()
    caller = _as_caller(session, store.owner_of(session, known.id), login.id)
    record(session, "login.opened", by=caller, at=at, kind="login", object_id=login.id)
    return token


def check_is_person(caller: Caller) -> None:
    """Raises `SignInNeeded` for a program."""
    if caller.is_program:
        raise SignInNeeded


def check_password(session: Session, caller: Caller, password: str, *, address: str, at: datetime) -> None:
    """The signed-in person proves again who they are, as a signature asks. Raises `WrongPassword`, `TooManyTries`."""
    person = session.get_one(Person, caller.person_id)
    key = f"account:{person.email.lower()}"
    _check_tries(session, key, address, at=at)
    if not is_password(password, person.password_hash):
        _remember_failure(session, key, address, at=at)
        record(session, "password.refused", by=caller, at=at, kind="person", object_id=person.id)
        raise WrongPassword


def _check_tries(session: Session, account: str, address: str, *, at: datetime) -> None:
    since = at - TRY_WINDOW
    over = (
        store.count_tries(session, account, since) >= TRIES_PER_ACCOUNT
        or store.count_tries(session, address, since) >= TRIES_PER_ADDRESS
    )
    if over:
        raise TooManyTries(minutes=int(TRY_WINDOW.total_seconds() // 60))


def _remember_failure(session: Session, account: str, address: str, *, at: datetime) -> None:
    store.forget_tries(session, at - 2 * TRY_WINDOW)
    session.add_all([Try(key=account, at=at), Try(key=address, at=at)])


def sign_out(session: Session, caller: Caller, *, at: datetime) -> None:
    """End this login."""
    end_login(session, caller, caller.login_id, at=at)


def end_login(session: Session, caller: Caller, login_id: str, *, at: datetime) -> None:
    """End one of one's own logins, here or on another machine."""
    login = session.get(Login, login_id)
    if login is None or login.person_id != caller.person_id:
        raise NotFound
    login.ended_at = at
    record(session, "login.ended", by=caller, at=at, kind="login", object_id=login.id)


def change_password(session: Session, caller: Caller, new: str, *, at: datetime) -> None:
    """Set a new password and end every other login."""
    person = session.get_one(Person, caller.person_id)
    if not is_good_password(new, person.email):
        raise BadInput("weak_password")
    person.password_hash = hash_password(new)
    for login in store.list_logins(session, person.id):
        if login.id != caller.login_id:
            login.ended_at = at
    record(session, "password.changed", by=caller, at=at, kind="person", object_id=person.id)


def choose_language(session: Session, caller: Caller, language: str) -> None:
    """The language of one's screens and documents."""
    if language not in LANGUAGES:
        raise BadInput(field="language")
    session.get_one(Person, caller.person_id).language = language


def add_hospital(session: Session, *, finess: str, name: str, phone: str) -> Hospital:
    """Declare a hospital; the one that is there already when the FINESS number is known."""
    known = store.find_hospital_by_finess(session, finess)
    if known:
        return known
    hospital = Hospital(id=ids.new_id(ids.HOSPITAL), finess=finess, name=name, phone=phone)
    session.add(hospital)
    session.flush()
    return hospital


def list_hospitals(session: Session) -> Sequence[Hospital]:
    """Every declared hospital, by FINESS number."""
    return store.list_hospitals(session)


def get_hospital(session: Session, finess: str) -> Hospital:
    """The hospital of a FINESS number. Raises `NotFound`."""
    hospital = store.find_hospital_by_finess(session, finess)
    if hospital is None:
        raise NotFound("no_such_hospital", finess=finess)
    return hospital


def add_person(session: Session, new: NewPerson, password: str, *, by: Caller | str, at: datetime) -> Person:
    """Declare a person. Raises `BadInput` for a weak password, a known e-mail or a wrong RPPS number."""
    if not is_good_password(password, new.email):
        raise BadInput("weak_password")
    if store.find_person_by_email(session, new.email):
        raise BadInput("email_known", email=new.email)
    if new.rpps is not None and not has_valid_rpps(new.rpps):
        raise BadInput("bad_rpps", rpps=new.rpps)
    person = Person(
        id=ids.new_id(ids.PERSON),
        email=new.email,
        name=new.name,
        role=new.role.value,
        specialty=new.specialty,
        rpps=new.rpps,
        phone=new.phone,
        hospital_id=new.hospital_id,
        language=new.language,
        password_hash=hash_password(password),
        created_at=at,
        disabled_at=None,
    )
    session.add(person)
    session.flush()
    record(session, "person.added", by=by, at=at, kind="person", object_id=person.id, role=person.role)
    return person


def add_team(session: Session, *, hospital_id: str, name: str, specialty: str, members: Sequence[Person]) -> Team:
    """Declare people who answer for each other."""
    team = Team(id=ids.new_id(ids.TEAM), hospital_id=hospital_id, name=name, specialty=specialty)
    session.add(team)
    session.flush()
    session.add_all(TeamMember(team_id=team.id, person_id=person.id) for person in members)
    return team


def create_token(session: Session, email: str, label: str, *, by: Caller | str, secret: bytes, at: datetime) -> str:
    """A bearer token for another program, shown once; `secret` is the server's."""
    person = get_person_by_email(session, email)
    bearer = secrets.token_urlsafe(32)
    token = Token(
        id=ids.new_id(ids.TOKEN),
        token_digest=store.digest(bearer, secret),
        person_id=person.id,
        label=label,
        created_at=at,
        expires_at=at + TOKEN_LIFE,
        revoked_at=None,
    )
    session.add(token)
    record(session, "token.created", by=by, at=at, kind="token", object_id=token.id, person_id=person.id)
    return bearer


def revoke_token(session: Session, caller: Caller, token_id: str, *, at: datetime) -> None:
    """End one of one's own tokens."""
    token = session.get(Token, token_id)
    if token is None or token.person_id != caller.person_id:
        raise NotFound
    token.revoked_at = at
    record(session, "token.revoked", by=caller, at=at, kind="token", object_id=token.id)


def get_person_by_email(session: Session, email: str) -> Person:
    person = store.find_person_by_email(session, email)
    if person is None:
        raise NotFound("no_such_person", email=email)
    return person


def own_email(session: Session, caller: Caller) -> str:
    return session.get_one(Person, caller.person_id).email


def list_people(session: Session) -> Sequence[Person]:
    """Everybody who can sign in, by name."""
    return store.list_people(session, None)


def list_doctors(session: Session) -> Sequence[Person]:
    """The directory's doctors, by name."""
    return store.list_people(session, Role.DOCTOR.value)


def list_teams(session: Session) -> Sequence[Team]:
    """The directory's teams, by name."""
    return store.list_teams(session)


def team_member_ids(session: Session, team_id: str) -> frozenset[str]:
    """The active people of a team."""
    return store.team_member_ids(session, team_id)


def list_own_logins(session: Session, caller: Caller) -> Sequence[Login]:
    return store.list_logins(session, caller.person_id)


def list_own_tokens(session: Session, caller: Caller) -> Sequence[Token]:
    return store.list_tokens(session, caller.person_id)
