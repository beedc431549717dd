"""The preparer: takes queued series, has them prepared by limited processes, and says when they are ready."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
from sqlalchemy import delete
from sqlalchemy.orm import Session

from collab.audit import service as audit
from collab.kit.ids import new_id
from collab.studies import store
from collab.studies.background import Background
from collab.studies.growing import QUIET_S, Growing
from collab.studies.importing import Intake
from collab.studies.indexing import SET_ASIDE, safe_facts
from collab.studies.models import Instance, Series, SetAside
from collab.studies.prepared import FORMAT, PreparedFolders, StoredStack, prepared_name
from collab.studies.readying import SILENCE_TIMEOUT_S, Readier
from collab.studies.rules import SERIES_MOVES, SeriesState
from collab.studies.work import assemble_originals
from dicom_render.numbering import announced
from dicom_render.prepare import PreparedSeries, StackSummary
from dicom_render.refusal import Refusal as RenderRefusal
from dicom_render.stack_writing import gaps_of
from dicom_render.workers import WorkersBusy

log = logging.getLogger("consilium.studies")

BY = "preparer"
# Segmentations and dose grids are whole and stored; they are just no pictures of their own.
NOT_DRAWN = "not_drawn"
# Half copied originals of dead processes are removed when they are a day old.
STAGING_AGE_S = 86_400


@dataclass(frozen=True, kw_only=True)
class _Job:
    """What one preparation is made from."""

    series_id: str
    study_id: str
    version: str
    hashes: tuple[str, ...]


class Preparer:
    """The part of a running server that makes series ready; its queue is the state of their rows."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._folders = PreparedFolders(intake.settings)
        self._readier = Readier(intake, self._note)
        self._growing = Growing()
        self._background = Background("prepare", self._step, threads=intake.settings.workers)

    def start(self) -> None:
        """Take up what an earlier process left, then work in the background."""
        self.recover()
        self._background.start()

    def wake(self) -> None:
        self._background.wake()

    def stop(self) -> None:
        self._background.stop()
        self.close()

    def close(self) -> None:
        """Give back the disk of what was readied; it can be used again."""
        self._readier.parts.close()

    @contextmanager
    def at_work(self) -> Generator[None]:
        """In the background for the block, beside a server perhaps: what others are at is left to them."""
        self._background.start()
        try:
            yield
        finally:
            self._background.stop(timeout_s=None)

    def expect(self, study_ids: Iterable[str]) -> None:
        """More of these studies is coming in: what is here of them can be readied meanwhile."""
        expected = set(study_ids)
        self._readier.expect(expected)
        self._growing.come(expected, at=time.monotonic())
        self.wake()

    def recover(self) -> None:
        """Queue again what was interrupted, and clear away what is of no use."""
        with self._intake.database.transaction() as session:
            store.requeue_interrupted(session)
            store.requeue_outdated(session, ending=f"-{FORMAT}")
            current = store.list_prepared_versions(session)
        self._folders.sweep(current)
        self._readier.parts.sweep()
        self._intake.blobs.clear_staging(before=time.time() - STAGING_AGE_S)

    def prepare_next(self) -> bool:
        """Prepare one queued series, else ready images of one that is coming in; False if there is neither."""
        return self._prepare_next(but=frozenset()) or self._readier.ready_expected()

    def _step(self) -> bool:
        """The same, but a series that grows waits for a pause among its images, which are readied meanwhile."""
        growing = self._growing.waiting(at=time.monotonic())
        if self._prepare_next(but=growing) or self._readier.ready_expected():
            return True
        if growing:
            self._background.rest(QUIET_S)
        return bool(growing)

    def _prepare_next(self, *, but: frozenset[str]) -> bool:
        with self._intake.database.transaction() as session:
            job = _claim(session, but)
            if job is None:
                for exhausted in store.list_exhausted(session):
                    self._refuse(session, exhausted, "give_up", code="preparation_failed")
                return False
        with self._readier.parts.holding(job.series_id):
            self._prepare(job)
        self._growing.prepared(job.study_id, at=time.monotonic())
        return True

    def _prepare(self, job: _Job) -> None:
        place = self._folders.begin(job.series_id)
        done: PreparedSeries | RenderRefusal | None = None
        try:
            self._readier.ready_all(job.series_id, job.hashes)
            prepared = self._assemble(job, place)
            self._folders.finish(place, job.series_id, prepared_name(job.version))
            done = prepared
        except WorkersBusy:
            pass
        except RenderRefusal as refusal:
            # Killed from outside, as a machine without memory does: that says nothing about the files.
            done = None if refusal.facts.get("status") == -signal.SIGKILL else refusal
        finally:
            self._folders.drop(place)
            # A fault of ours or of the disk: the series waits for another try rather than for the next start.
            with self._intake.database.transaction() as session:
                self._finish(session, job, done)

    def _assemble(self, job: _Job, place: Path) -> PreparedSeries:
        parts = [str(path) for path in self._readier.parts.paths_of(job.series_id, job.hashes)]
        paths = [str(self._intake.blobs.path_of(sha256)) for sha256 in job.hashes]
        return self._intake.workers.run(assemble_originals, parts, paths, str(place), timeout_s=SILENCE_TIMEOUT_S)

    def _note(self, done: int, total: int) -> None:
        """Hearing from the worker is what matters: it keeps its time-out from running."""
        log.debug("prepared %d of %d", done, total)

    def _finish(self, session: Session, job: _Job, done: PreparedSeries | RenderRefusal | None) -> None:
        series = store.get_held_series(session, job.series_id)
        if series.state != SeriesState.PREPARING or series.version != job.version:
            return  # New instances have come in, and have queued it again.
        if done is None:
            series.state = SERIES_MOVES[SeriesState.PREPARING, "requeue"]
        elif isinstance(done, RenderRefusal):
            self._refuse(session, series, "refuse", code=done.code)
        else:
            self._set_aside(session, series, done)
            if done.stacks:
                self._make_ready(session, series, done)
            else:
                self._refuse(session, series, "refuse", code=_why_nothing(done))

    def _make_ready(self, session: Session, series: Series, done: PreparedSeries) -> None:
        series.state = SERIES_MOVES[SeriesState.PREPARING, "finish"]
        series.refusal, series.prepared_version = None, prepared_name(series.version)
        series.stacks = [msgspec.to_builtins(_stored(stack)) for stack in done.stacks]
        self._record(session, series, "series.prepared", stacks=len(done.stacks))

    def _refuse(self, session: Session, series: Series, move: str, *, code: str) -> None:
        series.state = SERIES_MOVES[SeriesState(series.state), move]
        series.refusal, series.stacks, series.prepared_version = code, [], None
        self._record(session, series, "series.refused", code=code)

    def _set_aside(self, session: Session, series: Series, done: PreparedSeries) -> None:
        """Files that were stored but cannot be drawn; those of an earlier preparation are replaced."""
        session.execute(delete(SetAside).where(SetAside.series_id == series.id))
        instances = {row.sha256: row for row in store.list_instances(session, series.id)}
        for left in done.set_aside:
            if left.code == NOT_DRAWN:
                continue
            instance = instances[Path(left.path).name]
            session.add(self._row(series, instance, code=left.code, facts=dict(left.facts)))

    def _row(self, series: Series, instance: Instance, *, code: str, facts: dict[str, object]) -> SetAside:
        return SetAside(
            id=new_id(SET_ASIDE),
            import_id=instance.import_id,
            hospital_id=instance.hospital_id,
            study_id=series.study_id,
            series_id=series.id,
            file_name=instance.file_name,
            size=instance.size,
            sha256=instance.sha256,
            code=code,
            facts=safe_facts(facts),
            by_name=BY,
            at=self._intake.clock(),
        )

    def _record(self, session: Session, series: Series, act: str, **facts: str | int) -> None:
        audit.record(session, act, by=BY, at=self._intake.clock(), kind="series", object_id=series.id, **facts)


def _claim(session: Session, but: frozenset[str]) -> _Job | None:
    series = store.claim_next(session, but=but)
    if series is None:
        return None
    hashes = store.list_hashes(session, series.id)
    return _Job(series_id=series.id, study_id=series.study_id, version=series.version, hashes=hashes)


def _why_nothing(done: PreparedSeries) -> str:
    """Documents (SR, KOS, presentation states) have nothing to draw; else the first reason stands for all."""
    return done.set_aside[0].code if done.set_aside else "no_pixels"


def _stored(stack: StackSummary) -> StoredStack:
    return StoredStack(
        stack=stack.stack,
        kind=stack.kind,
        reason=stack.reason,
        frames=stack.frames,
        rows=stack.rows,
        columns=stack.columns,
        warnings=tuple(caution.code for caution in stack.warnings),
        label=stack.label,
        siblings=stack.siblings,
        missing=sum(gap.missing for gap in gaps_of(stack.warnings)),
        expected=announced(stack.warnings),
        laterality=stack.laterality,
        view_position=stack.view_position,
    )
