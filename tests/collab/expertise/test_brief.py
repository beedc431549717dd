"""The case said in lines."""

from __future__ import annotations

from collab.conclusions.sections import Words
from collab.expertise.brief import key_lines
from collab.expertise.pathways import KeyData, Neurosurgery, Stroke
from tests.make import NIGHT

FRENCH, ENGLISH = Words(language="fr", time_zone="Europe/Paris"), Words(language="en", time_zone="Europe/Paris")


def said(data: KeyData, words: Words = FRENCH) -> dict[str, str]:
    return {line.label: line.value for line in key_lines(data, words)}


def test_a_partial_score_says_that_it_is_partial() -> None:
    assert said(Stroke(onset="unknown", nihss_gaze=2))["NIHSS total"] == "2, partiel : 14 item(s) manquant(s) sur 15"


def test_values_carry_their_unit_in_the_reader_s_way() -> None:
    data = Stroke(onset="unknown", glycaemia=1.15, glycaemia_unit="g/L", systolic_mmhg=178, diastolic_mmhg=92)
    assert said(data)["Glycémie"] == "1,15 g/L"
    assert said(data, ENGLISH)["Blood glucose"] == "1.15 g/L"
    assert said(data)["Pression artérielle"] == "178 / 92 mmHg"


def test_a_weight_says_whether_it_was_measured() -> None:
    assert said(Stroke(onset="unknown", weight_kg=74, weight_source="estimated"))["Poids"] == "74 kg (estimé)"


def test_a_time_says_its_zone() -> None:
    assert said(Stroke(onset="known", onset_at=NIGHT))["Heure de début"] == "24/11/2026 03:10 (CET)"


def test_glasgow_is_one_line() -> None:
    data = Neurosurgery(gcs_eye=4, gcs_verbal=4, gcs_motor=5, local_repeat_ct=False)
    assert said(data) == {"Glasgow": "13 (E4 V4 M5)", "Scanner de contrôle possible sur place cette nuit": "Non"}


def test_what_was_not_given_is_not_said() -> None:
    assert said(Neurosurgery()) == {}


def test_a_score_of_zero_is_said() -> None:
    assert said(Stroke(onset="unknown", mrs_before=0))["Rankin antérieur"] == "0"
