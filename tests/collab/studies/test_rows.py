"""New rows for what a header says, and the patient's traits read from either."""

from __future__ import annotations

import msgspec
import pytest

from collab.studies.models import Study
from collab.studies.rows import new_series, new_study, traits_of, traits_of_study
from dicom_render.headers import InstanceHeader, Patient
from tests.dicom_render.make import instance
from tests.make import NIGHT

NIR = "1.2.250.1.213.1.4.8"
TEST_NIR = "1.2.250.1.213.1.4.10"
JEANNE = Patient("LE BRÉTON^Jeanne-Marie^^Mme", "248037512345678", NIR, "19480312", "F")


def header(patient: Patient = JEANNE, **changes: object) -> InstanceHeader:
    said = {
        "study_date": "20261123",
        "study_time": "230112",
        "study_description": "TDM  cérébrale",
        "accession_number": "ACC/17",
        "series_description": "Sans injection",
        "series_number": 2,
    }
    return msgspec.structs.replace(instance(), patient=patient, **{**said, **changes})


def study_of(patient: Patient = JEANNE, *, demo: bool = False) -> Study:
    return new_study(header(patient), hospital_id="HOS-1", at=NIGHT, demo=demo)


def test_a_study_keeps_what_its_first_file_says() -> None:
    study = study_of()
    assert (study.hospital_id, study.study_uid) == ("HOS-1", "1.2.3.1")
    assert (study.patient_name, study.family_name, study.given_name) == (JEANNE.name, "LE BRÉTON", "Jeanne-Marie")
    assert (study.birth_date, study.sex, study.patient_id_issuer) == ("19480312", "F", NIR)
    assert (study.study_date, study.study_time, study.accession_number) == ("20261123", "230112", "ACC/17")
    assert (study.created_at, study.changed_at) == (NIGHT, NIGHT)


def test_a_study_begins_without_anything_received() -> None:
    """What it holds is counted when instances are stored, not when one names it."""
    study, series = study_of(), new_series(header(), "STU-1")
    assert (study.received, study.modalities, series.received, series.stacks) == (0, [], 0, [])
    # SHA-256 of nothing: the version of a study without instances (FIPS 180-4 test vector).
    assert study.version == series.version == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(
    "word", ["le breton", "jeanne-marie", "248037512345678", "acc/17", "tdm cerebrale"], ids=lambda word: word
)
def test_what_people_search_by_is_there_without_accents_and_case(word: str) -> None:
    assert word in study_of().search_text


def test_the_groups_of_a_name_are_parted_for_the_search() -> None:
    text = study_of(Patient("Yamada^Tarou=山田^太郎", "1", "", "", "")).search_text
    assert {"yamada", "tarou", "山田", "太郎"} <= set(text.split())


@pytest.mark.parametrize(
    ("issuer", "demo", "is_ins"),
    [(NIR, False, True), (NIR, True, True), (TEST_NIR, False, False), (TEST_NIR, True, True), ("", True, False)],
)
def test_an_identifier_is_the_national_one_by_its_issuer_alone(issuer: str, demo: bool, is_ins: bool) -> None:
    """The authorities for tests name nobody, so outside a demo theirs are plain numbers."""
    study = study_of(msgspec.structs.replace(JEANNE, issuer=issuer), demo=demo)
    assert (study.ins, study.ins_oid) == ((JEANNE.id, issuer) if is_ins else ("", ""))
    assert study.patient_id == JEANNE.id


@pytest.mark.parametrize(("missing", "value"), [("birth_date", ""), ("sex", ""), ("sex", "U"), ("name", "LE BRETON")])
def test_without_a_strict_trait_a_study_is_nobodys_prior(missing: str, value: str) -> None:
    assert study_of().strict_key is not None
    assert study_of(msgspec.structs.replace(JEANNE, **{missing: value})).strict_key is None


def test_a_patient_is_compared_alike_as_file_and_as_row() -> None:
    assert traits_of_study(study_of()) == traits_of(header())


def test_a_series_waits_for_its_instances_before_it_is_prepared() -> None:
    series = new_series(header(), "STU-1")
    assert (series.study_id, series.series_uid, series.number) == ("STU-1", "1.2.3.2", 2)
    assert (series.modality, series.description) == ("CT", "Sans injection")
    assert (series.state, series.attempts, series.refusal, series.prepared_version) == ("receiving", 0, None, None)


def test_a_series_without_a_number_has_none() -> None:
    assert new_series(header(series_number=None), "STU-1").number is None


def test_two_rows_never_share_their_name() -> None:
    assert study_of().id != study_of().id
    assert study_of().id.startswith("STU-")
    assert new_series(header(), "STU-1").id.startswith("SER-")
