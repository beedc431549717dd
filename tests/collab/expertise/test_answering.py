"""The signature's form becomes coded answers, or says what is wrong."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from collab.conclusions.answers import NeurosurgeryDecision, StrokeDecision
from collab.expertise.answering import COMMON, decision_choices, read_answers
from collab.kit.i18n import LANGUAGES, catalogue
from tests.make import NIGHT

COMMON_GIVEN = {"local_agreement": "concordant", "certainty": "high"}
STROKE = {**COMMON_GIVEN, "ivt": "none", "evt": "indicated", "disposition": "transfer_evt"}
STAYS = {**COMMON_GIVEN, "transfer_decision": "no_transfer_surveillance"}
ADVICE = {"surveillance": "Glasgow / h", "call_back_criteria": "baisse de 2 points", "call_back_phone": "15"}


def read(pathway: str, given: dict[str, str]) -> Any:
    return read_answers(pathway, given, zone=ZoneInfo("Europe/Paris"), at=NIGHT)


def test_a_stroke_is_answered_by_three_codes() -> None:
    answers, wrong = read("stroke", STROKE)
    assert not wrong
    assert answers.decision == StrokeDecision(ivt="none", evt="indicated", disposition="transfer_evt")


@pytest.mark.parametrize("field", ["ivt", "evt", "disposition", "local_agreement", "certainty"])
def test_every_code_is_needed(field: str) -> None:
    assert read("stroke", {**STROKE, field: ""}) == (None, {field: "missing"})


def test_no_transfer_without_the_way_back_is_no_answer() -> None:
    for missing in ADVICE:
        given = {**STAYS, **ADVICE, missing: ""}
        assert read("neurosurgery", given) == (None, {missing: "missing"})


def test_no_transfer_carries_its_advice() -> None:
    answers, _ = read("neurosurgery", {**STAYS, **ADVICE, "repeat_ct_hours": "6"})
    assert isinstance(answers.decision, NeurosurgeryDecision)
    assert answers.decision.return_advice is not None
    assert answers.decision.return_advice.repeat_ct_hours == 6


def test_a_transfer_needs_no_advice() -> None:
    answers, wrong = read("neurosurgery", {**COMMON_GIVEN, "transfer_decision": "transfer_icu"})
    assert not wrong
    assert answers.decision.return_advice is None


def test_a_critical_finding_says_to_whom_when_and_how() -> None:
    _, wrong = read("stroke", {**STROKE, "critical_finding": "HSA"})
    assert wrong == {"told_to": "missing", "told_at": "missing", "told_how": "missing"}
    told = {"told_to": "Dr Benali", "told_at": "2026-11-24T03:05", "told_how": "phone", "read_back": "yes"}
    answers, wrong = read("stroke", {**STROKE, "critical_finding": "HSA", **told})
    assert not wrong
    assert answers.critical_finding.read_back


def test_nothing_was_told_in_the_future_and_no_advice_ends_in_the_past() -> None:
    told = {"critical_finding": "HSA", "told_to": "x", "told_at": "2026-11-24T04:00", "told_how": "phone"}
    assert read("stroke", {**STROKE, **told})[1] == {"told_at": "in_the_future"}
    assert read("stroke", {**STROKE, "valid_until": "2026-11-24T03:00"})[1] == {"valid_until": "in_the_past"}


@pytest.mark.parametrize("hours", ["0", "241", "six", "-1"])
def test_a_repeat_ct_is_in_hours(hours: str) -> None:
    assert read("neurosurgery", {**STAYS, **ADVICE, "repeat_ct_hours": hours})[1] == {"repeat_ct_hours": "out_of_range"}


@pytest.mark.parametrize("pathway", ["stroke", "neurosurgery", "oncology"])
def test_every_code_has_its_words(pathway: str) -> None:
    for language in LANGUAGES:
        for name, codes in {**decision_choices(pathway), **COMMON}.items():
            assert {f"conclusions.{name}.{code}" for code in codes} <= set(catalogue(language))
