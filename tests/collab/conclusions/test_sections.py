"""The content in words, in both languages."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
import pytest

from collab.conclusions.answers import Advice, GeneralDecision, StrokeDecision
from collab.conclusions.document import Participant
from collab.conclusions.sections import (
    Words,
    decision_lines,
    identity_line,
    sections_after_answer,
    sections_before_answer,
    specialty_name,
    study_lines,
    words_of,
)
from collab.kit.i18n import Language
from collab.studies.lacking import SeriesLack
from tests.collab.conclusions.make import ANSWERS, content
from tests.make import NIGHT

FRENCH = Words(language="fr", time_zone="Europe/Paris")


def said(**changes: Any) -> dict[str, str]:
    found = content(**changes)
    words = words_of(found)
    sections = (*sections_before_answer(found, words), *sections_after_answer(found, words))
    return {line.label: line.value for section in sections for line in section.lines}


def test_the_patient_stands_in_one_line() -> None:
    assert identity_line(content().patient, FRENCH) == "MARTIN Jeanne, né(e) le 12/03/1948, sexe féminin"
    unknown = msgspec.structs.replace(content().patient, birth_date="")
    assert identity_line(unknown, FRENCH) == "MARTIN Jeanne, date de naissance inconnue, sexe féminin"


def test_the_five_things_that_the_law_asks_for_are_there() -> None:
    # CSP R.6316-4: report, acts and prescriptions, professionals, date and time, incidents.
    (act,) = [section for section in sections_after_answer(content(), FRENCH) if section.key == "act"]
    assert [line.label[:2] for line in act.lines] == ["1.", "2.", "3.", "4.", "5."]
    assert all(line.value for line in act.lines)


def test_no_incident_is_a_declaration_and_an_incident_is_said() -> None:
    assert said()["5. Incidents techniques"] == "aucun, déclaré par l’expert"
    lost = msgspec.structs.replace(ANSWERS, incidents="son coupé 2 min")
    assert said(answers=lost)["5. Incidents techniques"] == "son coupé 2 min"


def test_professionals_stand_with_their_numbers_and_times() -> None:
    there = Participant("Dr Paul Vasseur", "expert", "neurosurgery", "CHU", NIGHT, NIGHT)
    lines = said(participants=(*content().participants, there))["3. Professionnels"].splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("Dr Paul Vasseur, Neurochirurgie, CHU de Montclair, FINESS 990000037, RPPS 10100000024")
    assert lines[0].endswith("expert, présent de 24/11/2026 03:10 (CET) à 24/11/2026 03:10 (CET)")
    assert lines[1].endswith("requérant, n’a pas rejoint la salle")
    assert lines[2].startswith("Dr Claire Aubry, Radiologie, Valmont, participant, présent à partir de")


def test_return_advice_and_critical_finding_are_said() -> None:
    found = said()
    assert found["Décision de transfert"] == "pas de transfert : surveillance sur place"
    assert found["Scanner de contrôle"] == "à 6 h"
    assert found["Communiqué à"].endswith("dans la salle, répété par le destinataire")


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("advice", get_args(Advice))
def test_general_advice_has_its_words(language: Language, advice: Any) -> None:
    answers = msgspec.structs.replace(ANSWERS, decision=GeneralDecision(advice=advice), critical_finding=None)
    words = Words(language=language, time_zone="Europe/Paris")
    assert next(decision_lines(answers, words)).value


def test_a_stroke_says_its_three_decisions() -> None:
    decision = StrokeDecision(ivt="tenecteplase", evt="indicated", disposition="transfer_evt")
    lines = list(decision_lines(msgspec.structs.replace(ANSWERS, decision=decision), FRENCH))[:3]
    assert [line.value for line in lines] == ["ténectéplase", "indiquée", "transfert pour thrombectomie"]


def test_signing_on_an_earlier_set_is_said_with_both_hashes() -> None:
    (study,) = content().studies
    earlier = msgspec.structs.replace(study, version_at_signature="b" * 64)
    assert not any("b" * 64 in line.value for line in study_lines(study, FRENCH))
    assert any("b" * 64 in line.value for line in study_lines(earlier, FRENCH))


def test_what_was_missing_when_it_was_signed_is_told_with_its_series() -> None:
    (study,) = content().studies
    lack = SeriesLack("1.2.3", "TDM 1 mm", received=25, missing=2, expected=28, is_preparing=True)
    told = [
        line for line in study_lines(msgspec.structs.replace(study, lacks=(lack,)), FRENCH) if "TDM 1 mm" in line.value
    ]
    assert [(line.label, line.value) for line in told] == [
        (
            "Images incomplètes au moment de la réponse",
            "TDM 1 mm (2 coupe(s) manquante(s), 25 images reçues sur 28 annoncées par l’appareil, "
            "réception ou préparation en cours)",
        )
    ]
    assert not any("incomplètes" in line.label for line in study_lines(study, FRENCH))


def test_a_specialty_without_words_is_said_as_declared() -> None:
    assert specialty_name("fr", "neurosurgery") == "Neurochirurgie"
    assert specialty_name("fr", "Chirurgie de la main") == "Chirurgie de la main"
