"""The doors of DICOMweb, asked by the `dicomweb-client` library on a real socket."""

from __future__ import annotations

from pathlib import Path

import pytest
from dicomweb_client.api import DICOMwebClient

from collab.audit.models import AuditEntry
from tests import make
from tests.collab.dicomweb.conftest import Pacs
from tests.collab.studies import make as make_studies


@pytest.fixture
def files() -> dict[str, bytes]:
    return make_studies.series(3, PatientName="LEFÈVRE^Chloé")


@pytest.fixture
def client(pacs: Pacs, tmp_path: Path, files: dict[str, bytes]) -> DICOMwebClient:
    pacs.bring(tmp_path, files)
    pacs.bring(tmp_path, make_studies.series(2, PatientName="DUPONT^Jean", PatientID="V-002", StudyDate="20200101"))
    return pacs.library()


def value(found: dict[str, dict[str, object]], tag: str) -> object:
    (only,) = found[tag]["Value"]  # pyright: ignore[reportGeneralTypeIssues]
    return only


def test_the_library_walks_from_a_search_to_the_instances(client: DICOMwebClient, files: dict[str, bytes]) -> None:
    (study,) = client.search_for_studies(search_filters={"PatientName": "lefevre*"})
    assert value(study, "00100010") == {"Alphabetic": "LEFÈVRE^Chloé"}
    assert (value(study, "00201206"), value(study, "00201208")) == (1, 3)
    study_uid = str(value(study, "0020000D"))
    (series,) = client.search_for_series(study_uid)
    assert value(series, "0008103E") == "Sans injection"
    series_uid = str(value(series, "0020000E"))
    instances = client.search_for_instances(study_uid, series_uid)
    assert [value(each, "00200013") for each in instances] == [1, 2, 3]
    assert [value(each, "00280010") for each in instances] == [16, 16, 16]
    read = client.retrieve_series(study_uid, series_uid)
    assert [each.InstanceNumber for each in read] == [1, 2, 3]


def test_all_levels_can_be_searched_without_a_path(client: DICOMwebClient) -> None:
    assert len(client.search_for_studies()) == 2
    assert len(client.search_for_series()) == 2
    assert len(client.search_for_instances()) == 5
    assert len(client.search_for_instances(search_filters={"00100020": "V-002"})) == 2


def test_a_search_that_finds_nothing_says_204(pacs: Pacs) -> None:
    assert pacs.get("/studies").status_code == 204


def test_results_come_in_pages_and_say_when_there_are_more(pacs: Pacs, client: DICOMwebClient) -> None:
    seen: list[object] = []
    for offset in range(5):
        page = pacs.get(f"/instances?limit=1&offset={offset}")
        assert ("warning" in page.headers) == (offset < 4)
        seen += [value(each, "00080018") for each in page.json()]
    assert len(set(map(str, seen))) == 5
    assert pacs.get("/instances?limit=5&offset=5").status_code == 204


def test_what_is_not_known_is_refused_and_not_passed_over(pacs: Pacs, client: DICOMwebClient) -> None:
    for query in ("Nonsense=1", "limit=-1", "offset=x", "fuzzymatching=maybe", "StudyDate=yesterday", "Rows=16"):
        answer = pacs.get(f"/studies?{query}")
        assert (answer.status_code, answer.json()["refused"]) == (400, "dicomweb_bad_request"), query


def test_only_json_is_given(pacs: Pacs) -> None:
    assert pacs.get("/studies", accept="application/json").status_code == 204
    assert pacs.get("/studies", accept='multipart/related; type="application/dicom+xml"').status_code == 406


def test_nobody_gets_in_without_a_token(pacs: Pacs) -> None:
    assert pacs.get("/studies", Authorization="Bearer nonsense").status_code == 401


def test_a_study_of_another_hospital_looks_like_none(pacs: Pacs, client: DICOMwebClient, tmp_path: Path) -> None:
    with pacs.intake.database.transaction() as session:
        away = make.hospital(session, "Hôpital de Belrive")
    study_id = make_studies.study(pacs.intake, tmp_path, away)
    uid = make_studies.get_study(pacs.intake, study_id).study_uid
    for tail in ("", "/metadata", "/series", "/instances"):
        absent = make_studies.uid()
        answers = [pacs.get(f"/studies/{each}{tail}") for each in (uid, absent)]
        assert [each.status_code for each in answers] == [404, 404]
        assert answers[0].content == answers[1].content
    assert pacs.get(f"/studies?StudyInstanceUID={uid}").status_code == 204


def test_a_search_is_recorded_once_and_without_names(pacs: Pacs, client: DICOMwebClient) -> None:
    pacs.get("/studies?PatientName=lefevre*")
    with pacs.intake.database.transaction() as session:
        (row,) = [row for row in session.query(AuditEntry) if row.act == "dicomweb.searched"]
        assert "lefevre" not in str(vars(row)).casefold()
