"""Scores and plausibility of the key data."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from collab.expertise.pathways import (
    NIHSS_ITEMS,
    Neurosurgery,
    Nihss,
    Stroke,
    gcs_of,
    nihss_of,
    pathway_of,
    wrong_fields,
)
from tests.make import NIGHT


def stroke(**values: Any) -> Stroke:
    return Stroke(**{"onset": "known", "onset_at": NIGHT, **values})


def test_the_nihss_has_fifteen_items_that_sum_to_42_at_most() -> None:
    # DOMAIN 4.1: ranges 3,2,2,2,3,3,4,4,4,4,2,2,3,2,2.
    most = dict(zip(NIHSS_ITEMS, (3, 2, 2, 2, 3, 3, 4, 4, 4, 4, 2, 2, 3, 2, 2), strict=True))
    assert nihss_of(stroke(**most)) == Nihss(42, 0)
    for name, score in most.items():
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({"pathway": "stroke", "onset": "unknown", name: score + 1}, Stroke)


def test_a_missing_item_is_counted_as_missing_and_not_as_zero() -> None:
    assert nihss_of(stroke(nihss_gaze=2, nihss_language=3)) == Nihss(5, 13)


def test_an_untestable_item_counts_zero_and_is_not_missing() -> None:
    items: dict[str, Any] = dict.fromkeys(NIHSS_ITEMS, 1) | {"nihss_ataxia": "UN"}
    assert nihss_of(stroke(**items)) == Nihss(14, 0)


def test_a_total_without_items_is_taken_as_given() -> None:
    assert nihss_of(stroke(nihss_total=14)) == Nihss(14, 0)


def test_nothing_given_is_no_score() -> None:
    assert nihss_of(stroke()) is None


def test_a_total_that_is_not_the_sum_is_wrong() -> None:
    items: dict[str, Any] = dict.fromkeys(NIHSS_ITEMS, 1)
    assert wrong_fields(stroke(nihss_total=16, **items), latest_at=NIGHT) == {"nihss_total": "not_the_sum"}
    assert not wrong_fields(stroke(nihss_total=15, **items), latest_at=NIGHT)


def test_glasgow_names_its_items() -> None:
    assert gcs_of(Neurosurgery(gcs_eye=4, gcs_verbal=4, gcs_motor=5)) == "13 (E4 V4 M5)"


def test_an_intubated_patient_s_verbal_answer_is_not_counted() -> None:
    assert gcs_of(Neurosurgery(gcs_eye=4, gcs_motor=6, intubated=True)) == "10T (E4 VT M6)"


def test_glasgow_without_all_of_its_items_is_no_score() -> None:
    assert gcs_of(Neurosurgery(gcs_eye=4, gcs_motor=6)) is None


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"glycaemia": 1.1}, {"glycaemia_unit": "missing"}),
        ({"glycaemia": 22, "glycaemia_unit": "g/L"}, {"glycaemia_unit": "implausible_unit"}),
        ({"glycaemia": 0.9, "glycaemia_unit": "mmol/L"}, {"glycaemia_unit": "implausible_unit"}),
        ({"glycaemia": 1.1, "glycaemia_unit": "g/L"}, {}),
        ({"systolic_mmhg": 90, "diastolic_mmhg": 120}, {"diastolic_mmhg": "above_systolic"}),
        ({"onset_at": None}, {"onset_at": "missing"}),
        ({"onset": "wake_up"}, {"last_known_well_at": "missing"}),
        ({"arrival_at": NIGHT + timedelta(hours=1)}, {"arrival_at": "in_the_future"}),
    ],
)
def test_what_cannot_be_right_is_named(values: dict[str, Any], wrong: dict[str, str]) -> None:
    assert wrong_fields(stroke(**values), latest_at=NIGHT) == wrong


def test_key_data_know_their_pathway() -> None:
    assert pathway_of(Neurosurgery()) == "neurosurgery"
