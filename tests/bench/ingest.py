"""How fast files become images that can be looked at, beside Orthanc that only stores them, and beside the disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.ingest_data import DataSet, data_sets
from tests.bench.ingest_ways import CONNECTIONS, DISK, PARTS, STORESCU, WAYS, Taken
from tests.bench.machine import this_machine
from tests.bench.peers import orthanc
from tests.bench.percentiles import median, ratio
from tests.bench.report import Cell, NotMeasured, Report, Table

RUNS, QUICK_RUNS = 5, 1

# By way of taking in, each of the runs.
Found = Mapping[str, Sequence[Taken]]


def run(*, is_quick: bool = False) -> Report:
    """Quick: the real data only, if it is there, and once."""
    machine, peer = this_machine(), orthanc.version()
    runs = QUICK_RUNS if is_quick else RUNS
    with TemporaryDirectory(prefix="consilium-bench-") as temporary:
        sets, notes = data_sets(Path(temporary), with_synthetic=not is_quick)
        absent: set[str] = set()
        tables = tuple(ingest_table(each, _take(each, Path(temporary), runs, absent)) for each in sets)
    return Report(
        name="ingest",
        measured=f"files to stored instances, and to prepared series that can be looked at; beside {peer}",
        runs=f"{runs} rounds of all ways in turn, each on an empty folder of the same disk; medians shown",
        machine=machine,
        tables=tables,
        notes=(
            *notes,
            *sorted(absent),
            "x disk: the time beside that of writing and syncing the originals' bytes, file by file.",
            "prepared: every frame decoded, recoded losslessly to HTJ2K, decoded again and compared; Orthanc stores.",
            f"STOW-RS: {PARTS} instances a request, as Orthanc sends; REST: an instance a request; one connection "
            f"each, or {CONNECTIONS}.",
            "storescu and Orthanc with TCP_NODELAY=1: without it the DCMTK sender's Nagle stalls are measured.",
        ),
    )


def ingest_table(data: DataSet, found: Found) -> Table:
    disk_s = median([each.seconds for each in found.get(DISK, ())])
    storescu = median([each.stored / each.seconds for each in found.get(STORESCU, ())])
    rows: list[tuple[Cell, ...]] = []
    for way, runs in found.items():
        rate = median([each.stored / each.seconds for each in runs])
        seconds = median([each.seconds for each in runs])
        rows.append((way, runs[0].stored, rate, ratio(rate, storescu), ratio(seconds, disk_s)))
    title = f"{data.name}: {len(data.files)} files, {data.size / 1e6:.1f} MB"
    return Table(title=title, columns=("way", "stored", "instances/s", "/ storescu", "x disk"), rows=tuple(rows))


def _take(data: DataSet, temporary: Path, runs: int, absent: set[str]) -> Found:
    """`absent` gets a line for each way that could not be measured; the others go on."""
    found: dict[str, list[Taken]] = {}
    for _ in range(runs):
        for way in WAYS:
            with TemporaryDirectory(dir=temporary) as place:
                try:
                    taken = way(data, Path(place))
                except NotMeasured as why:
                    absent.add(str(why))
                    continue
            for name, one in taken.items():
                found.setdefault(name, []).append(one)
    return found
