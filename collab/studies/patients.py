"""Whose study it is: the traits that DICOM carries, and when two files may not be of one person; pure."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

# DOMAIN 2.6: OIDs of the national identifier. The last two name nobody: test and demonstration only.
INS_OIDS = {"1.2.250.1.213.1.4.8", "1.2.250.1.213.1.4.9"}
INS_TEST_OIDS = {"1.2.250.1.213.1.4.10", "1.2.250.1.213.1.4.11"}
_ISSUER_TEXTS = {"ASIP-SANTE-INS-NIR": "1.2.250.1.213.1.4.8", "ASIP-SANTE-INS-NIA": "1.2.250.1.213.1.4.9"}


@dataclass(frozen=True, kw_only=True)
class PatientTraits:
    """A patient as a file names them; `name` keeps its DICOM form, absent values are empty."""

    name: str
    birth_date: str
    sex: str
    patient_id: str
    issuer: str

    @property
    def family(self) -> str:
        return _component(self.name, 0)

    @property
    def given(self) -> str:
        return _component(self.name, 1)

    @property
    def issuer_oid(self) -> str:
        """The OID that issued `patient_id`, where the file says it."""
        oid = _ISSUER_TEXTS.get(self.issuer, self.issuer)
        return oid if oid.count(".") > 2 and oid.replace(".", "").isdigit() else ""

    def ins(self, *, demo: bool) -> str:
        """The national identifier, if the issuer is its authority; the test authorities count in a demo only."""
        known = INS_OIDS | INS_TEST_OIDS if demo else INS_OIDS
        return self.patient_id if self.issuer_oid in known else ""


def _component(name: str, number: int) -> str:
    # PS3.5 6.2.1.1: family^given^middle^prefix^suffix, up to three groups parted by "=".
    parts = name.split("=")[0].split("^")
    return parts[number].strip() if number < len(parts) else ""


def plain(text: str) -> str:
    """Text for comparing and searching: no accents, no case, single blanks."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in letters if not unicodedata.combining(c)).split())


def _compared(patient: PatientTraits) -> dict[str, str]:
    return {
        "family": plain(patient.family),
        "given": plain(patient.given),
        "birth_date": patient.birth_date,
        "sex": "" if patient.sex == "U" else patient.sex,
        "patient_id": plain(patient.patient_id),
        "issuer": plain(patient.issuer),
    }


def differing_traits(known: PatientTraits, found: PatientTraits) -> tuple[str, ...]:
    """Why two files cannot be put down as one person's: the traits that both state and state differently.

    A trait that one of them leaves out says nothing; but a file that shares no name and no identifier with a patient
    who has one is not theirs either.
    """
    ours, theirs = _compared(known), _compared(found)
    different = tuple(trait for trait, value in ours.items() if value and theirs[trait] and value != theirs[trait])
    if different:
        return different
    naming = [trait for trait in ("family", "patient_id") if ours[trait]]
    if naming and not any(theirs[trait] for trait in naming):
        return ("nothing_in_common",)
    return ()


def strict_key(patient: PatientTraits) -> str | None:
    """The strict traits as one word, equal for one person's studies; None where a trait is missing."""
    traits = (plain(patient.family), plain(patient.given), patient.birth_date, patient.sex)
    if not all(traits) or patient.sex == "U":
        return None
    return "|".join(traits)
