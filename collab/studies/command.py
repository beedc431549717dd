"""What the command line calls: import paths of this machine and leave them ready, with or without a running server."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from collab.kit.caller import Caller
from collab.kit.clock import Clock, utc_now
from collab.kit.database import Database
from collab.kit.settings import Settings
from collab.studies.importing import ImportProgress, Intake, Report, import_files
from collab.studies.preparing import Preparer
from collab.studies.sources import Source
from dicom_render.workers import Workers


def import_paths(
    database: Database,
    settings: Settings,
    paths: Iterable[Path],
    *,
    by: Caller | str,
    hospital_id: str,
    report: Report | None = None,
    clock: Clock = utc_now,
) -> ImportProgress:
    """Import folders, files and archives, then prepare what they brought; `report` hears of every group of files.

    Beside a running server both may prepare: what either has finished, the other takes as it is.
    """
    sources = [Source(path=path.resolve(), name=path.name or str(path)) for path in paths]
    # One more than prepare series, as in a server: what comes in is read meanwhile.
    with Workers(settings.workers + 1) as workers:
        intake = Intake(database=database, settings=settings, workers=workers, clock=clock)
        return take_in(intake, sources, by=by, hospital_id=hospital_id, report=report)


def take_in(
    intake: Intake, sources: Iterable[Source], *, by: Caller | str, hospital_id: str, report: Report | None = None
) -> ImportProgress:
    """Import, and leave everything ready: images are prepared while others still come in."""
    preparer = Preparer(intake)

    def tell(progress: ImportProgress) -> None:
        preparer.expect(progress.study_ids)
        if report is not None:
            report(progress)

    try:
        with preparer.at_work():
            imported = import_files(intake, sources, by=by, hospital_id=hospital_id, report=tell)
        while preparer.prepare_next():
            pass
    finally:
        preparer.close()
    return imported
