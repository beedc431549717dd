"""Comparing the request's patient with the images'."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from collab.expertise.identity import differences
from collab.studies.manifest import PatientEntry
from tests.collab.expertise.make import PATIENT

SAME = PatientEntry(
    name="MARTIN^Jeanne",
    family="MARTIN",
    given="Jeanne",
    birth_date="19480312",
    sex="F",
    patient_id="V-001",
    issuer="",
    ins="",
    ins_oid="",
)


def traits(asked: dict[str, Any] | None = None, **found: str) -> list[str]:
    patient = msgspec.structs.replace(PATIENT, **(asked or {}))
    return [each.trait for each in differences(patient, "STU-1", msgspec.structs.replace(SAME, **found))]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, {}),
        ({"family_name": "Lefèvre-D’Arc"}, {"family": "LEFEVRE DARC"}),
        ({"used_name": "DURAND"}, {"family": "DURAND"}),
        ({}, {"given": "JEANNE MARIE"}),
        ({"sex": "U"}, {}),
        ({}, {"birth_date": "", "sex": ""}),
    ],
)
def test_the_same_person_written_otherwise(asked: dict[str, str], found: dict[str, str]) -> None:
    assert traits(asked, **found) == []


@pytest.mark.parametrize(
    ("found", "trait"),
    [
        ({"family": "MARTINEZ"}, "family_name"),
        ({"given": "Paule"}, "given_name"),
        ({"birth_date": "19480313"}, "birth_date"),
        ({"sex": "M"}, "sex"),
    ],
)
def test_another_person(found: dict[str, str], trait: str) -> None:
    assert traits(**found) == [trait]


def test_an_initial_is_not_the_same_given_name() -> None:
    assert traits(given="J") == ["given_name"]


def test_two_national_identifiers_are_two_people() -> None:
    assert traits({"ins": "248037512345678"}, ins="248037512345679") == ["ins"]


def test_images_without_name_and_birth_date_are_nobody_s() -> None:
    assert traits(family="", given="", birth_date="", sex="") == ["anonymous"]
