"""Which answers a pathway takes, and that "no transfer" never goes without the way back."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
import pytest

from collab.conclusions.answers import (
    Answers,
    GeneralDecision,
    NeurosurgeryDecision,
    StrokeDecision,
    TransferDecision,
    check_answers,
    is_no_transfer,
)
from collab.kit.refusals import BadInput
from tests.collab.conclusions.make import ADVICE, ANSWERS

STROKE = StrokeDecision(ivt="none", evt="indicated", disposition="transfer_evt")


def answers(decision: Any) -> Answers:
    return msgspec.structs.replace(ANSWERS, decision=decision)


@pytest.mark.parametrize(
    ("pathway", "decision"),
    [
        ("stroke", GeneralDecision(advice="transfer")),
        ("neurosurgery", STROKE),
        ("oncology", STROKE),
        ("stroke", NeurosurgeryDecision(transfer_decision="transfer_icu")),
    ],
)
def test_a_decision_of_another_pathway_is_refused(pathway: str, decision: Any) -> None:
    with pytest.raises(BadInput):
        check_answers(answers(decision), pathway=pathway)


@pytest.mark.parametrize("pathway", ["oncology", "paediatrics", "other"])
def test_other_pathways_take_a_general_advice(pathway: str) -> None:
    check_answers(answers(GeneralDecision(advice="refer_rcp")), pathway=pathway)


NOT_TRANSFERRED = [code for code in get_args(TransferDecision) if code.startswith("no_transfer")]


def test_the_seed_s_aggregate_has_three_decisions() -> None:
    # DOMAIN 5.2
    assert len(NOT_TRANSFERRED) == 3
    assert len(get_args(TransferDecision)) == 9


@pytest.mark.parametrize("code", NOT_TRANSFERRED)
def test_no_transfer_without_return_advice_is_refused(code: Any) -> None:
    decision = NeurosurgeryDecision(transfer_decision=code)
    assert is_no_transfer(decision)
    with pytest.raises(BadInput) as refused:
        check_answers(answers(decision), pathway="neurosurgery")
    assert refused.value.code == "return_advice_missing"


@pytest.mark.parametrize("field", ["surveillance", "call_back_criteria", "call_back_phone"])
def test_return_advice_of_blanks_is_none(field: str) -> None:
    advice = msgspec.structs.replace(ADVICE, **{field: "  "})
    decision = NeurosurgeryDecision(transfer_decision="no_transfer_surveillance", return_advice=advice)
    with pytest.raises(BadInput):
        check_answers(answers(decision), pathway="neurosurgery")


def test_a_transfer_needs_no_return_advice() -> None:
    check_answers(answers(NeurosurgeryDecision(transfer_decision="transfer_icu")), pathway="neurosurgery")


def test_unknown_fields_are_refused() -> None:
    body = {**msgspec.to_builtins(ANSWERS), "recommendation": "x"}
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(body, Answers)
