"""The demonstration: three hospitals, eight people and synthetic studies; never in a database with real patients."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.orm import Session

from collab.accounts import service as accounts
from collab.accounts.models import Hospital, Person
from collab.accounts.passwords import hash_password
from collab.accounts.service import NewPerson
from collab.kit.caller import Role
from collab.kit.clock import Clock
from collab.kit.database import Database
from collab.kit.refusals import NotFound
from collab.studies import service as studies
from collab.studies.importing import Intake, import_files
from collab.studies.sources import Source
from dicom_render.phantom_files import study_keys, write_study

# A volume is painted whole before its first image: some seconds on an idle machine, a minute on a busy one.
DRAW_TIMEOUT_S = 300.0

# The hospital whose images the demo's are.
IMPORTING_FINESS = "990000011"
# FINESS numbers of département 99, which does not exist: no real hospital can be taken for one of these.
_HOSPITALS = {
    "valmont": (IMPORTING_FINESS, "Centre hospitalier de Valmont", "+33 1 99 00 00 11"),
    "belrive": ("990000029", "Hôpital de Belrive", "+33 1 99 00 00 29"),
    "chu": ("990000037", "CHU de Montclair", "+33 1 99 00 00 37"),
}


@dataclass(frozen=True, kw_only=True)
class DemoPerson:
    """Somebody to play in the demonstration."""

    email: str
    name: str
    role: Role
    hospital: str
    specialty: str | None = None
    rpps: str | None = None


PEOPLE = (
    DemoPerson(
        email="radiologue@valmont.example", name="Dr Claire Aubry", role=Role.DOCTOR, hospital="valmont",
        specialty="radiology", rpps="10100000016",
    ),
    DemoPerson(
        email="neuroradiologue@chu.example", name="Dr Hélène Marchetti", role=Role.DOCTOR, hospital="chu",
        specialty="neuroradiology", rpps="10100000024",
    ),
    DemoPerson(
        email="urgentiste@valmont.example", name="Dr Karim Benali", role=Role.DOCTOR, hospital="valmont",
        specialty="emergency_medicine", rpps="10100000032",
    ),
    DemoPerson(
        email="neurochirurgien@chu.example", name="Dr Paul Vasseur", role=Role.DOCTOR, hospital="chu",
        specialty="neurosurgery", rpps="10100000040",
    ),
    DemoPerson(
        email="oncologue@belrive.example", name="Dr Inès Ferrand", role=Role.DOCTOR, hospital="belrive",
        specialty="oncology", rpps="10100000057",
    ),
    DemoPerson(
        email="secretaire@chu.example", name="Maud Lefort", role=Role.SECRETARY, hospital="chu",
    ),
    DemoPerson(
        email="manipulateur@valmont.example", name="Théo Garnier", role=Role.TECHNOLOGIST, hospital="valmont",
    ),
    DemoPerson(
        email="admin@chu.example", name="Sofia Roche", role=Role.ADMINISTRATOR, hospital="chu",
    ),
)  # fmt: skip

_TEAMS = (
    ("chu", "Neuroradiologie d’astreinte", "neuroradiology", ("neuroradiologue@chu.example",)),
    ("chu", "Neurochirurgie de garde", "neurosurgery", ("neurochirurgien@chu.example",)),
    ("belrive", "Oncologie", "oncology", ("oncologue@belrive.example",)),
)


def set_people(database: Database, clock: Clock, password: str | None = None) -> str:
    """Declare the demo people, or give those of an earlier start a new password; the password they all have."""
    password = password or f"demo-{secrets.token_hex(4)}"
    with database.transaction() as session:
        hospitals = _hospitals(session)
        people = [_person(session, person, hospitals, password, clock) for person in PEOPLE]
        if not accounts.list_teams(session):
            by_email = {person.email: person for person in people}
            for hospital, name, specialty, members in _TEAMS:
                found = [by_email[email] for email in members]
                accounts.add_team(
                    session, hospital_id=hospitals[hospital].id, name=name, specialty=specialty, members=found
                )
    return password


def _hospitals(session: Session) -> Mapping[str, Hospital]:
    return {
        key: accounts.add_hospital(session, finess=finess, name=name, phone=phone)
        for key, (finess, name, phone) in _HOSPITALS.items()
    }


def _person(
    session: Session, person: DemoPerson, hospitals: Mapping[str, Hospital], password: str, clock: Clock
) -> Person:
    try:
        known = accounts.get_person_by_email(session, person.email)
        known.password_hash = hash_password(password)
    except NotFound:
        new = NewPerson(
            email=person.email,
            name=person.name,
            role=person.role,
            hospital_id=hospitals[person.hospital].id,
            specialty=person.specialty,
            rpps=person.rpps,
            phone=hospitals[person.hospital].phone,
        )
        return accounts.add_person(session, new, password, by="demo", at=clock())
    return known


def has_studies(database: Database) -> bool:
    """Whether an earlier start has brought them."""
    with database.transaction() as session:
        return studies.count_studies(session) > 0


def add_studies(intake: Intake, report: Callable[[str, int], None]) -> None:
    """Draw the synthetic studies, side by side, and import each as the hospital of Valmont's once it is drawn.

    `report` is told a study's key and how many of its images are drawn, from any thread.
    """
    with intake.database.transaction() as session:
        hospital_id = _hospitals(session)["valmont"].id
    today = intake.clock().date().isoformat()
    with TemporaryDirectory(prefix="consilium-demo-") as folder, ThreadPoolExecutor() as drawers:

        def draw(key: str) -> str:
            intake.workers.run(
                write_study,
                key,
                today,
                str(Path(folder, key)),
                timeout_s=DRAW_TIMEOUT_S,
                progress=lambda drawn, _: report(key, drawn),
            )
            return key

        for key in drawers.map(draw, study_keys(today)):
            import_files(intake, [Source(path=Path(folder, key), name=key)], by="demo", hospital_id=hospital_id)
