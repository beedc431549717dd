"""Take files in: each read by a limited process, kept, then shown; the bad are set aside and the rest goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import delete
from sqlalchemy.orm import Session

from collab.audit import service as audit
from collab.kit.caller import Caller
from collab.kit.clock import Clock, utc_now
from collab.kit.database import Database
from collab.kit.ids import new_id
from collab.kit.refusals import NotAllowed
from collab.kit.settings import Settings
from collab.studies import import_store, store
from collab.studies.archives import BadEntry
from collab.studies.blobs import BlobStore, Staged, TooLarge
from collab.studies.findings import Finding, finding_of, finding_of_left
from collab.studies.indexing import Ledger, Outcome
from collab.studies.models import SetAside, StudyImport
from collab.studies.rules import CARE_ROLES, IMPORT_MOVES, MAX_UPLOAD_BYTES, ImportState
from collab.studies.sources import Candidate, Gathered, ReadFile, Source, gather, is_archive
from collab.studies.work import read_file
from dicom_render.headers import InstanceHeader
from dicom_render.workers import Workers

T = TypeVar("T")

IMPORT = "IMP"
# Files that become visible together: one transaction, so one fsync of the database, for this many.
GROUP = 64
# Reading a header takes 1 to 5 ms; a file that takes this long is set aside.
READ_TIMEOUT_S = 20


@dataclass(frozen=True, kw_only=True)
class ImportProgress:
    """How many of the files found were looked at, and what became of them."""

    import_id: str
    files: int
    seen: int
    stored: int
    known: int
    set_aside: int
    study_ids: tuple[str, ...]


Report = Callable[[ImportProgress], None]


@dataclass(frozen=True, kw_only=True)
class Intake:
    """What every import of a process stands on."""

    database: Database
    settings: Settings
    workers: Workers
    clock: Clock = utc_now

    @property
    def blobs(self) -> BlobStore:
        return blob_store(self.settings)


def blob_store(settings: Settings) -> BlobStore:
    """Where the originals lie."""
    return BlobStore(settings.data / "blobs")


def import_files(
    intake: Intake, sources: Iterable[Source], *, by: Caller | str, hospital_id: str, report: Report | None = None
) -> ImportProgress:
    """Import folders, files and archives for a hospital; `by` is a person in care there, or a part of the program.

    Raises `NotAllowed`. What was stored when it is interrupted stays; a second run recognises it.
    """
    if isinstance(by, Caller) and (by.role not in CARE_ROLES or by.hospital_id != hospital_id):
        raise NotAllowed("import_not_allowed")
    with intake.database.transaction() as session:
        opened = new_import(by=by, hospital_id=hospital_id, state=ImportState.IMPORTING, intake=intake)
        session.add(opened)
    return run_import(intake, opened.id, sources, by=by, report=report)


def new_import(*, by: Caller | str, hospital_id: str, state: ImportState, intake: Intake) -> StudyImport:
    at = intake.clock()
    return StudyImport(
        id=new_id(IMPORT),
        hospital_id=hospital_id,
        person_id=by.person_id if isinstance(by, Caller) else None,
        by_name=by.name if isinstance(by, Caller) else by,
        state=state,
        files=0,
        seen=0,
        stored=0,
        known=0,
        set_aside=0,
        study_ids=[],
        created_at=at,
        changed_at=at,
    )


def run_import(
    intake: Intake, import_id: str, sources: Iterable[Source], *, by: Caller | str, report: Report | None = None
) -> ImportProgress:
    """Carry out an import whose row is there, from its beginning."""
    gathered = gather(sources)
    try:
        return _Run(intake, import_id, by=by, report=report).go(gathered)
    finally:
        gathered.close()


@dataclass(frozen=True, kw_only=True)
class _Begun:
    """A group of files that are copied, and are being read; what was copied and not kept goes with `staging`."""

    group: Sequence[Candidate]
    staged: Sequence[Staged | BadEntry]
    known: dict[str, store.Known]
    reads: Sequence[Future[InstanceHeader] | None]
    staging: ExitStack


class _Run:
    """One import on its way: groups of files, one after the other."""

    def __init__(self, intake: Intake, import_id: str, *, by: Caller | str, report: Report | None) -> None:
        self._intake = intake
        self._import_id = import_id
        self._by = by
        self._report = report
        self._blobs = intake.blobs
        self._brought: set[str] = set()

    def go(self, gathered: Gathered) -> ImportProgress:
        with self._intake.database.transaction() as session:
            row = import_store.get_import(session, self._import_id)
            self._hospital_id = row.hospital_id
            _begin(session, row, files=len(gathered.candidates) + len(gathered.left))
        for left in _groups(gathered.left):
            self._write([finding_of_left(each) for each in left])
        with ThreadPoolExecutor(max_workers=self._intake.settings.workers, thread_name_prefix="import") as pool:
            self._take_all(list(_groups(gathered.candidates)), pool)
        return self._finish()

    def _take_all(self, groups: Sequence[Sequence[Candidate]], pool: ThreadPoolExecutor) -> None:
        """One group after the other; while one is read and made durable, the next is copied."""
        coming: Future[_Begun] | None = None
        with ThreadPoolExecutor(1, thread_name_prefix="copy") as ahead:
            try:
                for group in [*groups, None]:
                    begun = None if coming is None else coming.result()
                    coming = None if group is None else ahead.submit(self._begin, group, pool)
                    if begun is not None:
                        with begun.staging:
                            self._take(begun)
            finally:
                if coming is not None:
                    coming.result().staging.close()

    def _begin(self, group: Sequence[Candidate], pool: ThreadPoolExecutor) -> _Begun:
        """Copy a group of files, and have those read that are not known."""
        with ExitStack() as staging:
            staged = [self._stage(candidate, staging) for candidate in group]
            hashes = [copy.sha256 for copy in staged if isinstance(copy, Staged)]
            # What the group before it brings may not be known yet: the ledger knows it by its UID and its bytes.
            with self._intake.database.transaction() as session:
                known = store.list_known_bytes(session, hospital_id=self._hospital_id, hashes=hashes)
            reads = [
                self._start(copy, known, pool, candidate.read) for candidate, copy in zip(group, staged, strict=True)
            ]
            return _Begun(group=group, staged=staged, known=known, reads=reads, staging=staging.pop_all())

    def _take(self, begun: _Begun) -> None:
        """Keep a group of files once they are read, then let them be seen together."""
        findings = [
            finding_of(candidate, copy, begun.known, read)
            for candidate, copy, read in zip(begun.group, begun.staged, begun.reads, strict=True)
        ]
        # Known ones too: that heals a blob which a crash or a disk has damaged.
        good = (copy for copy, finding in zip(begun.staged, findings, strict=True) if finding.code is None)
        self._blobs.keep([copy for copy in good if isinstance(copy, Staged)])
        self._write(findings)

    def _stage(self, candidate: Candidate, staging: ExitStack) -> Staged | BadEntry:
        if candidate.read is not None:
            adopted = self._blobs.adopt(candidate.path, sha256=candidate.read.sha256)
            staging.callback(self._blobs.drop, adopted)
            return adopted
        try:
            with candidate.open() as source:
                staged = self._blobs.stage(source, limit_bytes=MAX_UPLOAD_BYTES)
        except BadEntry as refusal:
            return refusal
        except TooLarge:
            return BadEntry("too_large", size=candidate.size, most=MAX_UPLOAD_BYTES)
        staging.callback(self._blobs.drop, staged)
        if candidate.archive is not None and is_archive(staged.path):
            return BadEntry("nested_archive")
        return staged

    def _start(
        self,
        copy: Staged | BadEntry,
        known: dict[str, store.Known],
        pool: ThreadPoolExecutor,
        read: ReadFile | None,
    ) -> Future[InstanceHeader] | None:
        if isinstance(copy, BadEntry) or copy.sha256 in known:
            return None
        if read is not None:
            done = Future[InstanceHeader]()
            done.set_result(read.header)
            return done
        return pool.submit(self._intake.workers.run, read_file, str(copy.path), timeout_s=READ_TIMEOUT_S)

    def _write(self, findings: Sequence[Finding]) -> None:
        with self._intake.database.transaction() as session:
            ledger = Ledger(
                session=session,
                import_id=self._import_id,
                hospital_id=self._hospital_id,
                by=self._by,
                at=self._intake.clock(),
                demo=self._intake.settings.demo,
                brought=self._brought,
            )
            ledger.take(findings)
            ledger.close()
            row = import_store.get_import(session, self._import_id)
            _count(row, ledger.outcomes, ledger.study_ids)
            row.changed_at = ledger.at
        self._tell(row)

    def _finish(self) -> ImportProgress:
        with self._intake.database.transaction() as session:
            row = import_store.get_import(session, self._import_id)
            row.state = IMPORT_MOVES[ImportState(row.state), "complete"]
            row.changed_at = self._intake.clock()
            store.queue_series(session, study_ids=row.study_ids)
            audit.record(
                session,
                "import.finished",
                by=self._by,
                at=row.changed_at,
                kind="import",
                object_id=row.id,
                stored=row.stored,
                known=row.known,
                set_aside=row.set_aside,
            )
        self._tell(row)
        return progress_of(row)

    def _tell(self, row: StudyImport) -> None:
        if self._report is not None:
            self._report(progress_of(row))


def progress_of(row: StudyImport) -> ImportProgress:
    """The counts of an import's row."""
    return ImportProgress(
        import_id=row.id,
        files=row.files,
        seen=row.seen,
        stored=row.stored,
        known=row.known,
        set_aside=row.set_aside,
        study_ids=tuple(row.study_ids),
    )


def _begin(session: Session, row: StudyImport, *, files: int) -> None:
    """Also after a crash: what was set aside then is looked at again."""
    session.execute(delete(SetAside).where(SetAside.import_id == row.id))
    row.files, row.seen, row.stored, row.known, row.set_aside, row.study_ids = files, 0, 0, 0, 0, []


def _count(row: StudyImport, outcomes: Counter[Outcome], study_ids: set[str]) -> None:
    row.seen += outcomes.total()
    row.stored += outcomes["stored"]
    row.known += outcomes["known"]
    row.set_aside += outcomes["set_aside"]
    row.study_ids = sorted({*row.study_ids, *study_ids})


def _groups(items: Sequence[T]) -> Iterable[Sequence[T]]:
    return (items[at : at + GROUP] for at in range(0, len(items), GROUP))
