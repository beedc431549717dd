"""Imports: the good go in, the bad are set aside with their reason, and twice is once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from collab.accounts.models import Hospital
from collab.audit.models import AuditEntry
from collab.kit.caller import Role
from collab.kit.refusals import NotAllowed
from collab.studies.importing import Intake
from collab.studies.models import Instance, Series, SetAside, Study, StudyImport
from tests import make
from tests.collab.studies.make import archive, dicom, folder, import_all, series, uid


def left_behind(intake: Intake) -> dict[str, str]:
    with intake.database.transaction() as session:
        return {row.file_name: row.code for row in session.scalars(select(SetAside))}


def test_a_secretary_may_not_import(intake: Intake, hospital: Hospital, tmp_path: Path) -> None:
    with intake.database.transaction() as session:
        secretary = make.caller(make.person(session, hospital, role=Role.SECRETARY))
    with pytest.raises(NotAllowed):
        import_all(intake, [folder(tmp_path / "in", series())], by=secretary, hospital_id=hospital.id)


def test_nobody_imports_for_another_hospital(intake: Intake, hospital: Hospital, tmp_path: Path) -> None:
    with intake.database.transaction() as session:
        stranger = make.caller(make.person(session, make.hospital(session)))
    with pytest.raises(NotAllowed):
        import_all(intake, [folder(tmp_path / "in", series())], by=stranger, hospital_id=hospital.id)


def test_a_folder_becomes_a_study_with_its_originals_unchanged(
    intake: Intake, hospital: Hospital, tmp_path: Path
) -> None:
    files = series(3)
    imported = import_all(intake, [folder(tmp_path / "in", files)], hospital_id=hospital.id)
    assert (imported.files, imported.stored, imported.set_aside) == (3, 3, 0)
    with intake.database.transaction() as session:
        study = session.scalars(select(Study)).one()
        assert (study.family_name, study.given_name, study.received, study.modalities) == ("MARTIN", "Paul", 3, ["CT"])
        kept = [intake.blobs.read(sha256) for sha256 in session.scalars(select(Instance.sha256))]
    assert sorted(kept) == sorted(files.values())


def test_the_same_files_again_change_nothing(intake: Intake, hospital: Hospital, tmp_path: Path) -> None:
    place = folder(tmp_path / "in", series(3))
    first = import_all(intake, [place], hospital_id=hospital.id)
    again = import_all(intake, [place], hospital_id=hospital.id)
    assert (again.stored, again.known, again.set_aside) == (0, 3, 0)
    assert again.study_ids == first.study_ids
    with intake.database.transaction() as session:
        assert len(session.scalars(select(Instance)).all()) == 3


def test_the_same_file_twice_in_one_folder_is_one_instance(intake: Intake, hospital: Hospital, tmp_path: Path) -> None:
    one = dicom(study_uid=uid(), series_uid=uid())
    place = folder(tmp_path / "in", {"a.dcm": one, "b.dcm": one})
    imported = import_all(intake, [place], hospital_id=hospital.id)
    assert (imported.stored, imported.known) == (1, 1)


def test_other_bytes_under_a_known_uid_are_set_aside_and_never_replace(
    intake: Intake, hospital: Hospital, tmp_path: Path
) -> None:
    names = {"study_uid": uid(), "series_uid": uid(), "sop_instance_uid": uid()}
    original = dicom(**names)
    import_all(intake, [folder(tmp_path / "a", {"original.dcm": original})], hospital_id=hospital.id)
    other = folder(tmp_path / "b", {"other.dcm": dicom(**names, value=7)})
    imported = import_all(intake, [other], hospital_id=hospital.id)
    assert (imported.stored, imported.set_aside) == (0, 1)
    assert left_behind(intake) == {"b/other.dcm": "conflicting_instance"}
    with intake.database.transaction() as session:
        assert intake.blobs.read(session.scalars(select(Instance.sha256)).one()) == original


def test_a_file_of_another_patient_in_the_same_study_is_set_aside(
    intake: Intake, hospital: Hospital, tmp_path: Path
) -> None:
    study_uid = uid()
    files = series(2, study_uid=study_uid)
    files["wrong.dcm"] = dicom(study_uid=study_uid, series_uid=uid(), PatientBirthDate="19500204")
    imported = import_all(intake, [folder(tmp_path / "in", files)], hospital_id=hospital.id)
    assert (imported.stored, imported.set_aside) == (2, 1)
    with intake.database.transaction() as session:
        left = session.scalars(select(SetAside)).one()
        assert (left.code, left.facts) == ("other_patient_same_study", {"differs": "birth_date"})
        assert left.study_id == imported.study_ids[0]


def test_two_hospitals_keep_their_own_study_of_the_same_uid(intake: Intake, hospital: Hospital, tmp_path: Path) -> None:
    with intake.database.transaction() as session:
        other = make.hospital(session)
    place = folder(tmp_path / "in", series(2))
    ours = import_all(intake, [place], hospital_id=hospital.id)
    theirs = import_all(intake, [place], hospital_id=other.id)
    assert (ours.stored, theirs.stored) == (2, 2)
    assert set(ours.study_ids).isdisjoint(theirs.study_ids)


def test_a_zip_is_opened_and_what_a_disc_adds_is_left_out(intake: Intake, hospital: Hospital, tmp_path: Path) -> None:
    files = {f"DICOM/{name}": content for name, content in series(2).items()}
    files |= {"DICOMDIR": b"index", "autorun.inf": b"[autorun]", "VIEWER/readme.txt": b"see the manual"}
    imported = import_all(intake, [archive(tmp_path / "disc.zip", files)], hospital_id=hospital.id)
    assert (imported.files, imported.stored) == (3, 2)
    assert left_behind(intake) == {"disc.zip/VIEWER/readme.txt": "not_dicom"}


def test_an_archive_in_an_archive_stays_closed(intake: Intake, hospital: Hospital, tmp_path: Path) -> None:
    inner = archive(tmp_path / "inner.zip", series(1)).read_bytes()
    outer = archive(tmp_path / "outer.zip", {"inner.zip": inner, **series(1)})
    imported = import_all(intake, [outer], hospital_id=hospital.id)
    assert imported.stored == 1
    assert left_behind(intake) == {"outer.zip/inner.zip": "nested_archive"}


def test_a_link_is_not_followed(intake: Intake, hospital: Hospital, tmp_path: Path) -> None:
    place = folder(tmp_path / "in", series(1))
    (place / "passwd.dcm").symlink_to("/etc/passwd")
    imported = import_all(intake, [place], hospital_id=hospital.id)
    assert imported.stored == 1
    assert left_behind(intake) == {"in/passwd.dcm": "link"}


def test_uids_that_would_be_paths_are_refused(intake: Intake, hospital: Hospital, tmp_path: Path) -> None:
    bad = dicom(study_uid=uid(), series_uid=uid())
    at = bad.index(b"1.2.840.10008.5.1.4.1.1.2", 200)
    evil = bad[:at] + b"../../../../etc/cron.d/x."[:25] + bad[at + 25 :]
    imported = import_all(intake, [folder(tmp_path / "in", {"evil.dcm": evil})], hospital_id=hospital.id)
    assert (imported.stored, imported.set_aside) == (0, 1)
    assert left_behind(intake) == {"in/evil.dcm": "bad_uid"}


def test_import_is_recorded_without_the_patients_name(intake: Intake, hospital: Hospital, tmp_path: Path) -> None:
    import_all(intake, [folder(tmp_path / "in", series(2))], hospital_id=hospital.id)
    with intake.database.transaction() as session:
        entries = session.scalars(select(AuditEntry)).all()
        assert {"study.imported", "import.finished"} <= {entry.act for entry in entries}
        assert "MARTIN" not in str([entry.facts for entry in entries])


def test_a_study_version_names_its_instances_and_not_their_order(
    intake: Intake, hospital: Hospital, tmp_path: Path
) -> None:
    files = series(4)
    with intake.database.transaction() as session:
        other = make.hospital(session)
    import_all(intake, [folder(tmp_path / "a", files)], hospital_id=hospital.id)
    for name in reversed(files):
        import_all(intake, [folder(tmp_path / name, {name: files[name]})], hospital_id=other.id)
    with intake.database.transaction() as session:
        one, two = session.scalars(select(Study.version))
    assert one == two


def test_progress_is_told_and_kept(intake: Intake, hospital: Hospital, tmp_path: Path) -> None:
    imported = import_all(intake, [folder(tmp_path / "in", series(3))], hospital_id=hospital.id)
    with intake.database.transaction() as session:
        row = session.scalars(select(StudyImport)).one()
        assert (row.state, row.seen, row.stored) == ("done", imported.files, 3)
        assert session.scalars(select(Series.state)).one() == "queued"


def test_real_files_with_malformed_ones_among_them(
    intake: Intake, hospital: Hospital, test_data: Path, tmp_path: Path
) -> None:
    place = tmp_path / "mixed"
    place.mkdir()
    real = sorted((test_data / "01_head_ct" / "ge_hispeed_tilt18_varspacing").iterdir())
    for path in [*real, *sorted((test_data / "11_malformed" / "pydicom").iterdir())]:
        (place / path.name).write_bytes(path.read_bytes())
    imported = import_all(intake, [place], hospital_id=hospital.id)
    with intake.database.transaction() as session:
        tilted = session.scalars(select(Study).where(Study.received == len(real))).one()
        codes = Counter(session.scalars(select(SetAside.code)))
    assert tilted.id in imported.study_ids
    assert imported.stored + imported.known + imported.set_aside == imported.files
    assert codes["truncated"] >= 1


def test_one_image_in_ten_syntaxes_is_one_instance_and_the_others_conflict(
    intake: Intake, hospital: Hospital, test_data: Path
) -> None:
    place = test_data / "08_transfer_syntaxes" / "cs3d_same_ct_15_syntaxes"
    import_all(intake, [place], hospital_id=hospital.id)
    assert Counter(left_behind(intake).values())["conflicting_instance"] == 9
