"""Files sent by a browser, in pieces that can be resumed, gathered in one import a drop; it never reads DICOM."""

from __future__ import annotations

import re
import shutil
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from collab.audit import service as audit
from collab.kit.caller import Caller
from collab.kit.ids import UPLOAD, new_id
from collab.kit.refusals import BadInput, NotAllowed, NotFound, Refusal, TooMany
from collab.kit.settings import Settings
from collab.studies import import_store
from collab.studies.importing import Intake, new_import
from collab.studies.manifest import NewUpload, UploadState
from collab.studies.models import StudyImport, Upload
from collab.studies.rules import (
    CARE_ROLES,
    IMPORT_MOVES,
    MAX_UPLOAD_BYTES,
    MAX_UPLOADS_IN_IMPORT,
    MAX_WAITING_BYTES,
    MIN_FREE_BYTES,
    ImportState,
)
from collab.studies.sources import Source, clean_name

_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


class UploadTooLarge(Refusal):
    """More bytes than one upload may have, or than it said it has."""

    code = "upload_too_large"
    status = 413


class DiskFull(Refusal):
    """There is no room to take this in; reading goes on."""

    code = "disk_full"
    status = 507


class WrongOffset(Refusal):
    """The bytes sent do not follow those that are here; facts say where to go on."""

    code = "upload_offset"
    status = 409


class UploadClosed(Refusal):
    """The drop is finished: it takes no more."""

    code = "upload_closed"
    status = 409


class UploadIncomplete(Refusal):
    """Some files are not here whole yet; facts say how many."""

    code = "upload_incomplete"
    status = 409


def access_upload(session: Session, upload_id: str, caller: Caller) -> tuple[StudyImport, Upload | None]:
    """The gate: an upload, or a whole drop by its own id, is its owner's alone. Raises `NotFound`."""
    upload = import_store.find_upload(session, upload_id)
    found = import_store.find_import(session, upload.import_id if upload else upload_id)
    if found is None or found.person_id is None or found.person_id != caller.person_id:
        raise NotFound
    return found, upload


def begin_upload(session: Session, new: NewUpload, *, by: Caller, intake: Intake) -> UploadState:
    """Announce a file. The same name in the same batch again is the same upload: announcing can be repeated."""
    if by.role not in CARE_ROLES:
        raise NotAllowed("import_not_allowed")
    _check_announced(new)
    name = clean_name(new.name)
    batch = _open_batch(session, new.batch, by, intake)
    known = import_store.find_upload_named(session, import_id=batch.id, name=name)
    if known is not None:
        if known.size != new.size:
            raise BadInput("upload_name_taken", name=name)
        return state_of(session, batch, known)
    _check_room(session, new.size, by=by, settings=intake.settings)
    if import_store.count_uploads(session, batch.id) >= MAX_UPLOADS_IN_IMPORT:
        raise TooMany("upload_too_many", limit=MAX_UPLOADS_IN_IMPORT)
    upload = Upload(id=new_id(UPLOAD), import_id=batch.id, name=name, size=new.size, received=0, sha256=new.sha256)
    session.add(upload)
    batch.files += 1
    batch.changed_at = intake.clock()
    session.flush()
    return state_of(session, batch, upload)


def _check_announced(new: NewUpload) -> None:
    if not new.name.strip() or new.size < 0:
        raise BadInput(field="name" if new.size >= 0 else "size")
    if new.sha256 is not None and not _SHA256.match(new.sha256):
        raise BadInput(field="sha256")
    if new.size > MAX_UPLOAD_BYTES:
        raise UploadTooLarge(limit_bytes=MAX_UPLOAD_BYTES)


def _open_batch(session: Session, batch_id: str | None, by: Caller, intake: Intake) -> StudyImport:
    if batch_id is None:
        batch = new_import(by=by, hospital_id=by.hospital_id, state=ImportState.RECEIVING, intake=intake)
        session.add(batch)
        session.flush()
        return batch
    batch, _ = access_upload(session, batch_id, by)
    if batch.state != ImportState.RECEIVING:
        raise UploadClosed
    return batch


def _check_room(session: Session, size: int, *, by: Caller, settings: Settings) -> None:
    if import_store.sum_waiting(session, by.person_id) + size > MAX_WAITING_BYTES:
        raise TooMany("upload_quota", limit_bytes=MAX_WAITING_BYTES)
    # Copied once into the store and prepared beside it.
    if shutil.disk_usage(settings.data).free < 3 * size + MIN_FREE_BYTES:
        raise DiskFull


def finish_upload(session: Session, upload_id: str, *, by: Caller, at: datetime) -> UploadState:
    """Close the drop that an upload belongs to: its import waits to be started. Can be repeated."""
    batch, upload = access_upload(session, upload_id, by)
    if batch.state == ImportState.RECEIVING:
        missing = import_store.count_incomplete(session, batch.id)
        if missing:
            raise UploadIncomplete(missing=missing)
        batch.state = IMPORT_MOVES[ImportState.RECEIVING, "finish"]
        batch.changed_at = at
        audit.record(session, "import.sent", by=by, at=at, kind="import", object_id=batch.id, files=batch.files)
        session.flush()
    return state_of(session, batch, upload)


def state_of(session: Session, batch: StudyImport, upload: Upload | None) -> UploadState:
    """What its owner is told; for a whole drop, sizes are sums."""
    uploads = [upload] if upload else import_store.list_uploads(session, batch.id)
    return UploadState(
        upload_id=upload.id if upload else batch.id,
        batch=batch.id,
        name=upload.name if upload else "",
        size=sum(each.size for each in uploads),
        received=sum(each.received for each in uploads),
        state=ImportState(batch.state).value,
        files=batch.files,
        seen=batch.seen,
        stored=batch.stored,
        known=batch.known,
        set_aside=batch.set_aside,
        study_ids=tuple(batch.study_ids),
    )


def uploads_folder(settings: Settings) -> Path:
    """Where drops wait, a folder each."""
    return settings.data.absolute() / "uploads"


def folder_of(settings: Settings, import_id: str) -> Path:
    """Where the bytes of a drop wait, a file an upload; both names are ours."""
    return uploads_folder(settings) / import_id


def sources_of(session: Session, settings: Settings, import_id: str) -> list[Source]:
    """What a finished drop brings to be imported."""
    folder = folder_of(settings, import_id)
    uploads = import_store.list_uploads(session, import_id)
    return [Source(path=folder / upload.id, name=upload.name, sha256=upload.sha256) for upload in uploads]
