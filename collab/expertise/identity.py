"""Is the patient of the request the patient of the images? Compares strict traits with DICOM's; pure (DOMAIN 9)."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import msgspec

from collab.conclusions.document import PatientIdentity
from collab.studies.manifest import PatientEntry


class Difference(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A trait that the request and a study state differently, each as it stands there."""

    study_id: str
    trait: str
    asked: str
    found: str


def differences(asked: PatientIdentity, study_id: str, found: PatientEntry) -> Sequence[Difference]:
    """What tells the two apart; empty when nothing does and at least a name or a date agrees.

    A trait that one side leaves out says nothing, but images without name and birth date are nobody's.
    """
    differing = list(_differing(asked, study_id, found))
    if not differing and not (_plain(found.family) or found.birth_date):
        return [Difference(study_id=study_id, trait="anonymous", asked=asked.family_name, found="")]
    return differing


def _differing(asked: PatientIdentity, study_id: str, found: PatientEntry) -> Sequence[Difference]:
    # The name in use may be what the modality was given; the birth name is the strict trait.
    families = {_plain(asked.family_name), _plain(asked.used_name)} - {""}
    pairs = [
        ("family_name", asked.family_name, found.family, not _plain(found.family) or _plain(found.family) in families),
        ("given_name", asked.given_name, found.given, _agree_given(asked.given_name, found.given)),
        ("birth_date", asked.birth_date, found.birth_date, _agree(asked.birth_date, found.birth_date)),
        ("sex", asked.sex, found.sex, _agree_sex(asked.sex, found.sex)),
        ("ins", asked.ins, found.ins, _agree(asked.ins, found.ins)),
    ]
    return [
        Difference(study_id=study_id, trait=trait, asked=ours, found=theirs)
        for trait, ours, theirs, agrees in pairs
        if not agrees
    ]


def _plain(text: str) -> str:
    """Capital letters only: accents, hyphens, apostrophes and blanks are written differently by every modality."""
    letters = unicodedata.normalize("NFKD", text.upper())
    return "".join(letter for letter in letters if letter.isalnum())


def _agree(ours: str, theirs: str) -> bool:
    return not _plain(ours) or not _plain(theirs) or _plain(ours) == _plain(theirs)


def _agree_given(ours: str, theirs: str) -> bool:
    """The first given name decides: modalities often add or leave out the others."""
    if not _plain(ours) or not _plain(theirs):
        return True
    shorter, longer = sorted((_plain(ours), _plain(theirs)), key=len)
    first = _plain(ours.split()[0]) == _plain(theirs.split()[0])
    return shorter == longer or first


def _agree_sex(ours: str, theirs: str) -> bool:
    return "U" in {ours, theirs} or not theirs or ours == theirs
