"""Who is calling: the signed-in person as every feature sees them, fixed for the length of one request."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from collab.kit import ids
from collab.kit.i18n import Language


class Role(StrEnum):
    """What somebody is in the application; what they may do to an object is each feature's `rules`."""

    DOCTOR = "doctor"
    TECHNOLOGIST = "technologist"
    SECRETARY = "secretary"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, kw_only=True)
class Caller:
    """A signed-in person in the practice (exercice) that they chose at login.

    `login_id` names what they came by: the login of a browser, or the token of a program of theirs.
    """

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

    @property
    def is_program(self) -> bool:
        """A program with a token of the person's, not the person in a browser."""
        return self.login_id.startswith(f"{ids.TOKEN}-")
