"""The receiver: imports the drops that are here whole, one after the other, and forgets those that never will be."""

from __future__ import annotations

import logging
import shutil
from datetime import timedelta

from sqlalchemy.orm import Session

from collab.accounts.models import Hospital, Person
from collab.audit import service as audit
from collab.kit.caller import Caller, Role
from collab.studies import import_store
from collab.studies.background import Background
from collab.studies.importing import ImportProgress, Intake, run_import
from collab.studies.models import StudyImport
from collab.studies.preparing import Preparer
from collab.studies.rules import IMPORT_MOVES, ImportState
from collab.studies.uploading import folder_of, sources_of, uploads_folder

log = logging.getLogger("consilium.studies")

# A drop that got no byte for this long was given up by its sender.
ABANDONED_AFTER = timedelta(hours=24)


# An import writes to its row after each group of files; one that has not for this long has lost its process.
SILENT_AFTER = timedelta(minutes=5)


class _Stopped(Exception):
    """The server is stopping; what is left is imported by the next."""


class Receiver:
    """The part of a running server that carries out uploaded imports; its queue is the state of their rows."""

    def __init__(self, intake: Intake, preparer: Preparer) -> None:
        self._intake = intake
        self._preparer = preparer
        self._background = Background("receive", self.import_next, threads=1)

    def start(self) -> None:
        """Imports that a dead process had begun are begun again: what was stored is recognised."""
        self.recover()
        self._background.start()

    def recover(self) -> None:
        """Let interrupted drops wait again, and clear away the bytes of those that are over."""
        if self._intake.database.is_sqlite:
            # One server process on one SQLite file: nobody else can be importing. Elsewhere silence tells.
            with self._intake.database.transaction() as session:
                import_store.interrupt_uploaded(session)
        with self._intake.database.transaction() as session:
            needed = import_store.list_unfinished_ids(session)
        uploads = uploads_folder(self._intake.settings)
        for folder in uploads.iterdir() if uploads.is_dir() else ():
            if folder.name not in needed:
                shutil.rmtree(folder, ignore_errors=True)

    def wake(self) -> None:
        self._background.wake()

    def stop(self) -> None:
        self._background.stop()

    def import_next(self) -> bool:
        """Carry out one waiting import; False if there is none."""
        self.forget_abandoned()
        with self._intake.database.transaction() as session:
            at = self._intake.clock()
            waiting = import_store.claim_waiting(session, silent_since=at - SILENT_AFTER)
            if waiting is None:
                return False
            sources = sources_of(session, self._intake.settings, waiting.id)
            sender = _sender_of(session, waiting)
            waiting.changed_at = at
        try:
            run_import(self._intake, waiting.id, sources, by=sender, report=self._stop_between_groups)
        except _Stopped:
            self._interrupt(waiting.id)
        except Exception:
            # The door of this thread: without it one drop that meets a fault of ours would block all later ones.
            log.exception("import %s failed", waiting.id)
            self._fail(waiting.id, sender)
        else:
            self._clear(waiting.id)
        self._preparer.wake()
        return True

    def _stop_between_groups(self, progress: ImportProgress) -> None:
        if self._background.is_stopping:
            raise _Stopped
        self._preparer.expect(progress.study_ids)

    def _interrupt(self, import_id: str) -> None:
        with self._intake.database.transaction() as session:
            row = import_store.get_import(session, import_id)
            if row.state == ImportState.IMPORTING:  # else the stop came after its last group
                row.state = IMPORT_MOVES[ImportState.IMPORTING, "interrupt"]

    def forget_abandoned(self) -> None:
        """Give back the room of drops that were never finished."""
        with self._intake.database.transaction() as session:
            at = self._intake.clock()
            abandoned = [row.id for row in import_store.list_abandoned(session, before=at - ABANDONED_AFTER)]
            for import_id in abandoned:
                row = import_store.get_import(session, import_id)
                row.state, row.changed_at = IMPORT_MOVES[ImportState(row.state), "expire"], at
        for import_id in abandoned:
            self._clear(import_id)

    def _fail(self, import_id: str, sender: Caller) -> None:
        with self._intake.database.transaction() as session:
            row = import_store.get_import(session, import_id)
            row.state, row.changed_at = IMPORT_MOVES[ImportState(row.state), "fail"], self._intake.clock()
            audit.record(session, "import.failed", by=sender, at=row.changed_at, kind="import", object_id=import_id)
        self._clear(import_id)

    def _clear(self, import_id: str) -> None:
        shutil.rmtree(folder_of(self._intake.settings, import_id), ignore_errors=True)


def _sender_of(session: Session, row: StudyImport) -> Caller:
    """Who sent a drop, as the audit names them: their login may be over by now."""
    person = session.get_one(Person, row.person_id)
    hospital = session.get_one(Hospital, row.hospital_id)
    return Caller(
        person_id=person.id,
        name=person.name,
        role=Role(person.role),
        specialty=person.specialty,
        rpps=person.rpps,
        hospital_id=hospital.id,
        hospital_name=hospital.name,
        team_ids=frozenset(),
        login_id=row.id,
        language="en" if person.language == "en" else "fr",
    )
