"""Queries on people and logins."""

from __future__ import annotations

from datetime import timedelta

from collab.accounts import store
from collab.accounts.models import Try
from collab.kit.database import Database
from tests import make


def test_an_email_is_found_whatever_its_case(database: Database) -> None:
    with database.transaction() as session:
        somebody = make.person(session, make.hospital(session), email="Claire@valmont.example")
        assert store.find_person_by_email(session, "claire@VALMONT.example") is somebody


def test_tries_are_counted_in_their_window_only(database: Database) -> None:
    with database.transaction() as session:
        session.add_all(Try(key="account:x", at=make.NIGHT + timedelta(minutes=minute)) for minute in (0, 10, 20))
        session.flush()
        assert store.count_tries(session, "account:x", make.NIGHT + timedelta(minutes=5)) == 2
        store.forget_tries(session, make.NIGHT + timedelta(minutes=15))
        assert store.count_tries(session, "account:x", make.NIGHT - timedelta(minutes=1)) == 1
