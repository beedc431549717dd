"""The signature's form: from its texts to coded answers, with every mistake named; no database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast, get_args
from zoneinfo import ZoneInfo

from collab.conclusions.answers import (
    Advice,
    Answers,
    Certainty,
    CriticalFinding,
    Decision,
    Disposition,
    Evt,
    GeneralDecision,
    Ivt,
    LocalAgreement,
    NeurosurgeryDecision,
    ReturnAdvice,
    StrokeDecision,
    ToldHow,
    TransferDecision,
    check_answers,
    is_no_transfer,
)
from collab.expertise.fields import read_moment
from collab.kit.refusals import Refusal

COMMON: Mapping[str, tuple[str, ...]] = {
    "local_agreement": get_args(LocalAgreement),
    "certainty": get_args(Certainty),
}
TOLD_HOW: tuple[str, ...] = get_args(ToldHow)
_STROKE = {"ivt": get_args(Ivt), "evt": get_args(Evt), "disposition": get_args(Disposition)}
_NEUROSURGERY = {"transfer_decision": get_args(TransferDecision)}
_GENERAL = {"advice": get_args(Advice)}
_MAX_TEXT = 4000
_ADVICE_TEXTS = ("surveillance", "call_back_criteria", "call_back_phone", "anticoagulation", "told_to_family")


def decision_choices(pathway: str) -> Mapping[str, tuple[str, ...]]:
    """The codes to choose from, by field."""
    match pathway:
        case "stroke":
            return _STROKE
        case "neurosurgery":
            return _NEUROSURGERY
        case _:
            return _GENERAL


def read_answers(
    pathway: str, given: Mapping[str, str], *, zone: ZoneInfo, at: datetime
) -> tuple[Answers | None, Mapping[str, str]]:
    """The answers, or which fields are wrong and why."""
    choices = {**decision_choices(pathway), **COMMON}
    wrong = {name: "missing" for name, codes in choices.items() if given.get(name) not in codes}
    wrong |= {name: "too_long" for name, text in given.items() if len(text) > _MAX_TEXT}
    repeat_ct_hours, problem = _hours(given.get("repeat_ct_hours", ""))
    if problem:
        wrong["repeat_ct_hours"] = problem
    valid_until, problem = _moment(given.get("valid_until", ""), zone)
    if problem:
        wrong["valid_until"] = problem
    elif valid_until is not None and valid_until <= at:
        wrong["valid_until"] = "in_the_past"
    critical, wrong_critical = _critical(given, zone=zone, at=at)
    wrong |= wrong_critical
    if wrong:
        return None, wrong
    answers = Answers(
        decision=_decision(pathway, given, repeat_ct_hours),
        local_agreement=cast(LocalAgreement, given["local_agreement"]),
        certainty=cast(Certainty, given["certainty"]),
        incidents=given.get("incidents", ""),
        acts_and_prescriptions=given.get("acts_and_prescriptions", ""),
        limits=given.get("limits", ""),
        critical_finding=critical,
        valid_until=valid_until,
    )
    return _checked(answers, pathway)


def _checked(answers: Answers, pathway: str) -> tuple[Answers | None, Mapping[str, str]]:
    try:
        check_answers(answers, pathway=pathway)
    except Refusal as refusal:
        return None, {str(refusal.facts["field"]): "missing"}
    return answers, {}


def _decision(pathway: str, given: Mapping[str, str], repeat_ct_hours: int | None) -> Decision:
    # Any: each code was looked up among its choices, which a type checker cannot follow.
    chosen: dict[str, Any] = {name: given[name] for name in decision_choices(pathway)}
    match pathway:
        case "stroke":
            return StrokeDecision(**chosen)
        case "neurosurgery":
            decided = NeurosurgeryDecision(**chosen)
            texts = {name: given.get(name, "").strip() for name in _ADVICE_TEXTS}
            if not is_no_transfer(decided) and not any(texts.values()):
                return decided
            advice = ReturnAdvice(**texts, repeat_ct_hours=repeat_ct_hours)
            return NeurosurgeryDecision(**chosen, return_advice=advice)
        case _:
            return GeneralDecision(**chosen)


def _critical(
    given: Mapping[str, str], *, zone: ZoneInfo, at: datetime
) -> tuple[CriticalFinding | None, Mapping[str, str]]:
    """Nothing where no finding is written; then who was told, when and how belong to it."""
    finding = given.get("critical_finding", "").strip()
    if not finding:
        return None, {}
    told_at, problem = _moment(given.get("told_at", ""), zone)
    wrong = {"told_at": problem} if problem else {}
    if not given.get("told_to", "").strip():
        wrong["told_to"] = "missing"
    if told_at is None:
        wrong.setdefault("told_at", "missing")
    elif told_at > at:
        wrong["told_at"] = "in_the_future"
    if given.get("told_how") not in TOLD_HOW:
        wrong["told_how"] = "missing"
    if wrong or told_at is None:
        return None, wrong
    return CriticalFinding(
        finding=finding,
        told_to=given["told_to"].strip(),
        told_at=told_at,
        how=cast(ToldHow, given["told_how"]),
        read_back=given.get("read_back") == "yes",
    ), {}


def _moment(text: str, zone: ZoneInfo) -> tuple[datetime | None, str]:
    return read_moment(text, zone) if text else (None, "")


def _hours(text: str) -> tuple[int | None, str]:
    if not text:
        return None, ""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 240:
        return None, "out_of_range"
    return int(text), ""
