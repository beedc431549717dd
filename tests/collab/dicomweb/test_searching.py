"""Searches find exactly what the caller may see and the query matches, whatever is written in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from collab.accounts.models import Hospital
from collab.dicomweb.attributes import Json, Level
from collab.dicomweb.matching import matcher
from collab.dicomweb.refusals import BadRequest
from collab.dicomweb.searching import Results, search, understood
from collab.kit.caller import Caller
from collab.studies.importing import Intake
from collab.studies.models import Study
from tests import make
from tests.collab.studies import make as make_studies

NAMES = ("LEFÈVRE^Chloé", "O'BRIEN^Seán", "DUPONT^100%_sûr", "MARTIN^Paul\\\\")
LEVELS = {"studies": Level.STUDY, "series": Level.SERIES, "instances": Level.INSTANCE}


@dataclass(frozen=True)
class Desk:
    """Four studies of the house and one of another, and who searches them."""

    session: Session
    caller: Caller

    def ask(self, query: str, level: str = "studies") -> Results:
        asked = understood(LEVELS[level], parse_qsl(query, keep_blank_values=True))
        return search(self.session, asked, self.caller, root="https://x/dicomweb", at=make.NIGHT)

    def names(self, query: str) -> set[str]:
        return {each["00100010"]["Value"][0]["Alphabetic"] for each in self.ask(query).items}


@pytest.fixture
def desk(intake: Intake, hospital: Hospital, tmp_path: Path) -> Iterator[Desk]:
    with intake.database.transaction() as session:
        away = make.hospital(session, "Hôpital de Belrive")
        caller = make.caller(make.person(session, hospital))
    for number, name in enumerate([*NAMES, "SECRET^Autre"]):
        files = make_studies.series(
            1,
            PatientName=name.replace("\\\\", ""),
            PatientID=f"V-{number}",
            StudyDate=f"2026010{number + 1}",
            AccessionNumber=f"A{number}",
        )
        folder = make_studies.folder(tmp_path / str(number), files)
        home = away if name.startswith("SECRET") else hospital
        make_studies.import_all(intake, [folder], hospital_id=home.id)
    with intake.database.transaction() as session:
        yield Desk(session, caller)


def test_names_are_found_without_accents_and_fuzzily(desk: Desk) -> None:
    assert desk.names("PatientName=lefevre*") == {"LEFÈVRE^Chloé"}
    assert desk.names("00100010=LEFÈVRE^CHLOÉ") == {"LEFÈVRE^Chloé"}
    assert desk.names("PatientName=chlo lef&fuzzymatching=true") == {"LEFÈVRE^Chloé"}
    assert desk.names("PatientName=sean o'b&fuzzymatching=true") == {"O'BRIEN^Seán"}
    assert desk.names("PatientName=chlo lef") == set()


def test_percent_and_underscore_are_only_letters(desk: Desk) -> None:
    assert desk.names("PatientName=*100%25_*") == {"DUPONT^100%_sûr"}
    assert desk.names("PatientName=%25") == set()
    assert desk.names("PatientName=_artin*") == set()


def test_dates_lists_and_other_keys_narrow(desk: Desk) -> None:
    assert desk.names("StudyDate=20260102-20260103") == {"O'BRIEN^Seán", "DUPONT^100%_sûr"}
    assert desk.names("AccessionNumber=A1") == {"O'BRIEN^Seán"}
    assert desk.names("AccessionNumber=A?&PatientID=v-2") == {"DUPONT^100%_sûr"}
    assert len(desk.ask("ModalitiesInStudy=CT,MR").items) == 4
    assert desk.ask("ModalitiesInStudy=MR").items == []
    uids = [each["0020000D"]["Value"][0] for each in desk.ask("").items]
    assert len(desk.ask(f"StudyInstanceUID={uids[0]},{uids[2]}").items) == 2


def test_nothing_of_another_hospital_is_found(desk: Desk) -> None:
    for level in LEVELS:
        assert len(desk.ask("includefield=00100010", level).items) == 4
        assert desk.ask("PatientName=SECRET*", level).items == []


def test_newest_come_first_and_pages_say_whether_more_follow(desk: Desk) -> None:
    pages = [desk.ask(f"limit=2&offset={offset}") for offset in (0, 2, 4)]
    assert [page.has_more for page in pages] == [True, False, False]
    dates = [each["00080020"]["Value"][0] for page in pages for each in page.items]
    assert dates == ["20260104", "20260103", "20260102", "20260101"]


def test_fields_are_added_by_keyword_by_tag_and_all(desk: Desk) -> None:
    def fields(query: str) -> Json:
        return desk.ask(query).items[0]

    assert "00100021" not in fields("")
    for query in ("IssuerOfPatientID", "00100021", "all", "NotKept,IssuerOfPatientID"):
        assert "00100021" in fields(f"includefield={query}")


def test_keys_of_a_lower_level_are_refused(desk: Desk) -> None:
    with pytest.raises(BadRequest):
        desk.ask("SOPInstanceUID=1.2", "studies")


HOSTILE = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["' OR 1=1 --", '"; DROP TABLE study; --', "%", "_", "\\", "*%*", "' UNION SELECT 1 --", "a*'?"]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=st.sampled_from(["PatientName", "PatientID", "AccessionNumber", "StudyDescription"]), text=HOSTILE)
def test_whatever_is_asked_the_answer_is_that_of_a_list_in_memory(desk: Desk, key: str, text: str) -> None:
    rows = [row for row in desk.session.query(Study).all() if row.hospital_id == desk.caller.hospital_id]
    columns = {"PatientName": ("PN", "patient_name"), "PatientID": ("LO", "patient_id")}
    columns |= {"AccessionNumber": ("SH", "accession_number"), "StudyDescription": ("LO", "description")}
    vr, column = columns[key]
    is_match = matcher(vr, text, fuzzy=False)
    expected = {row.study_uid for row in rows if is_match(getattr(row, column))}
    asked = understood(Level.STUDY, [(key, text)])
    found = search(desk.session, asked, desk.caller, root="", at=make.NIGHT)
    assert {each["0020000D"]["Value"][0] for each in found.items} == expected
    assert desk.session.query(Study).count() == 5
