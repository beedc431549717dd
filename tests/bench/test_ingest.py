"""The table of `ingest`: medians over rounds, beside storescu and beside the disk."""

from __future__ import annotations

from pathlib import Path

from tests.bench.ingest import ingest_table
from tests.bench.ingest_data import DataSet
from tests.bench.ingest_ways import DISK, PREPARED, STORESCU, Taken

DATA = DataSet(name="head", folder=Path("head"), files=(Path("a"), Path("b")), size=2_000_000)


def taken(*seconds: float) -> list[Taken]:
    return [Taken(stored=2, seconds=each) for each in seconds]


def test_a_line_has_the_medians_of_its_rounds_beside_storescu_and_the_disk() -> None:
    table = ingest_table(DATA, {DISK: taken(0.1, 0.2, 0.9), PREPARED: taken(2, 1, 9), STORESCU: taken(4, 4, 4)})
    assert table.title == "head: 2 files, 2.0 MB"
    assert table.rows == ((DISK, 2, 10.0, 20.0, 1.0), (PREPARED, 2, 1.0, 2.0, 10.0), (STORESCU, 2, 0.5, 1.0, 20.0))


def test_without_the_peer_there_is_no_ratio_to_it() -> None:
    table = ingest_table(DATA, {DISK: taken(0.1), PREPARED: taken(2)})
    assert [row[3] for row in table.rows] == [None, None]
