"""Queries of the DICOMweb doors, on both databases."""

from __future__ import annotations

from pathlib import Path

from collab.accounts.models import Hospital
from collab.dicomweb import store
from collab.dicomweb.attributes import Level
from collab.kit.database import Database
from collab.studies.importing import Intake
from dicom_render.workers import Workers
from tests import make
from tests.collab.studies import make as make_studies


def test_a_search_reads_the_same_rows_on_both_databases(
    either_database: Database, workers: Workers, tmp_path: Path
) -> None:
    intake = make_studies.intake(either_database, tmp_path / "data", workers)
    with either_database.transaction() as session:
        hospital = make.hospital(session)
    files = make_studies.series(3)
    folder = make_studies.folder(tmp_path / "in", files)
    make_studies.import_all(intake, [folder], hospital_id=hospital.id)
    with either_database.transaction() as session:
        assert [len(list(store.search(session, level, []))) for level in Level] == [1, 1, 3]
        rows = list(store.search(session, Level.INSTANCE, []))
        assert [instance.instance_number for _, _, instance in rows if instance] == [1, 2, 3]
        assert store.count_series(session, {rows[0][0].id}) == {rows[0][0].id: 1}
        headers = store.list_headers(session, [instance.id for _, _, instance in rows if instance])
        assert all("MARTIN" in header for header in headers.values())


def test_originals_are_found_by_each_level(intake: Intake, hospital: Hospital, tmp_path: Path) -> None:
    study_id = make_studies.study(intake, tmp_path, hospital, count=2)
    with intake.database.transaction() as session:
        every = store.list_originals(session, study_id)
        assert len(every) == 2
        uid = every[1].sop_instance_uid
        assert store.list_originals(session, study_id, series_uid=every[0].series_uid) == every
        assert store.list_originals(session, study_id, sop_instance_uid=uid) == [every[1]]
        assert store.list_originals(session, study_id, series_uid="1.2") == []
