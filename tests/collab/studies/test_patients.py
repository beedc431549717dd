"""Traits: when two files may be one person's, and what the national identifier is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from collab.studies.patients import PatientTraits, differing_traits, strict_key

PAUL = PatientTraits(name="MARTIN^Paul", birth_date="19500203", sex="M", patient_id="V-001", issuer="VALMONT")


@pytest.mark.parametrize(
    "found",
    [
        PAUL,
        replace(PAUL, name="Martin^paul^^"),
        replace(PAUL, name="MARTIN ^ PAUL"),
        replace(PAUL, name="MARTIN^Paul=馬丁^保羅"),
        replace(PAUL, sex=""),
        replace(PAUL, sex="U"),
        replace(PAUL, birth_date="", issuer=""),
        replace(PAUL, name=""),
        replace(PAUL, patient_id=""),
    ],
)
def test_one_person_written_by_several_machines(found: PatientTraits) -> None:
    assert differing_traits(PAUL, found) == ()
    assert differing_traits(found, PAUL) == ()


@pytest.mark.parametrize(
    ("found", "different"),
    [
        (replace(PAUL, name="MARTIN^Pierre"), ("given",)),
        (replace(PAUL, name="MARTINEZ^Paul"), ("family",)),
        (replace(PAUL, birth_date="19500302"), ("birth_date",)),
        (replace(PAUL, sex="F"), ("sex",)),
        (replace(PAUL, patient_id="V-002"), ("patient_id",)),
        (replace(PAUL, issuer="BEAURIVAGE"), ("issuer",)),
        (replace(PAUL, name="", patient_id=""), ("nothing_in_common",)),
        (replace(PAUL, sex="F", birth_date="20000101"), ("birth_date", "sex")),
    ],
)
def test_two_people_are_told_apart_and_by_what(found: PatientTraits, different: tuple[str, ...]) -> None:
    assert differing_traits(PAUL, found) == different


def test_studies_without_any_identity_are_one_persons() -> None:
    nobody = PatientTraits(name="", birth_date="", sex="", patient_id="", issuer="")
    assert differing_traits(nobody, nobody) == ()


def test_accents_do_not_make_another_person() -> None:
    assert strict_key(replace(PAUL, name="Lefèvre^Éric")) == strict_key(replace(PAUL, name="LEFEVRE^ERIC"))


@pytest.mark.parametrize("gap", [{"name": "MARTIN"}, {"birth_date": ""}, {"sex": ""}, {"sex": "U"}, {"name": ""}])
def test_without_all_strict_traits_nobody_is_recognised(gap: dict[str, str]) -> None:
    assert strict_key(replace(PAUL, **gap)) is None


@pytest.mark.parametrize(
    ("issuer", "demo", "is_ins"),
    [
        ("1.2.250.1.213.1.4.8", False, True),
        ("1.2.250.1.213.1.4.9", False, True),
        ("ASIP-SANTE-INS-NIR", False, True),
        ("1.2.250.1.213.1.4.10", False, False),
        ("1.2.250.1.213.1.4.11", False, False),
        ("1.2.250.1.213.1.4.11", True, True),
        ("VALMONT", True, False),
        ("", True, False),
    ],
)
def test_the_national_identifier_is_known_by_its_authority(issuer: str, demo: bool, is_ins: bool) -> None:
    patient = replace(PAUL, patient_id="150027000123456", issuer=issuer)
    assert patient.ins(demo=demo) == ("150027000123456" if is_ins else "")
