"""Signing in and out, proving a password again, tokens: who may not, first."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import select
from starlette.requests import HTTPConnection

from collab.accounts import service, store
from collab.accounts.models import Login, Token
from collab.accounts.rules import TRIES_PER_ACCOUNT
from collab.kit.caller import Role
from collab.kit.database import Database
from collab.kit.refusals import BadInput, NotFound
from tests import make

BROWSER = {"address": "address:192.0.2.1", "user_agent": "Firefox", "secret": make.SECRET, "at": make.NIGHT}


def test_a_wrong_password_and_an_unknown_email_look_the_same(database: Database) -> None:
    with database.transaction() as session:
        somebody = make.person(session, make.hospital(session))
        with pytest.raises(service.WrongPassword) as wrong:
            service.sign_in(session, somebody.email, "not the password", **BROWSER)
        with pytest.raises(service.WrongPassword) as unknown:
            service.sign_in(session, "nobody@valmont.example", make.PASSWORD, **BROWSER)
    assert (wrong.value.code, dict(wrong.value.facts)) == (unknown.value.code, dict(unknown.value.facts))


def test_guessing_is_stopped_even_with_the_right_password(database: Database) -> None:
    with database.transaction() as session:
        somebody = make.person(session, make.hospital(session))
        for _ in range(TRIES_PER_ACCOUNT):
            with pytest.raises(service.WrongPassword):
                service.sign_in(session, somebody.email, "not the password", **BROWSER)
        with pytest.raises(service.TooManyTries):
            service.sign_in(session, somebody.email, make.PASSWORD, **BROWSER)


def test_a_disabled_person_cannot_sign_in(database: Database) -> None:
    with database.transaction() as session:
        somebody = make.person(session, make.hospital(session))
        somebody.disabled_at = make.NIGHT
        with pytest.raises(service.WrongPassword):
            service.sign_in(session, somebody.email, make.PASSWORD, **BROWSER)


def test_the_database_holds_no_usable_token(database: Database) -> None:
    with database.transaction() as session:
        somebody = make.person(session, make.hospital(session))
        token = service.sign_in(session, somebody.email, make.PASSWORD, **BROWSER)
        bearer = service.create_token(session, somebody.email, "PACS", by="test", secret=make.SECRET, at=make.NIGHT)
        kept = [*session.scalars(select(Login.token_digest)), *session.scalars(select(Token.token_digest))]
    assert token not in kept
    assert bearer not in kept


def test_a_password_is_proved_again_before_a_signature(database: Database) -> None:
    with database.transaction() as session:
        caller = make.caller(make.person(session, make.hospital(session)))
        service.check_password(session, caller, make.PASSWORD, address="address:192.0.2.1", at=make.NIGHT)
        with pytest.raises(service.WrongPassword):
            service.check_password(session, caller, "not it", address="address:192.0.2.1", at=make.NIGHT)


def test_nobody_ends_another_persons_login_or_token(database: Database) -> None:
    with database.transaction() as session:
        home = make.hospital(session)
        owner, other = make.person(session, home), make.person(session, home)
        service.sign_in(session, owner.email, make.PASSWORD, **BROWSER)
        service.create_token(session, owner.email, "PACS", by="test", secret=make.SECRET, at=make.NIGHT)
        login, token = session.scalars(select(Login)).one(), session.scalars(select(Token)).one()
        with pytest.raises(NotFound):
            service.end_login(session, make.caller(other), login.id, at=make.NIGHT)
        with pytest.raises(NotFound):
            service.revoke_token(session, make.caller(other), token.id, at=make.NIGHT)
        assert login.ended_at is None
        assert token.revoked_at is None


def test_a_new_password_ends_every_other_login(database: Database) -> None:
    with database.transaction() as session:
        somebody = make.person(session, make.hospital(session))
        for _ in range(3):
            service.sign_in(session, somebody.email, make.PASSWORD, **BROWSER)
        here, *others = session.scalars(select(Login)).all()
        service.change_password(
            session, make.caller(somebody, login_id=here.id), "encore un mot de passe", at=make.NIGHT
        )
        assert here.ended_at is None
        assert all(login.ended_at for login in others)


@pytest.mark.parametrize(
    ("change", "code"),
    [({"rpps": "10003519501"}, "bad_rpps"), ({"email": "taken@valmont.example"}, "email_known")],
)
def test_a_wrong_declaration_is_refused_with_its_reason(database: Database, change: dict[str, str], code: str) -> None:
    with database.transaction() as session:
        home = make.hospital(session)
        make.person(session, home, email="taken@valmont.example")
        given = {
            "email": "new@valmont.example",
            "name": "Dr New",
            "role": Role.DOCTOR,
            "hospital_id": home.id,
            **change,
        }
        with pytest.raises(BadInput) as refused:
            service.add_person(session, service.NewPerson(**given), make.PASSWORD, by="test", at=make.NIGHT)
    assert refused.value.code == code


def test_a_hospital_is_declared_once(database: Database) -> None:
    with database.transaction() as session:
        first = service.add_hospital(session, finess="990000011", name="Valmont", phone="")
        assert service.add_hospital(session, finess="990000011", name="Valmont", phone="") is first


def test_who_can_write_the_database_still_cannot_sign_in(database: Database) -> None:
    """A row forged with the plain hash of a token of one's own choosing lets nobody in."""
    server = make.server(database, [])
    forged = "a token of the thief's own choosing"
    with database.transaction() as session:
        somebody = make.person(session, make.hospital(session))
        service.sign_in(session, somebody.email, make.PASSWORD, **BROWSER)
        login = session.scalars(select(Login)).one()
        login.token_digest = hashlib.sha256(forged.encode()).hexdigest()
        session.flush()
        scope = {"type": "http", "headers": [(b"cookie", f"consilium={forged}".encode())]}
        assert service.find_caller(session, HTTPConnection(scope), site=server.site) is None
        login.token_digest = store.digest(forged, make.SECRET)  # the control: with the secret it would
        session.flush()
        assert service.find_caller(session, HTTPConnection(scope), site=server.site) is not None
