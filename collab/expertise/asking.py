"""What is asked, as a typed value, and how the form's texts become one with every mistake named; no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, cast, get_args
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from collab.conclusions.document import Consent, ConsentMode, IdentityStatus, PatientIdentity, Sex
from collab.expertise.fields import read_fields
from collab.expertise.pathways import KINDS, KeyData, wrong_fields
from collab.expertise.rules import CLOCK_TOLERANCE, Pathway, Urgency
from collab.kit.refusals import BadInput
from collab.studies.patients import INS_OIDS, INS_TEST_OIDS

# A study with its priors; more is a search, not a question.
MAX_STUDIES = 20

Told = Literal["informed", "not_informed", "impossible", "opposed"]
PATHWAYS: tuple[Pathway, ...] = get_args(Pathway)
URGENCIES: tuple[Urgency, ...] = get_args(Urgency)


class AskExpertise(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A whole request; exactly one of `expert_person_id` and `expert_team_id`. `informed` "opposed" is refused."""

    urgency: Urgency
    question: Annotated[str, Meta(min_length=1, max_length=4000)]
    reason: Annotated[str, Meta(min_length=1, max_length=4000)]
    callback_phone: Annotated[str, Meta(min_length=1, max_length=40)]
    patient: PatientIdentity
    informed: Told
    study_ids: Annotated[tuple[str, ...], Meta(min_length=1, max_length=MAX_STUDIES)]
    key_data: KeyData
    expert_person_id: str | None = None
    expert_team_id: str | None = None
    consent_mode: ConsentMode | None = None
    consent_reason: Annotated[str, Meta(max_length=1000)] = ""
    as_draft: bool = False


@dataclass(frozen=True, kw_only=True)
class Read:
    """A form as read: the request, or the fields that are wrong with the codes of their reasons."""

    asked: AskExpertise | None
    wrong: Mapping[str, str]


def consent_of(asked: AskExpertise) -> Consent:
    assert asked.informed != "opposed", "an opposed patient's request was let through"
    return Consent(informed=asked.informed, mode=asked.consent_mode, reason=asked.consent_reason.strip())


def check(asked: AskExpertise, *, at: datetime, demo: bool) -> None:
    """The same rules for forms and programs. Raises `BadInput` with the first field that is wrong."""
    for field, why in wrong_in(asked, at=at, demo=demo).items():
        raise BadInput("wrong_field", field=field, why=why)


def wrong_in(asked: AskExpertise, *, at: datetime, demo: bool) -> Mapping[str, str]:
    """Every field that cannot stand, with the code of the reason."""
    wrong = dict(wrong_fields(asked.key_data, latest_at=at + CLOCK_TOLERANCE))
    wrong |= _wrong_identity(asked.patient, at=at, demo=demo)
    wrong |= _wrong_consent(asked)
    if (asked.expert_person_id is None) == (asked.expert_team_id is None):
        wrong["expert"] = "missing"
    return wrong


def _wrong_identity(patient: PatientIdentity, *, at: datetime, demo: bool) -> Mapping[str, str]:
    wrong: dict[str, str] = {}
    if not patient.family_name.strip():
        wrong["family_name"] = "missing"
    if patient.birth_date and not _is_past_day(patient.birth_date, at):
        wrong["birth_date"] = "not_a_past_day"
    # DOMAIN 2.6: the matricule goes with a qualified identity only, and test identifiers never with real patients.
    if patient.ins and patient.identity_status != "qualified":
        wrong["identity_status"] = "ins_needs_qualified"
    if patient.identity_status == "qualified" and not patient.ins:
        wrong["ins"] = "missing"
    if patient.ins and patient.ins_oid not in (INS_TEST_OIDS if demo else INS_OIDS):
        wrong["ins_oid"] = "test_oid_only" if demo else "not_an_ins_oid"
    return wrong


def _is_past_day(text: str, at: datetime) -> bool:
    try:
        return datetime.strptime(text, "%Y%m%d").date() <= at.date()  # noqa: DTZ007 - a day of birth has no zone
    except ValueError:
        return False


def _wrong_consent(asked: AskExpertise) -> Mapping[str, str]:
    """A patient's opposition stops the request; an emergency is never stopped by what could not be asked."""
    if asked.informed == "opposed":
        return {"informed": "opposed"}
    if asked.informed == "not_informed" and asked.urgency != "immediate":
        return {"informed": "inform_first"}
    if asked.informed == "impossible" and not asked.consent_reason.strip():
        return {"consent_reason": "missing"}
    return {}


def read_form(
    given: Mapping[str, str], study_ids: tuple[str, ...], *, zone: ZoneInfo, at: datetime, demo: bool
) -> Read:
    """A request from a form's texts, or everything that is wrong with them at once."""
    pathway = given.get("pathway", "")
    if pathway not in KINDS:
        return Read(asked=None, wrong={"pathway": "missing"})
    key_data, wrong_keys = read_fields(cast(Pathway, pathway), given, zone)
    wrong = dict(_missing(given, study_ids)) | dict(wrong_keys)
    if key_data is None or wrong:
        return Read(asked=None, wrong=wrong)
    asked = _asked(given, study_ids, key_data)
    wrong = wrong_in(asked, at=at, demo=demo)
    return Read(asked=None if wrong else asked, wrong=wrong)


def _missing(given: Mapping[str, str], study_ids: tuple[str, ...]) -> Mapping[str, str]:
    choices = {
        "urgency": URGENCIES,
        "sex": get_args(Sex),
        "informed": get_args(Told),
        "identity_status": get_args(IdentityStatus),
    }
    wrong = {name: "missing" for name in ("question", "reason", "callback_phone") if not given.get(name, "").strip()}
    wrong |= {name: "missing" for name, codes in choices.items() if given.get(name) not in codes}
    wrong |= {name: "too_long" for name in ("question", "reason") if len(given.get(name, "")) > 4000}
    if given.get("consent_mode", "") not in {"", *get_args(ConsentMode)}:
        wrong["consent_mode"] = "not_a_choice"
    if not 1 <= len(study_ids) <= MAX_STUDIES:
        wrong["study_ids"] = "missing"
    if given.get("expert", "").partition(":")[0] not in {"person", "team"}:
        wrong["expert"] = "missing"
    return wrong


def _asked(given: Mapping[str, str], study_ids: tuple[str, ...], key_data: KeyData) -> AskExpertise:
    kind, _, expert_id = given["expert"].partition(":")
    return AskExpertise(
        urgency=cast(Urgency, given["urgency"]),
        question=given["question"].strip(),
        reason=given["reason"].strip(),
        callback_phone=given["callback_phone"].strip()[:40],
        patient=_patient(given),
        informed=cast(Told, given["informed"]),
        study_ids=study_ids,
        key_data=key_data,
        expert_person_id=expert_id if kind == "person" else None,
        expert_team_id=expert_id if kind == "team" else None,
        consent_mode=cast(ConsentMode, given["consent_mode"]) if given.get("consent_mode") else None,
        consent_reason=given.get("consent_reason", "")[:1000],
        as_draft=given.get("action") == "draft",
    )


def _patient(given: Mapping[str, str]) -> PatientIdentity:
    def text(name: str) -> str:
        return given.get(name, "").strip()[:200]

    return PatientIdentity(
        family_name=text("family_name"),
        given_name=text("given_name"),
        # A browser's date field writes 1960-02-29, DICOM 19600229.
        birth_date=text("birth_date").replace("-", ""),
        sex=cast(Sex, given["sex"]),
        used_name=text("used_name"),
        birth_place_insee=text("birth_place_insee"),
        ins=text("ins").replace(" ", ""),
        ins_oid=text("ins_oid"),
        identity_status=cast(IdentityStatus, given["identity_status"]),
        local_patient_id=text("local_patient_id"),
    )
