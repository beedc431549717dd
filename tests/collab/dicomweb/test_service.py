"""The gate: UIDs lead only to studies that the caller may see, and never mix two hospitals' studies."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from collab.accounts.models import Hospital
from collab.dicomweb.service import access_study_uid, header_of, read_originals
from collab.kit.caller import Role
from collab.kit.refusals import NotFound
from collab.studies.importing import Intake
from collab.studies.readings import Readings
from tests import make
from tests.collab.studies import make as make_studies


def test_each_hospital_is_given_its_own_study_of_a_uid(intake: Intake, hospital: Hospital, tmp_path: Path) -> None:
    with intake.database.transaction() as session:
        other = make.hospital(session, "Hôpital de Belrive")
        doctors = {home.id: make.caller(make.person(session, home)) for home in (hospital, other)}
        secretary = make.caller(make.person(session, hospital, role=Role.SECRETARY))
    study_uid = make_studies.uid()
    folder = make_studies.folder(tmp_path / "in", make_studies.series(2, study_uid=study_uid))
    for home in (hospital, other):
        make_studies.import_all(intake, [folder], hospital_id=home.id)
    with intake.database.transaction() as session:
        for home_id, doctor in doctors.items():
            assert access_study_uid(session, study_uid, doctor, at=make.NIGHT).hospital_id == home_id
        for caller, asked in ((secretary, study_uid), (doctors[other.id], "1.2.3")):
            with pytest.raises(NotFound):
                access_study_uid(session, asked, caller, at=make.NIGHT)
        read = partial(read_originals, session, study_uid, doctors[other.id], what="originals", readings=Readings())
        with pytest.raises(NotFound):
            read(series_uid="1.2.3", at=make.NIGHT)
        found = read(at=make.NIGHT)
        assert header_of(session, found[0]).study_uid == study_uid
