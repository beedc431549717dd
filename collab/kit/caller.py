"""Who is calling: the signed-in person as every feature sees them, fixed for the length of one request."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from collab.kit.i18n import Language


class Role(StrEnum):
    """What somebody is in the application; what they may do to an object is each feature's `rules`."""

    DOCTOR = "doctor"
    TECHNOLOGIST = "technologist"
    SECRETARY = "secretary"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, kw_only=True)
class Caller:
    """A signed-in person in the practice (exercice) that they chose at login."""

    person_id: str
    name: str
    role: Role
    specialty: str | None
    rpps: str | None
    hospital_id: str
    hospital_name: str
    team_ids: frozenset[str]
    login_id: str
    language: Language
