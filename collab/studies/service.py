"""See, list, share and describe studies; how studies come in stands in `importing` and `uploading`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from collab.audit import service as audit
from collab.kit.caller import Caller
from collab.kit.clock import utc_now
from collab.kit.ids import GRANT, new_id
from collab.kit.refusals import NotAllowed, NotFound
from collab.studies import store
from collab.studies.describing import patient_entry, prior_entry, series_entry, study_line
from collab.studies.manifest import StudyLine, StudyManifest, StudyVersion
from collab.studies.models import Series, SetAside, Study, StudyGrant
from collab.studies.patients import plain
from collab.studies.rules import Grant, is_live, is_of_house, may_see
from collab.studies.store import visible_to as visible_to


def access_study(session: Session, study_id: str, caller: Caller, *, at: datetime | None = None) -> Study:
    """The one gate to a study: raises `NotFound` for an absent one and for one that the caller may not see.

    `at` is the instant at which grants must be live; left out, it is now.
    """
    study = store.find_study(session, study_id)
    if study is None or not is_seen(session, study_id, caller, hospital_id=study.hospital_id, at=at or utc_now()):
        raise NotFound
    return study


def access_series(
    session: Session, study_id: str, caller: Caller, *, series_uid: str, at: datetime | None = None
) -> Series:
    """A series behind the gate of its study."""
    access_study(session, study_id, caller, at=at)
    series = store.find_series(session, study_id=study_id, series_uid=series_uid)
    if series is None:
        raise NotFound
    return series


def is_seen(session: Session, study_id: str, caller: Caller, *, hospital_id: str, at: datetime) -> bool:
    """Whether the caller may see a study that is there, `hospital_id` being where it was produced."""
    if is_of_house(caller, hospital_id):
        return True
    grants = [_as_grant(grant) for grant in store.list_grants(session, study_id)]
    return may_see(caller, hospital_id=hospital_id, grants=grants, at=at)


def _as_grant(row: StudyGrant) -> Grant:
    return Grant(
        person_id=row.person_id,
        team_id=row.team_id,
        hospital_id=row.hospital_id,
        since=row.since,
        until=row.until,
        revoked_at=row.revoked_at,
    )


def list_studies(session: Session, caller: Caller, search: str = "", *, at: datetime | None = None) -> list[StudyLine]:
    """The newest studies that the caller may see; every word of `search` must be in name, identifier or text."""
    at = at or utc_now()
    studies = store.list_visible(session, caller, words=plain(search).split(), at=at)
    unready = store.list_unready(session, [study.id for study in studies])
    searched = 1 if search.strip() else 0
    audit.record(
        session,
        "studies.listed",
        by=caller,
        at=at,
        kind="study",
        object_id="*",
        shown=len(studies),
        searched=searched,
    )
    return [study_line(study, is_ready=study.id not in unready) for study in studies]


def open_study(session: Session, study_id: str, caller: Caller, *, at: datetime) -> StudyManifest:
    """A study for the screen, the reading recorded."""
    study = access_study(session, study_id, caller, at=at)
    audit.record(session, "study.opened", by=caller, at=at, kind="study", object_id=study.id, version=study.version)
    return study_manifest(session, study, caller, at=at)


def study_version(session: Session, study_id: str, caller: Caller, *, at: datetime) -> StudyVersion:
    """For a page that shows the study already, which was recorded: what may have come since."""
    study = access_study(session, study_id, caller, at=at)
    is_ready = study.id not in store.list_unready(session, [study.id])
    return StudyVersion(version=study.version, state="ready" if is_ready else "preparing")


def grant_study(
    session: Session,
    study_id: str,
    *,
    by: Caller,
    at: datetime,
    purpose: str,
    person_id: str | None = None,
    team_id: str | None = None,
    hospital_id: str | None = None,
    until: datetime | None = None,
) -> StudyGrant:
    """Let one person, team or hospital see a study for a purpose (such as an expertise request's id).

    Only people in care at the producing hospital may; raises `NotAllowed` for others who see it.
    """
    study = access_study(session, study_id, by, at=at)
    if not is_of_house(by, study.hospital_id):
        raise NotAllowed("grant_not_allowed")
    assert [person_id, team_id, hospital_id].count(None) == 2, "a grant has exactly one grantee"
    grant = StudyGrant(
        id=new_id(GRANT),
        study_id=study.id,
        person_id=person_id,
        team_id=team_id,
        hospital_id=hospital_id,
        purpose=purpose,
        granted_by=by.person_id,
        since=at,
        until=until,
        revoked_at=None,
    )
    session.add(grant)
    session.flush()
    audit.record(
        session,
        "study.granted",
        by=by,
        at=at,
        kind="study",
        object_id=study.id,
        grant=grant.id,
        purpose=purpose,
        person=person_id,
        team=team_id,
        hospital=hospital_id,
        until=until.isoformat() if until else None,
    )
    return grant


def revoke_grants(session: Session, purpose: str, *, by: Caller | str, at: datetime) -> list[StudyGrant]:
    """End every live grant of a purpose; whoever decides that the purpose is over has been asked by the caller."""
    revoked = list(store.list_live_grants_for(session, purpose))
    for grant in revoked:
        grant.revoked_at = at
        audit.record(
            session,
            "study.revoked",
            by=by,
            at=at,
            kind="study",
            object_id=grant.study_id,
            grant=grant.id,
            purpose=purpose,
        )
    session.flush()
    return revoked


def list_live_grants(session: Session, study_id: str, *, at: datetime) -> list[StudyGrant]:
    """Who else may see a study at this instant."""
    return [grant for grant in store.list_grants(session, study_id) if is_live(_as_grant(grant), at)]


def find_priors(session: Session, study: Study, caller: Caller, *, at: datetime | None = None) -> list[Study]:
    """Other studies of the same person (strict traits) that the caller may see, newest first.

    Two local identifiers of one hospital that differ, or two national ones, are two people until somebody merged them.
    """
    found = store.list_same_person(session, study, caller, at or utc_now())
    return [other for other in found if not _are_told_apart(study, other)]


def _are_told_apart(study: Study, other: Study) -> bool:
    if study.ins and other.ins and study.ins_oid == other.ins_oid:
        return study.ins != other.ins
    same_issuer = study.hospital_id == other.hospital_id and study.patient_id_issuer == other.patient_id_issuer
    return bool(same_issuer and study.patient_id and other.patient_id and study.patient_id != other.patient_id)


def list_set_aside(session: Session, study: Study, caller: Caller) -> list[SetAside]:
    """Files that did not go in: those of this study and, for its own house, the nameless ones that came with it."""
    own = list(store.list_set_aside(session, study.id))
    if not is_of_house(caller, study.hospital_id):
        return own
    return own + list(store.list_set_aside_of_imports(session, store.list_import_ids(session, study.id)))


def list_left(session: Session, import_id: str) -> list[SetAside]:
    """Everything that one import set aside; for whoever carried it out."""
    return list(store.list_set_aside_of_import(session, import_id))


def count_studies(session: Session) -> int:
    """How many studies there are, whoever may see them."""
    return store.count_studies(session)


def study_manifest(session: Session, study: Study, caller: Caller, *, at: datetime | None = None) -> StudyManifest:
    """What the client needs to show a study that the caller has passed the gate of."""
    objects = store.list_without_picture(session, study.id)
    series = [
        series_entry(study.id, row, [each for each in objects if each.series_id == row.id])
        for row in store.list_series(session, study.id)
    ]
    priors = find_priors(session, study, caller, at=at)
    return StudyManifest(
        study_id=study.id,
        study_uid=study.study_uid,
        description=study.description,
        date=study.study_date,
        time=study.study_time,
        accession_number=study.accession_number,
        modalities=tuple(study.modalities),
        patient=patient_entry(study),
        hospital=study.hospital.name,
        received=study.received,
        version=study.version,
        state="preparing" if any(entry.state == "preparing" for entry in series) else "ready",
        set_aside=store.count_set_aside(session, study.id),
        series=tuple(series),
        priors=tuple(prior_entry(prior) for prior in priors),
    )


def list_originals(session: Session, study_ids: Sequence[str]) -> list[tuple[Study, list[tuple[str, str, str]]]]:
    """Studies with (series UID, SOP Instance UID, SHA-256 of the file as received) of all that they hold.

    For features that have their own gate.
    """
    studies = [study for study_id in study_ids if (study := session.get(Study, study_id)) is not None]
    return [(study, store.list_original_keys(session, study_id=study.id)) for study in studies]
