"""What an expert answers beside the text: the pathway's decision, agreement, certainty, incidents, validity; pure.

DOMAIN 4.3, 5.2 and 7.1 name the codes. The application records decisions and never computes one.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from collab.kit.refusals import BadInput

Ivt = Literal["tenecteplase", "alteplase", "none", "deferred"]
Evt = Literal["indicated", "not_indicated", "receiving_centre"]
Disposition = Literal["stay_local", "transfer_stroke_unit", "transfer_evt", "mothership", "palliative"]
TransferDecision = Literal[
    "transfer_immediate_theatre",
    "transfer_icu",
    "transfer_ward",
    "transfer_elective_dated",
    "no_transfer_surveillance",
    "no_transfer_not_indicated",
    "no_transfer_futility",
    "decision_pending_exam",
    "redirect_other_centre",
]
Advice = Literal["treatment", "transfer", "surveillance", "further_exam", "refer_rcp", "no_action"]
LocalAgreement = Literal["concordant", "complementary", "minor_discordance", "major_discordance", "no_local_report"]
Certainty = Literal["high", "moderate", "low"]
ToldHow = Literal["room", "phone", "in_person"]

NO_TRANSFER = "no_transfer_"
PATHWAYS_WITH_CODES = frozenset({"stroke", "neurosurgery"})


class _Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base: unknown fields are refused."""


class StrokeDecision(_Answer, frozen=True, tag_field="pathway", tag="stroke"):
    """Thrombolysis, thrombectomy and where the patient goes (DOMAIN 4.3)."""

    ivt: Ivt
    evt: Evt
    disposition: Disposition


class ReturnAdvice(_Answer, frozen=True):
    """What the local team does when the patient stays (DOMAIN 5.3); without it "no transfer" is not an answer."""

    surveillance: str
    call_back_criteria: str
    call_back_phone: str
    repeat_ct_hours: int | None = None
    anticoagulation: str = ""
    told_to_family: str = ""


class NeurosurgeryDecision(_Answer, frozen=True, tag_field="pathway", tag="neurosurgery"):
    """Exactly one transfer decision (DOMAIN 5.2)."""

    transfer_decision: TransferDecision
    return_advice: ReturnAdvice | None = None


class GeneralDecision(_Answer, frozen=True, tag_field="pathway", tag="general"):
    """What is advised where the pathway has no codes of its own."""

    advice: Advice


Decision = StrokeDecision | NeurosurgeryDecision | GeneralDecision


class CriticalFinding(_Answer, frozen=True):
    """A finding that could not wait: who was told, when, how, and whether they repeated it."""

    finding: str
    told_to: str
    told_at: datetime
    how: ToldHow
    read_back: bool


class Answers(_Answer, frozen=True):
    """The coded part of a conclusion. `incidents` empty means that the signer declares none (R.6316-4, item 5)."""

    decision: Decision
    local_agreement: LocalAgreement
    certainty: Certainty
    incidents: str = ""
    acts_and_prescriptions: str = ""
    limits: str = ""
    critical_finding: CriticalFinding | None = None
    valid_until: datetime | None = None


def is_no_transfer(decision: Decision) -> bool:
    """The aggregate that the seed counts: every `no_transfer_*`."""
    return isinstance(decision, NeurosurgeryDecision) and decision.transfer_decision.startswith(NO_TRANSFER)


def check_answers(answers: Answers, *, pathway: str) -> None:
    """Raises `BadInput` for a decision of another pathway, or a "no transfer" without advice for the way back."""
    expected = pathway if pathway in PATHWAYS_WITH_CODES else "general"
    if answers.decision.__struct_config__.tag != expected:
        raise BadInput("wrong_decision", field="decision", pathway=pathway)
    if not is_no_transfer(answers.decision):
        return
    assert isinstance(answers.decision, NeurosurgeryDecision)
    advice = answers.decision.return_advice
    if advice is None:
        raise BadInput("return_advice_missing", field="surveillance")
    for field in ("surveillance", "call_back_criteria", "call_back_phone"):
        if not getattr(advice, field).strip():
            raise BadInput("return_advice_missing", field=field)
