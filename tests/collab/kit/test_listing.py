"""Many texts as one bound value, on both databases."""

from __future__ import annotations

from sqlalchemy import select

from collab.accounts.models import Person
from collab.kit.database import Database
from collab.kit.listing import listed
from tests.collab.rooms import make


def test_rows_are_found_by_a_list_of_texts(database: Database) -> None:
    case = make.case(database)
    with database.transaction() as session:
        wanted = [case.expert.id, 'it\'s "quoted" é', case.guest.id]
        found = session.scalars(select(Person.id).where(Person.id.in_(listed(session, wanted))))
        assert set(found) == {case.expert.id, case.guest.id}
        assert session.scalars(select(Person.id).where(Person.id.in_(listed(session, [])))).all() == []
