"""The gate, the list that agrees with it, grants, priors, and what is set aside."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from collab.accounts import service as accounts
from collab.accounts.models import Hospital
from collab.audit.models import AuditEntry
from collab.kit.caller import Caller, Role
from collab.kit.ids import GRANT, new_id
from collab.kit.refusals import NotAllowed, NotFound
from collab.studies import service, store
from collab.studies.importing import Intake
from collab.studies.models import Study, StudyGrant
from tests import make
from tests.collab.studies.make import dicom, folder, import_all, series, study, uid
from tests.make import NIGHT


@pytest.fixture
def doctor(intake: Intake, hospital: Hospital) -> Caller:
    with intake.database.transaction() as session:
        return make.caller(make.person(session, hospital))


@pytest.fixture
def expert(intake: Intake) -> Caller:
    with intake.database.transaction() as session:
        return make.caller(make.person(session, make.hospital(session, "CHU de Beaurivage")))


@pytest.fixture
def study_id(intake: Intake, hospital: Hospital, tmp_path: Path) -> str:
    return study(intake, tmp_path, hospital)


def test_the_list_shows_exactly_what_the_gate_opens(
    intake: Intake, study_id: str, doctor: Caller, expert: Caller, hospital: Hospital
) -> None:
    """Every role, house, grantee and state of a grant: the condition in SQL against the rule."""
    with intake.database.transaction() as session:
        team = accounts.add_team(
            session, hospital_id=expert.hospital_id, name="Garde", specialty="neuroradiology", members=[]
        )
        callers = [
            replace(who, role=role, team_ids=teams)
            for who, role, teams in itertools.product((doctor, expert), Role, (frozenset[str](), frozenset({team.id})))
        ]
        grantees = [
            {"person_id": expert.person_id},
            {"team_id": team.id},
            {"hospital_id": expert.hospital_id},
            {"hospital_id": hospital.id},
        ]
        times = [
            {"since": NIGHT, "until": None, "revoked_at": None},
            {"since": NIGHT, "until": NIGHT + timedelta(hours=1), "revoked_at": None},
            {"since": NIGHT, "until": NIGHT, "revoked_at": None},
            {"since": NIGHT, "until": None, "revoked_at": NIGHT},
            {"since": NIGHT + timedelta(minutes=1), "until": None, "revoked_at": None},
        ]
        for grantee, life in itertools.product(grantees, times):
            empty = {"person_id": None, "team_id": None, "hospital_id": None}
            grant = StudyGrant(
                id=new_id(GRANT), study_id=study_id, purpose="x", granted_by="x", **{**empty, **grantee}, **life
            )
            session.add(grant)
            session.flush()
            for caller in callers:
                listed = bool(store.list_visible(session, caller, words=(), at=NIGHT))
                assert listed == is_open(session, study_id, caller), (grantee, life, caller)
            session.delete(grant)
            session.flush()


def is_open(session: Session, study_id: str, caller: Caller) -> bool:
    try:
        service.access_study(session, study_id, caller, at=NIGHT)
    except NotFound:
        return False
    return True


def test_an_expert_cannot_pass_on_what_was_granted(
    intake: Intake, study_id: str, doctor: Caller, expert: Caller
) -> None:
    with intake.database.transaction() as session:
        service.grant_study(session, study_id, by=doctor, at=NIGHT, purpose="EXR-1", person_id=expert.person_id)
        with pytest.raises(NotAllowed):
            service.grant_study(session, study_id, by=expert, at=NIGHT, purpose="EXR-1", person_id=doctor.person_id)


def test_who_does_not_see_a_study_cannot_grant_it(intake: Intake, study_id: str, expert: Caller) -> None:
    with intake.database.transaction() as session, pytest.raises(NotFound):
        service.grant_study(session, study_id, by=expert, at=NIGHT, purpose="EXR-1", person_id=expert.person_id)


def test_revoking_a_purpose_leaves_other_purposes(
    intake: Intake, study_id: str, doctor: Caller, expert: Caller
) -> None:
    with intake.database.transaction() as session:
        for purpose in ("EXR-1", "EXR-2"):
            service.grant_study(session, study_id, by=doctor, at=NIGHT, purpose=purpose, person_id=expert.person_id)
        (revoked,) = service.revoke_grants(session, "EXR-1", by=doctor, at=NIGHT)
        assert revoked.purpose == "EXR-1"
        assert [grant.purpose for grant in service.list_live_grants(session, study_id, at=NIGHT)] == ["EXR-2"]
        service.access_study(session, study_id, expert, at=NIGHT)
    with intake.database.transaction() as session:
        by_number = select(AuditEntry.act).where(AuditEntry.object_id == study_id).order_by(AuditEntry.seq)
        acts = list(session.scalars(by_number))
    assert acts[-3:] == ["study.granted", "study.granted", "study.revoked"]


def test_priors_are_of_the_same_strict_traits_and_newest_first(
    intake: Intake, hospital: Hospital, doctor: Caller, study_id: str, tmp_path: Path
) -> None:
    older = study(intake, tmp_path, hospital, StudyDate="20240101", PatientName="Martin^Paul")
    newer = study(intake, tmp_path, hospital, StudyDate="20250101")
    study(intake, tmp_path, hospital, PatientName="MARTIN^Pierre")
    study(intake, tmp_path, hospital, PatientBirthDate="19500204")
    study(intake, tmp_path, hospital, PatientSex="")
    with intake.database.transaction() as session:
        manifest = service.open_study(session, study_id, doctor, at=NIGHT)
    assert [prior.study_id for prior in manifest.priors] == [newer, older]


def test_a_homonym_with_another_identifier_of_the_same_house_is_no_prior(
    intake: Intake, hospital: Hospital, doctor: Caller, study_id: str, tmp_path: Path
) -> None:
    study(intake, tmp_path, hospital, PatientID="V-999")
    with intake.database.transaction() as session:
        found = session.get_one(Study, study_id)
        assert service.find_priors(session, found, doctor, at=NIGHT) == []


def test_a_prior_elsewhere_is_shown_only_to_who_may_see_it(
    intake: Intake, doctor: Caller, expert: Caller, study_id: str, tmp_path: Path
) -> None:
    with intake.database.transaction() as session:
        beaurivage = session.get_one(Hospital, expert.hospital_id)
    elsewhere = study(intake, tmp_path, beaurivage, PatientID="B-77")
    with intake.database.transaction() as session:
        found = session.get_one(Study, study_id)
        assert service.find_priors(session, found, doctor, at=NIGHT) == []
        service.grant_study(session, elsewhere, by=expert, at=NIGHT, purpose="EXR-1", person_id=doctor.person_id)
        (prior,) = service.find_priors(session, found, doctor, at=NIGHT)
    assert prior.id == elsewhere


def test_a_grantee_is_not_told_of_nameless_files_that_came_with_the_study(
    intake: Intake, hospital: Hospital, doctor: Caller, expert: Caller, tmp_path: Path
) -> None:
    study_uid = uid()
    files = {**series(2, study_uid=study_uid), "DUPONT-Jean.txt": b"of somebody else"}
    files["wrong.dcm"] = dicom(study_uid=study_uid, series_uid=uid(), PatientSex="F")
    (study_id,) = import_all(intake, [folder(tmp_path / "in", files)], hospital_id=hospital.id).study_ids
    with intake.database.transaction() as session:
        found = session.get_one(Study, study_id)
        seen = {who: service.list_set_aside(session, found, caller) for who, caller in (("d", doctor), ("e", expert))}
        names = {who: {left.file_name for left in rows} for who, rows in seen.items()}
    assert names == {"d": {"in/wrong.dcm", "in/DUPONT-Jean.txt"}, "e": {"in/wrong.dcm"}}


def test_searching_is_recorded_without_what_was_searched(intake: Intake, study_id: str, doctor: Caller) -> None:
    with intake.database.transaction() as session:
        assert [line.study_id for line in service.list_studies(session, doctor, "martin", at=NIGHT)] == [study_id]
    with intake.database.transaction() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "studies.listed")).one()
        assert dict(entry.facts) == {"shown": 1, "searched": 1}
