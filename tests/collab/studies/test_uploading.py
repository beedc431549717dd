"""What an announcement may ask of the disk, and what a name may be."""

from __future__ import annotations

import pytest

from collab.accounts.models import Hospital
from collab.kit.caller import Caller
from collab.kit.refusals import BadInput, TooMany
from collab.studies.importing import Intake
from collab.studies.manifest import NewUpload
from collab.studies.models import StudyImport, Upload
from collab.studies.rules import MAX_UPLOAD_BYTES, MAX_WAITING_BYTES
from collab.studies.uploading import UploadTooLarge, begin_upload
from tests import make


@pytest.fixture
def doctor(intake: Intake, hospital: Hospital) -> Caller:
    with intake.database.transaction() as session:
        return make.caller(make.person(session, hospital))


def test_what_one_person_has_waiting_is_bounded_and_over_imports_do_not_count(intake: Intake, doctor: Caller) -> None:
    with intake.database.transaction() as session:
        state = begin_upload(session, NewUpload(name="a", size=0), by=doctor, intake=intake)
        session.get_one(Upload, state.upload_id).size = MAX_WAITING_BYTES
        session.flush()
        with pytest.raises(TooMany) as refused:
            begin_upload(session, NewUpload(name="b", size=1), by=doctor, intake=intake)
        assert refused.value.code == "upload_quota"
        session.get_one(StudyImport, state.batch).state = "done"
        begin_upload(session, NewUpload(name="b", size=1), by=doctor, intake=intake)


def test_one_upload_is_bounded(intake: Intake, doctor: Caller) -> None:
    with intake.database.transaction() as session, pytest.raises(UploadTooLarge):
        begin_upload(session, NewUpload(name="a", size=MAX_UPLOAD_BYTES + 1), by=doctor, intake=intake)


def test_a_name_is_taken_once_in_a_drop(intake: Intake, doctor: Caller) -> None:
    with intake.database.transaction() as session:
        first = begin_upload(session, NewUpload(name="a", size=1), by=doctor, intake=intake)
        with pytest.raises(BadInput) as refused:
            begin_upload(session, NewUpload(name="a", size=2, batch=first.batch), by=doctor, intake=intake)
        elsewhere = begin_upload(session, NewUpload(name="a", size=2), by=doctor, intake=intake)
    assert refused.value.code == "upload_name_taken"
    assert elsewhere.batch != first.batch


def test_the_place_on_disk_is_made_of_our_own_names(intake: Intake, doctor: Caller) -> None:
    with intake.database.transaction() as session:
        state = begin_upload(session, NewUpload(name="../../etc/cron.d/x", size=1), by=doctor, intake=intake)
    assert state.name == "../../etc/cron.d/x"
    assert state.upload_id.startswith("UPL-")
