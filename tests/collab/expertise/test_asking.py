"""What may be asked: consent, identity, and forms with mistakes."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from collab.expertise.asking import AskExpertise, check, consent_of, read_form, wrong_in
from collab.kit.refusals import BadInput
from tests.collab.expertise.make import PATIENT, STROKE
from tests.make import NIGHT

ASKED = AskExpertise(
    urgency="immediate",
    question="Thrombolyse ?",
    reason="Hémiparésie.",
    callback_phone="15",
    patient=PATIENT,
    informed="informed",
    study_ids=("STU-1",),
    key_data=STROKE,
    expert_team_id="TEA-1",
)
FORM = {
    "pathway": "stroke",
    "urgency": "immediate",
    "question": "Thrombolyse ?",
    "reason": "Hémiparésie.",
    "callback_phone": "15",
    "expert": "team:TEA-1",
    "family_name": "MARTIN",
    "given_name": "Jeanne",
    "birth_date": "1948-03-12",
    "sex": "F",
    "identity_status": "validated",
    "informed": "informed",
    "onset": "known",
    "onset_at": "2026-11-24T02:30",
}


def wrong(**changes: Any) -> dict[str, str]:
    return dict(wrong_in(msgspec.structs.replace(ASKED, **changes), at=NIGHT, demo=True))


def identity(**changes: Any) -> dict[str, str]:
    return wrong(patient=msgspec.structs.replace(PATIENT, **changes))


def test_a_patient_who_objects_is_never_sent() -> None:
    assert wrong(informed="opposed") == {"informed": "opposed"}


def test_an_emergency_is_not_stopped_by_what_could_not_be_told() -> None:
    assert wrong(informed="not_informed", urgency="immediate") == {}
    assert wrong(informed="impossible", consent_reason="urgence vitale") == {}


def test_without_an_emergency_the_patient_is_informed_first() -> None:
    assert wrong(informed="not_informed", urgency="planned") == {"informed": "inform_first"}


def test_impossible_says_why() -> None:
    assert wrong(informed="impossible") == {"consent_reason": "missing"}


def test_the_consent_is_kept_with_its_reason() -> None:
    kept = consent_of(msgspec.structs.replace(ASKED, informed="impossible", consent_reason=" aphasie "))
    assert (kept.informed, kept.reason) == ("impossible", "aphasie")


def test_an_ins_goes_with_a_qualified_identity_only() -> None:
    # DOMAIN 2.6, fr-core: the matricule may be carried only for a qualified identity.
    given = {"ins": "248037512345678", "ins_oid": "1.2.250.1.213.1.4.11"}
    assert identity(**given, identity_status="validated") == {"identity_status": "ins_needs_qualified"}
    assert identity(**given, identity_status="qualified") == {}
    assert identity(identity_status="qualified") == {"ins": "missing"}


def test_real_and_test_identifiers_never_meet() -> None:
    qualified = {"ins": "248037512345678", "identity_status": "qualified"}
    assert identity(**qualified, ins_oid="1.2.250.1.213.1.4.8") == {"ins_oid": "test_oid_only"}
    patient = msgspec.structs.replace(PATIENT, **qualified, ins_oid="1.2.250.1.213.1.4.11")
    asked = msgspec.structs.replace(ASKED, patient=patient)
    assert dict(wrong_in(asked, at=NIGHT, demo=False)) == {"ins_oid": "not_an_ins_oid"}


@pytest.mark.parametrize("day", ["20270101", "19481332", "12/03/1948"])
def test_a_birth_is_a_day_of_the_past(day: str) -> None:
    assert identity(birth_date=day) == {"birth_date": "not_a_past_day"}


def test_exactly_one_expert_is_asked() -> None:
    assert wrong(expert_team_id=None) == {"expert": "missing"}
    assert wrong(expert_person_id="PER-1") == {"expert": "missing"}


def test_programs_meet_the_same_rules() -> None:
    with pytest.raises(BadInput) as refused:
        check(msgspec.structs.replace(ASKED, informed="opposed"), at=NIGHT, demo=True)
    assert refused.value.facts == {"field": "informed", "why": "opposed"}


@pytest.mark.parametrize("forged", ["state", "requester_id", "hospital_id", "accepted_by_id", "activity_kind"])
def test_nobody_slips_in_a_field_that_is_the_server_s(forged: str) -> None:
    body = {**msgspec.to_builtins(ASKED), forged: "x"}
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(body, AskExpertise)


def read(**changes: str) -> Any:
    return read_form({**FORM, **changes}, ("STU-1",), zone=ZoneInfo("Europe/Paris"), at=NIGHT, demo=True)


def test_a_whole_form_is_a_request() -> None:
    asked = read().asked
    assert (asked.patient.birth_date, asked.expert_team_id, asked.as_draft) == ("19480312", "TEA-1", False)


def test_a_form_tells_all_of_its_mistakes_at_once() -> None:
    found = read(question="", expert="", sex="", onset="", informed="")
    assert found.asked is None
    assert set(found.wrong) == {"question", "expert", "sex", "onset", "informed"}


def test_a_form_without_a_pathway_asks_for_it() -> None:
    assert read(pathway="cardiology").wrong == {"pathway": "missing"}


def test_a_request_is_about_at_least_one_study() -> None:
    found = read_form(FORM, (), zone=ZoneInfo("Europe/Paris"), at=NIGHT, demo=True)
    assert found.wrong == {"study_ids": "missing"}
