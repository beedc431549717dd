"""How fast files become images that can be looked at: import and preparation, against what the disk could write.

The product's own functions in one process, with warm workers, as in a running server; no HTTP, no DIMSE.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from collab.accounts import service as accounts
from collab.kit.database import Database
from collab.kit.settings import Settings
from collab.studies.importing import Intake, import_files
from collab.studies.preparing import Preparer
from collab.studies.sources import Source
from dicom_render.phantom import generate_studies
from dicom_render.workers import Workers
from tests.bench import seed
from tests.bench.machine import this_machine
from tests.bench.percentiles import median
from tests.bench.processes import ROOT
from tests.bench.report import Cell, Report, Table

RUNS, QUICK_RUNS = 3, 1
# The synthetic studies are alike; the first (160 slices) stands for them, since drawing all four takes minutes.
SYNTHETIC = 1
REAL = "01_head_ct"


@dataclass(frozen=True, kw_only=True)
class DataSet:
    """Files to take in, all read once so that they lie in the page cache."""

    name: str
    folder: Path
    files: int
    size: int


@dataclass(frozen=True, kw_only=True)
class Taken:
    """One run: what was stored, how long each part took, and what the disk took to write the same bytes."""

    stored: int
    set_aside: int
    import_s: float
    prepare_s: float
    disk_s: float


def run(*, is_quick: bool = False) -> Report:
    """The synthetic head CT and, where the real data is, the real one. Quick: the real one only, if it is there."""
    machine = this_machine()
    runs = QUICK_RUNS if is_quick else RUNS
    with TemporaryDirectory(prefix="consilium-bench-") as temporary:
        sets, notes = _data_sets(Path(temporary), with_synthetic=not is_quick)
        with Workers() as workers:
            found = [(each, _take(each, Path(temporary), workers, runs)) for each in sets]
    return Report(
        name="ingest",
        measured="files to stored, indexed, HTJ2K-prepared series; disk: the same bytes, file by file, write and fsync",
        runs=f"{runs} each, median shown; two workers, warmed by one import before",
        machine=machine,
        tables=(ingest_table(found),),
        notes=(*notes, "x disk: time of import and preparation to the time in which the disk took the originals."),
    )


def ingest_table(found: Iterable[tuple[DataSet, Sequence[Taken]]]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for each, runs in found:
        stored = runs[0].stored
        total_s = median([one.import_s + one.prepare_s for one in runs])
        disk_s = median([one.disk_s for one in runs])
        rows.append(
            (
                each.name, each.files, stored, runs[0].set_aside, each.size / 1e6,
                _rate(stored, median([one.import_s for one in runs])),
                _rate(stored, median([one.prepare_s for one in runs])),
                _rate(stored, total_s),
                _rate(each.files, disk_s),
                total_s / disk_s if total_s and disk_s else None,
            )
        )  # fmt: skip
    columns = (
        "data", "files", "stored", "set aside", "MB", "import /s", "prepare /s", "both /s", "disk /s", "x disk",
    )  # fmt: skip
    return Table(title="Instances a second", columns=columns, rows=tuple(rows))


def _rate(count: int, seconds: float | None) -> float | None:
    return count / seconds if seconds else None


def _data_sets(folder: Path, *, with_synthetic: bool) -> tuple[list[DataSet], list[str]]:
    real = Path(os.environ.get("CONSILIUM_TEST_DATA", ROOT.parent / "shared" / "data")) / REAL
    sets: list[DataSet] = []
    if with_synthetic or not real.is_dir():
        sets += [_draw(study.key, study.instances, folder) for study in islice(generate_studies(_DAY), SYNTHETIC)]
    if real.is_dir():
        return [*sets, _read(REAL, real)], []
    return sets, [f"real data left out: no {REAL} under CONSILIUM_TEST_DATA"]


# Any day: the pixels do not depend on it.
_DAY = date(2026, 11, 24)


def _draw(key: str, instances: Iterable[tuple[str, bytes]], folder: Path) -> DataSet:
    place = folder / key
    for name, content in instances:
        file = place / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return _read(f"synthetic {key}", place)


def _read(name: str, folder: Path) -> DataSet:
    sizes = [len(path.read_bytes()) for path in sorted(folder.rglob("*")) if path.is_file()]
    return DataSet(name=name, folder=folder, files=len(sizes), size=sum(sizes))


def _take(data: DataSet, temporary: Path, workers: Workers, runs: int) -> list[Taken]:
    _one_run(data, temporary, workers)
    return [_one_run(data, temporary, workers) for _ in range(runs)]


def _one_run(data: DataSet, temporary: Path, workers: Workers) -> Taken:
    with TemporaryDirectory(dir=temporary) as place:
        settings = Settings(data=Path(place, "data"), workers=2)
        settings.data.mkdir()
        seed.migrate(settings)
        disk_s = _disk_s(data, Path(place, "disk"))
        with closing(Database(settings.url)) as database:
            intake = Intake(database=database, settings=settings, workers=workers)
            with database.transaction() as session:
                hospital_id = accounts.add_hospital(session, finess="990000011", name="Valmont", phone="").id
            begun = time.perf_counter()
            sources = [Source(path=data.folder, name=data.name)]
            done = import_files(intake, sources, by=seed.BY, hospital_id=hospital_id)
            imported = time.perf_counter()
            preparer = Preparer(intake)
            while preparer.prepare_next():
                pass
            prepared = time.perf_counter()
    return Taken(
        stored=done.stored,
        set_aside=done.set_aside,
        import_s=imported - begun,
        prepare_s=prepared - imported,
        disk_s=disk_s,
    )


def _disk_s(data: DataSet, folder: Path) -> float:
    """Seconds to write the originals' bytes as files that would survive a power cut."""
    contents = [path.read_bytes() for path in sorted(data.folder.rglob("*")) if path.is_file()]
    folder.mkdir()
    begun = time.perf_counter()
    for number, content in enumerate(contents):
        with Path(folder, str(number)).open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    return time.perf_counter() - begun
