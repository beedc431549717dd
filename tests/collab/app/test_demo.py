"""The demo people: declared once, with numbers that are right and hospitals that cannot be taken for real ones."""

from __future__ import annotations

from sqlalchemy import func, select

from collab.accounts import service as accounts
from collab.accounts.models import Hospital, Person, Team
from collab.accounts.rules import has_valid_rpps
from collab.app import demo
from collab.kit.clock import utc_now
from collab.kit.database import Database
from tests import make


def test_a_second_start_declares_nobody_twice_and_the_new_password_holds(database: Database) -> None:
    demo.set_people(database, utc_now, "un premier mot de passe")
    password = demo.set_people(database, utc_now)
    with database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == len(demo.PEOPLE) == 8
        assert session.scalar(select(func.count()).select_from(Hospital)) == 3
        assert session.scalar(select(func.count()).select_from(Team)) == 3
        accounts.sign_in(
            session,
            demo.PEOPLE[0].email,
            password,
            address="address:127.0.0.1",
            user_agent="",
            secret=make.SECRET,
            at=make.NIGHT,
        )


def test_doctors_have_an_rpps_number_with_its_key() -> None:
    assert all(has_valid_rpps(person.rpps) for person in demo.PEOPLE if person.rpps)


def test_hospitals_lie_in_a_department_that_does_not_exist(database: Database) -> None:
    demo.set_people(database, utc_now)
    with database.transaction() as session:
        assert all(finess.startswith("99") for finess in session.scalars(select(Hospital.finess)))
