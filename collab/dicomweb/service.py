"""The gate of the DICOMweb doors: from UIDs to stored instances that the caller may see; it reads no file."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy.orm import Session

from collab.audit import service as audit
from collab.dicomweb import store
from collab.dicomweb.store import Held as Held
from collab.dicomweb.store import Original as Original
from collab.kit.caller import Caller
from collab.kit.refusals import NotFound
from collab.studies.readings import Readings
from collab.studies.service import is_seen
from dicom_render.headers import InstanceHeader


def access_study_uid(session: Session, study_uid: str, caller: Caller, *, at: datetime) -> Held:
    """The study of that UID which the caller may see, their own hospital's before another's. Raises `NotFound`.

    Two hospitals can each hold a study of one UID: they are never mixed in one answer.
    """
    for held in store.list_held(session, study_uid, first_of=caller.hospital_id):
        if is_seen(session, held.id, caller, hospital_id=held.hospital_id, at=at):
            return held
    raise NotFound


def read_originals(
    session: Session,
    study_uid: str,
    caller: Caller,
    *,
    series_uid: str | None = None,
    sop_instance_uid: str | None = None,
    what: str,
    readings: Readings,
    at: datetime,
) -> list[Original]:
    """Instances behind the gate of their study; the reading is recorded once in a while, as of stacks on our screens.

    Raises `NotFound` if there are none.
    """
    study = access_study_uid(session, study_uid, caller, at=at)
    found = store.list_originals(session, study.id, series_uid=series_uid, sop_instance_uid=sop_instance_uid)
    if not found:
        raise NotFound
    who = (caller.person_id, caller.login_id)
    reading = (*who, study.id, study.version, what, series_uid or "", sop_instance_uid or "")
    if not readings.is_due(session, reading, at=at):
        return found
    audit.record(
        session,
        "dicomweb.read",
        by=caller,
        at=at,
        kind="study",
        object_id=study.id,
        what=what,
        series_uid=series_uid,
        sop_instance_uid=sop_instance_uid,
        instances=len(found),
        version=study.version,
    )
    return found


def header_of(session: Session, original: Original) -> InstanceHeader:
    """What was kept of an instance's header."""
    return msgspec.json.decode(store.get_header(session, original.instance_id), type=InstanceHeader)
