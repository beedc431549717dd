"""Objects that are no images: who may not read them, what is sent, and that their series are no failures."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pydicom
import pytest
from pydicom.uid import UID

from collab.accounts.models import Hospital
from collab.studies.importing import Intake
from dicom_render.registration import REFUSALS
from tests import make
from tests.collab.studies import make as make_studies
from tests.collab.studies.live import Live, serving
from tests.dicom_render import registrations

FILES = (
    "10_objects/seg_on_ge_liver_3slices/liver.dcm",
    "04_pet/qin_headneck_rwv_sr/sr.dcm",
    "10_objects/rt_breast/rtss.dcm",
    "10_objects/rt_breast/rtplan.dcm",
    "10_objects/derived_highdicom/gsps_window_polyline_text.dcm",
)
STUDY_UID = "2.25.771"
ROOT = Path(__file__).parents[3]


@pytest.fixture
async def live(intake: Intake, hospital: Hospital) -> AsyncIterator[Live]:
    async with serving(intake, hospital) as found:
        yield found


def study_of(live: Live, place: Path, hospital: Hospital, test_data: Path) -> str:
    """One patient's study of real objects, each in a series of its own."""
    place.mkdir()
    for number, name in enumerate(FILES):
        read = pydicom.dcmread(test_data / name, force=True)
        read.StudyInstanceUID, read.SeriesInstanceUID = STUDY_UID, f"{STUDY_UID}.{number}"
        for keyword, value in make_studies.PATIENT.items():
            setattr(read, keyword, value)
        read.save_as(place / f"{number}.dcm", enforce_file_format=True)
    report = pydicom.dcmread(place / "1.dcm")
    report.SOPClassUID = report.file_meta.MediaStorageSOPClassUID = UID("1.2.840.10008.5.1.4.1.1.104.1")
    report.SOPInstanceUID = report.file_meta.MediaStorageSOPInstanceUID = UID(f"{STUDY_UID}.9")
    report.SeriesInstanceUID, report.Modality = f"{STUDY_UID}.8", "DOC"
    report.MIMETypeOfEncapsulatedDocument, report.EncapsulatedDocument = "application/pdf", b"%PDF-1.7 %%EOF"
    report.save_as(place / "pdf.dcm", enforce_file_format=True)
    imported = make_studies.import_all(live.intake, [place], hospital_id=hospital.id)
    make_studies.prepare_all(live.intake)
    (study_id,) = imported.study_ids
    return study_id


async def test_objects_are_behind_the_gate_of_their_study(
    live: Live, hospital: Hospital, tmp_path: Path, test_data: Path
) -> None:
    study_id = study_of(live, tmp_path / "in", hospital, test_data)
    series = (await live.client.get(f"/api/studies/{study_id}")).json()["series"]
    urls = [each["url"] for one in series for each in one["objects"]]
    with live.intake.database.transaction() as session:
        stranger = make.person(session, make.hospital(session, "Centre hospitalier de Belrive"))
    await live.client.post("/logout")
    assert {(await live.client.get(url)).status_code for url in urls} == {401}
    await live.client.post("/login", data={"email": stranger.email, "password": make.PASSWORD})
    assert {(await live.client.get(url)).status_code for url in urls} == {404}


async def test_each_object_is_listed_and_read(live: Live, hospital: Hospital, tmp_path: Path, test_data: Path) -> None:
    study_id = study_of(live, tmp_path / "in", hospital, test_data)
    series = (await live.client.get(f"/api/studies/{study_id}")).json()["series"]
    assert all((one["state"], one["refusal"], one["stacks"]) == ("ready", None, []) for one in series)
    found = {each["kind"]: each["url"] for one in series for each in one["objects"]}
    assert set(found) == {"segmentation", "report", "structures", "not_shown", "presentation", "document"}
    for kind in ("segmentation", "report", "structures", "presentation"):
        answer = await live.client.get(found[kind])
        assert (answer.status_code, answer.json()["type"]) == (200, kind)
        again = await live.client.get(found[kind], headers={"if-none-match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    refused = await live.client.get(found["not_shown"])
    assert (refused.status_code, refused.json()["facts"]) == (422, {"reason": "no_content"})


async def test_a_document_is_saved_and_never_run(
    live: Live, hospital: Hospital, tmp_path: Path, test_data: Path
) -> None:
    study_id = study_of(live, tmp_path / "in", hospital, test_data)
    answer = await live.client.get(f"/api/studies/{study_id}/objects/{STUDY_UID}.9/document")
    assert answer.content == b"%PDF-1.7 %%EOF"
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_an_image_is_no_object(live: Live, hospital: Hospital, tmp_path: Path) -> None:
    study_id = make_studies.study(live.intake, tmp_path, hospital, count=1)
    manifest = (await live.client.get(f"/api/studies/{study_id}")).json()
    assert manifest["series"][0]["objects"] == []
    assert (await live.client.get(f"/api/studies/{study_id}/objects/1.2.3")).status_code == 404


async def test_a_registration_is_read_and_one_that_is_not_applied_says_why(
    live: Live, hospital: Hospital, tmp_path: Path
) -> None:
    place = tmp_path / "in"
    place.mkdir()
    items = {"1": [registrations.item("1.2.9", registrations.IDENTITY)], "2": []}
    for number, held in items.items():
        names = {"SOPInstanceUID": f"{STUDY_UID}.{number}", "SeriesInstanceUID": f"{STUDY_UID}.3{number}"}
        made = registrations.dataset("1.2.8", held, StudyInstanceUID=STUDY_UID, **names, **make_studies.PATIENT)
        (place / f"{number}.dcm").write_bytes(registrations.file_of(made))
    (study_id,) = make_studies.import_all(live.intake, [place], hospital_id=hospital.id).study_ids
    make_studies.prepare_all(live.intake)
    series = (await live.client.get(f"/api/studies/{study_id}")).json()["series"]
    found = {each["sop_instance_uid"]: each for one in series for each in one["objects"]}
    assert {each["kind"] for each in found.values()} == {"registration"}
    answer = await live.client.get(found[f"{STUDY_UID}.1"]["url"])
    assert [each["frame_of_reference_uid"] for each in answer.json()["frames"]] == ["1.2.8", "1.2.9"]
    refused = await live.client.get(found[f"{STUDY_UID}.2"]["url"])
    assert (refused.status_code, refused.json()["refused"]) == (422, "registration_joins_nothing")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_reason_against_a_registration_has_a_sentence(language: str) -> None:
    sentences = json.loads((ROOT / f"web/locales/{language}/studies.json").read_text())
    assert {f"refused.{code}" for code in REFUSALS} <= sentences.keys()
