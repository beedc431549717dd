"""People and rooms in a server's database, put there by the product's own services before or beside the server."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from collab.accounts import service as accounts
from collab.accounts.models import Person
from collab.accounts.service import NewPerson
from collab.kit.caller import Role
from collab.kit.clock import utc_now
from collab.kit.database import Database
from collab.kit.secret import read_secret
from collab.kit.settings import Settings
from collab.rooms import service as rooms
from collab.rooms.page import RoomLinks, RoomPatient
from collab.rooms.protocol import MemberRole
from collab.rooms.service import NewMember
from tests.bench.processes import ROOT

BY = "benchmark"
# Of a server that lives for minutes, on loopback.
PASSWORD = secrets.token_urlsafe(16)
ROLES: tuple[MemberRole, ...] = ("requester", "expert", "participant", "participant")
COMMAND = (sys.executable, "-m", "collab.app")


@dataclass(frozen=True, kw_only=True)
class RoomsSeed:
    """Paths of the rooms' sockets, and a token of each of the four people who are in all of them."""

    paths: tuple[str, ...]
    tokens: tuple[str, ...]


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment in which `consilium` finds these settings."""
    return {"CONSILIUM_DATA": str(settings.data), "CONSILIUM_PORT": str(settings.port)}


def migrate(settings: Settings) -> None:
    """`consilium migrate`, as whoever installs a server does."""
    subprocess.run(
        [*COMMAND, "migrate"],
        cwd=ROOT,
        env={**os.environ, **environment_of(settings)},
        check=True,
        timeout=60,
        stdout=subprocess.DEVNULL,
    )


def seed_rooms(settings: Settings, count: int) -> RoomsSeed:
    """`count` rooms of four members, on a migrated database."""
    database = Database(settings.url)
    try:
        with database.transaction() as session:
            people = add_people(session)
            tokens = tuple(
                accounts.create_token(session, person.email, BY, by=BY, secret=read_secret(settings), at=utc_now())
                for person in people
            )
            opened = [open_room(session, people, []) for _ in range(count)]
            return RoomsSeed(paths=tuple(f"/rooms/{room_id}/live" for room_id in opened), tokens=tokens)
    finally:
        database.close()


def open_room(session: Session, people: Sequence[Person], study_ids: Sequence[str]) -> str:
    """A room about these studies; its identifier."""
    members = [NewMember(person_id=person.id, role=role) for person, role in zip(people, ROLES, strict=False)]
    room = rooms.open_room(
        session,
        patient=RoomPatient(name="BANC Essai", family_name="BANC", given_name="Essai", birth_date="19480312", sex="F"),
        study_ids=study_ids,
        members=members,
        subject=("benchmark", "BEN-1"),
        links=RoomLinks(),
        at=utc_now(),
        by=BY,
    )
    return room.id


def add_people(session: Session) -> list[Person]:
    """One for each of `ROLES`, all of the hospital that the studies belong to, so that all may see them."""
    return [_add_person(session, number) for number, _ in enumerate(ROLES)]


def _add_person(session: Session, number: int) -> Person:
    home = accounts.add_hospital(session, finess="990000011", name="Centre hospitalier de Valmont", phone="")
    new = NewPerson(
        email=f"banc{number}@valmont.example",
        name=f"Dr Banc {number}",
        role=Role.DOCTOR,
        hospital_id=home.id,
        specialty="radiology",
    )
    return accounts.add_person(session, new, PASSWORD, by=BY, at=utc_now())
