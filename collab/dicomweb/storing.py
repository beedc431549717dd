"""STOW-RS (PS3.18 10.5): instances received as parts, imported as any drop is, each one's fate told."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import msgspec
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from collab.dicomweb import store
from collab.dicomweb.asking import intake_of, root_of, site_of, worked_apart
from collab.dicomweb.attributes import Json, element
from collab.dicomweb.parts import Parts, Received, boundary_of
from collab.dicomweb.refusals import BadRequest
from collab.kit.caller import Caller
from collab.kit.ids import new_id
from collab.kit.refusals import NotAllowed
from collab.studies.doors import called
from collab.studies.importing import READ_TIMEOUT_S, Intake, import_files
from collab.studies.preparing import Preparer
from collab.studies.rules import CARE_ROLES
from collab.studies.service import list_left
from collab.studies.sources import ReadFile, Source, is_archive
from collab.studies.uploading import folder_of
from collab.studies.work import read_file, read_file_strictly
from dicom_render.headers import InstanceHeader
from dicom_render.refusal import Unreadable
from dicom_render.workers import WorkerDied, WorkerFailed

STORING = "STW"
DICOM_JSON = "application/dicom+json"
# A sender that is silent for longer has lost its network.
_SILENCE_S = 20
_BUFFER_BYTES = 1 << 20

# PS3.4 Table B.2-1 and PS3.7 C: why an instance was not stored.
DUPLICATE = 0x0111
OUT_OF_RESOURCES = 0xA700
DOES_NOT_MATCH = 0xA900
CANNOT_UNDERSTAND = 0xC000
_REASONS = {
    "conflicting_instance": DUPLICATE,
    "other_patient_same_study": DOES_NOT_MATCH,
    "too_large": OUT_OF_RESOURCES,
}


# A file that kills its reader is one that failed, not a reason to lose the others.
_UNREAD = (Unreadable, WorkerDied, WorkerFailed)


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A part that was read: its header, or the reason why it cannot be stored."""

    part: Received
    header: InstanceHeader | None
    reason: int | None

    @property
    def source(self) -> Source:
        read = None if self.header is None else ReadFile(sha256=self.part.sha256, header=self.header)
        return Source(path=self.part.path, name=self.part.path.name, read=read)

    @property
    def is_tried(self) -> bool:
        """Given to the import; what has no header goes too, to be set aside where people see it."""
        return self.reason is None or (self.reason == CANNOT_UNDERSTAND and self.header is None)


async def receive_instances(request: Request) -> Response:
    """Store the instances of a multipart body at your hospital; each one's success or failure is told."""
    caller = await called(request, _allowed)
    boundary = boundary_of(request.headers.get("content-type", ""))
    intake = intake_of(request)
    folder = folder_of(intake.settings, new_id(STORING))
    try:
        received = await _received(request, await run_in_threadpool(Parts, folder, boundary))
        stored = _Storing(intake, caller, root=root_of(request), study_uid=request.path_params.get("study_uid"))
        answer, status = await worked_apart(stored.store, received)
    finally:
        await run_in_threadpool(shutil.rmtree, folder, True)
    # As a rule more of the study follows in the next request.
    site_of(request).part(Preparer).expect(stored.study_ids)
    return Response(msgspec.json.encode(answer), status, media_type=DICOM_JSON)


def _allowed(_request: Request, _session: Session, caller: Caller) -> Caller:
    if caller.role not in CARE_ROLES:
        raise NotAllowed("import_not_allowed")
    return caller


async def _received(request: Request, parts: Parts) -> list[Received]:
    body, waiting = aiter(request.stream()), bytearray()
    try:
        while True:
            try:
                waiting += await asyncio.wait_for(anext(body), _SILENCE_S)
            except StopAsyncIteration:
                break
            if len(waiting) >= _BUFFER_BYTES:
                await run_in_threadpool(parts.feed, bytes(waiting))
                waiting.clear()
        await run_in_threadpool(parts.feed, bytes(waiting))
        return await run_in_threadpool(parts.finish)
    except (TimeoutError, ClientDisconnect):
        raise BadRequest(field="body") from None
    finally:
        parts.close()


class _Storing:
    """The parts of one request on their way in."""

    def __init__(self, intake: Intake, by: Caller, *, root: str, study_uid: str | None) -> None:
        self._intake = intake
        self._by = by
        self._root = root
        self._study_uid = study_uid
        self.study_ids: tuple[str, ...] = ()

    def store(self, received: Sequence[Received]) -> tuple[Json, int]:
        """The answer's document and status. Raises `BadRequest` without parts, and what workers raise."""
        if not received:
            raise BadRequest(field="body")
        with ThreadPoolExecutor(self._intake.settings.workers, thread_name_prefix="judge") as pool:
            judged = list(pool.map(self._judge, received))
        sources = [each.source for each in judged if each.is_tried]
        left: dict[str, str] = {}
        if sources:
            done = import_files(self._intake, sources, by=self._by, hospital_id=self._by.hospital_id)
            self.study_ids = done.study_ids
            with self._intake.database.transaction() as session:
                left = {row.file_name: row.code for row in list_left(session, done.import_id)}
        return self._answer(judged, left)

    def _judge(self, part: Received) -> Judged:
        if part.is_too_large:
            return Judged(part=part, header=None, reason=OUT_OF_RESOURCES)
        # An archive would be imported as all that is in it, which nobody could tell the sender.
        if part.content_type not in {"", "application/dicom"} or is_archive(part.path):
            return Judged(part=part, header=None, reason=DOES_NOT_MATCH)
        try:
            header = self._read(read_file_strictly, part)
        except _UNREAD:
            return self._judge_unsound(part)
        is_other = self._study_uid is not None and header.study_uid != self._study_uid
        return Judged(part=part, header=header, reason=DOES_NOT_MATCH if is_other else None)

    def _judge_unsound(self, part: Received) -> Judged:
        """By its header alone: with one, the sender is told which instance it keeps; without, people see the file."""
        try:
            return Judged(part=part, header=self._read(read_file, part), reason=CANNOT_UNDERSTAND)
        except _UNREAD as refusal:
            return Judged(part=part, header=None, reason=_REASONS.get(refusal.code, CANNOT_UNDERSTAND))

    def _read(self, read: Callable[[str], InstanceHeader], part: Received) -> InstanceHeader:
        return self._intake.workers.run(read, str(part.path), timeout_s=READ_TIMEOUT_S)

    def _answer(self, judged: Sequence[Judged], left: dict[str, str]) -> tuple[Json, int]:
        with self._intake.database.transaction() as session:
            hashes = {each.part.sha256 for each in judged if each.reason is None}
            here = store.list_paths(session, hospital_id=self._by.hospital_id, hashes=hashes)
        stored: list[Json] = []
        failed: list[Json] = []
        nameless: list[Json] = []
        for each in judged:
            path = here.get(each.part.sha256) if each.reason is None else None
            if each.header is None:
                nameless.append(_failure(each.reason))
            elif path is not None:
                stored.append({**_named(each.header), "00081190": element("UR", [self._root + path])})
            else:
                reason = each.reason or _REASONS.get(left.get(each.part.path.name, ""), CANNOT_UNDERSTAND)
                failed.append({**_named(each.header), **_failure(reason)})
        return _document(stored, failed, nameless), 200 if len(stored) == len(judged) else 202 if stored else 409


def _named(header: InstanceHeader) -> Json:
    return {"00081150": element("UI", [header.sop_class_uid]), "00081155": element("UI", [header.sop_instance_uid])}


def _failure(reason: int | None) -> Json:
    return {"00081197": element("US", [reason or CANNOT_UNDERSTAND])}


def _document(stored: list[Json], failed: list[Json], nameless: list[Json]) -> Json:
    """PS3.18 10.5.3 and Table I.1-1: what has no UIDs of its own is told as one of the other failures."""
    kinds = {"00081198": failed, "00081199": stored, "0008119A": nameless}
    return {tag: {"vr": "SQ", "Value": items} for tag, items in kinds.items() if items}
