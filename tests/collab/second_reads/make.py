"""A department with a report to read second."""

from __future__ import annotations

from collab.accounts.models import Person
from collab.second_reads import service
from tests import make
from tests.collab.expertise.make import World


def report(world: World, first_reader: str = "Dr Léa Fontaine") -> str:
    """The id of a copied report of the requesting hospital."""
    with world.database.transaction() as session:
        made = service.copy_report(
            session,
            world.study_id,
            text="Pas de lésion.",
            first_reader=first_reader,
            reported_on="20261124",
            by=world.caller(world.colleague),
            at=make.NIGHT,
        )
        return made.id


def peer(world: World, name: str = "Dr Marc Girard") -> Person:
    """Another radiologist of the same hospital."""
    with world.database.transaction() as session:
        home = session.get_one(Person, world.colleague.id).hospital
        found = make.person(session, home, name=name)
        session.refresh(found, ["hospital"])
        return found
