"""A report reads as text and comes back from JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bench.machine import Machine, this_machine
from tests.bench.report import Cell, Report, Table, as_text, save, shown

MACHINE = Machine(
    cpu="EPYC", cores=2, memory_gib=24.0, system="Linux 6", python="3.11.7", load=0.5, at="2026-11-24T02:10:00+00:00"
)
REPORT = Report(
    name="rooms",
    measured="a pointer",
    runs="3",
    machine=MACHINE,
    tables=(Table(title="Latency", columns=("server", "p99 ms"), rows=(("ours", 0.4567), ("relay", None))),),
    notes=("loopback",),
)


@pytest.mark.parametrize(
    ("cell", "text"), [(None, "-"), (0.4567, "0.457"), (1234.5, "1234"), (99.96, "100"), (7, "7"), ("< 20", "< 20")]
)
def test_a_cell_shows_three_significant_figures(cell: Cell, text: str) -> None:
    assert shown(cell) == text


def test_the_text_says_machine_date_what_and_how_often() -> None:
    text = as_text(REPORT)
    for said in ("EPYC, 2 cores", "2026-11-24T02:10:00", "a pointer", "3", "- loopback"):
        assert said in text


def test_numbers_stand_to_the_right_and_words_to_the_left() -> None:
    assert as_text(REPORT).splitlines()[7:11] == [
        "server | p99 ms",
        "-------+-------",
        "ours   |  0.457",
        "relay  |      -",
    ]


def test_what_is_saved_has_full_numbers_under_their_columns(tmp_path: Path) -> None:
    path = save(REPORT, tmp_path)
    kept = json.loads(path.read_text("utf-8"))
    assert kept["tables"][0]["rows"][0] == {"server": "ours", "p99 ms": 0.4567}
    assert kept["machine"]["cpu"] == "EPYC"
    assert path.with_suffix(".txt").read_text("utf-8") == as_text(REPORT)


def test_this_machine_has_a_processor_and_cores() -> None:
    machine = this_machine()
    assert machine.cpu
    assert machine.cores >= 1
