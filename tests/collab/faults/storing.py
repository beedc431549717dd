"""Takes studies in and prepares them without end, and says after each step how much is safe; to be killed.

`python -m tests.collab.faults.storing DATA SOURCES HOSPITAL [FAULT]`
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from collab.kit.database import Database
from collab.kit.known_types import know_types
from collab.kit.settings import Settings
from collab.studies.importing import ImportProgress, Intake, import_files
from collab.studies.preparing import Preparer
from collab.studies.sources import Source
from dicom_render.workers import Workers
from tests.collab.faults.planted import PLANTS
from tests.collab.studies.make import folder, series

SLICES = 70  # more than become visible together


def main(data: Path, sources: Path, hospital_id: str) -> None:
    know_types()
    stored = ready = 0

    def tell() -> None:
        print(json.dumps({"stored": stored, "ready": ready}), flush=True)

    with Workers(2) as workers:
        settings = Settings(data=data, demo=True)
        intake = Intake(database=Database(settings.url), settings=settings, workers=workers)
        preparer = Preparer(intake)
        preparer.recover()
        tell()
        while True:
            before = stored

            def report(progress: ImportProgress, before: int = before) -> None:
                nonlocal stored
                stored = before + progress.stored
                tell()

            number = sum(1 for _ in sources.iterdir())
            place = folder(sources / str(number), series(SLICES))
            import_files(intake, [Source(path=place, name="in")], by="test", hospital_id=hospital_id, report=report)
            while preparer.prepare_next():
                ready += 1
                tell()


if __name__ == "__main__":
    for plant in sys.argv[4:]:
        PLANTS[plant]()
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
