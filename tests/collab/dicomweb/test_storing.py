"""STOW-RS: what is stored, what is not and why, as the sender is told."""

from __future__ import annotations

import io
from pathlib import Path

import pydicom
import pytest

from collab.kit.caller import Role
from collab.studies.models import Study, StudyImport
from tests import make
from tests.collab.dicomweb.conftest import Pacs
from tests.collab.dicomweb.test_retrieving import path_of
from tests.collab.studies import make as make_studies

MULTIPART = 'multipart/related; type="application/dicom"; boundary=x'


def body(*files: bytes, content_type: str = "application/dicom") -> bytes:
    parts = (f"--x\r\nContent-Type: {content_type}\r\n\r\n".encode() + each + b"\r\n" for each in files)
    return b"".join(parts) + b"--x--\r\n"


def reasons(answer: dict[str, dict[str, list[dict[str, dict[str, list[int]]]]]], tag: str) -> list[int]:
    return [item["00081197"]["Value"][0] for item in answer[tag]["Value"]]


def test_the_library_stores_and_reads_back(pacs: Pacs) -> None:
    files = make_studies.series(2)
    sent = [pydicom.dcmread(io.BytesIO(each)) for each in files.values()]
    answer = pacs.library().store_instances(sent)
    assert [str(item.ReferencedSOPInstanceUID) for item in answer.ReferencedSOPSequence] == [
        str(each.SOPInstanceUID) for each in sent
    ]
    assert "FailedSOPSequence" not in answer
    read = pacs.library().retrieve_series(sent[0].StudyInstanceUID, sent[0].SeriesInstanceUID)
    assert [each.PixelData for each in read] == [each.PixelData for each in sent]
    assert pacs.get(str(answer.ReferencedSOPSequence[0].RetrieveURL).partition("/dicomweb")[2]).status_code == 200


def test_what_is_stored_is_byte_for_byte_what_was_sent_and_can_be_sent_again(pacs: Pacs) -> None:
    data = make_studies.dicom(study_uid=make_studies.uid(), series_uid=make_studies.uid())
    for _ in range(2):
        answer = pacs.post("/studies", body(data), content_type=MULTIPART)
        assert answer.status_code == 200
        assert list(answer.json()) == ["00081199"]
    assert pacs.get(path_of(data), accept="application/dicom").content == data


def test_some_may_fail_and_each_is_told_why(pacs: Pacs) -> None:
    study, series, sop = (str(make_studies.uid()) for _ in range(3))
    good = make_studies.dicom(study_uid=study, series_uid=series, sop_instance_uid=sop)
    changed = make_studies.dicom(study_uid=study, series_uid=series, sop_instance_uid=sop, value=9)
    elses = make_studies.dicom(study_uid=study, series_uid=series, PatientName="AUTRE^Anne", PatientID="V-9")
    other_study = make_studies.dicom(study_uid=make_studies.uid(), series_uid=make_studies.uid())
    sent = body(good, changed, elses, other_study, b"no DICOM at all", b"PK\x03\x04")
    answer = pacs.post(f"/studies/{study}", sent, content_type=MULTIPART)
    assert answer.status_code == 202
    told = answer.json()
    (stored,) = told["00081199"]["Value"]
    assert stored["00081155"]["Value"] == [sop]
    assert reasons(told, "00081198") == [0x0111, 0xA900, 0xA900]
    assert reasons(told, "0008119A") == [0xC000, 0xA900]
    with pacs.intake.database.transaction() as session:
        assert session.query(Study).count() == 1


def test_when_all_fail_the_status_says_so(pacs: Pacs) -> None:
    answer = pacs.post("/studies", body(b"nothing"), content_type=MULTIPART)
    assert (answer.status_code, reasons(answer.json(), "0008119A")) == (409, [0xC000])
    answer = pacs.post("/studies", body(b"{}", content_type="application/json"), content_type=MULTIPART)
    assert (answer.status_code, reasons(answer.json(), "0008119A")) == (409, [0xA900])


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"{}", "application/dicom+json", 415),
        (b"", MULTIPART, 400),
        (b"--x--\r\n", MULTIPART, 400),
        (body(b"cut off")[:-9], MULTIPART, 400),
    ],
)
def test_what_is_no_body_of_instances_is_refused(pacs: Pacs, content: bytes, content_type: str, status: int) -> None:
    assert pacs.post("/studies", content, content_type=content_type).status_code == status
    with pacs.intake.database.transaction() as session:
        assert session.query(StudyImport).count() == 0


def test_nothing_is_left_behind(pacs: Pacs) -> None:
    pacs.post("/studies", body(b"cut off")[:-9], content_type=MULTIPART)
    pacs.post("/studies", body(*make_studies.series(1).values()), content_type=MULTIPART)
    uploads: Path = pacs.intake.settings.data / "uploads"
    assert list(uploads.iterdir()) == []


def test_only_people_in_care_store(pacs: Pacs) -> None:
    with pacs.intake.database.transaction() as session:
        secretary = make.person(session, pacs.hospital, role=Role.SECRETARY)
    token = pacs.token_of(secretary)
    answer = pacs.post("/studies", body(), content_type=MULTIPART, Authorization=f"Bearer {token}")
    assert (answer.status_code, answer.json()["refused"]) == (403, "import_not_allowed")
