"""What a benchmark found, as text for people and as JSON for comparisons; it measures nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.bench.machine import Machine

RESULTS = Path(__file__).parent / "results"


class NotMeasured(Exception):
    """A benchmark that could not be carried out; the message says why. The others go on."""


Cell = str | int | float | None


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows under columns; a unit stands in its column's name. None is what could not be measured."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Report:
    """One benchmark's findings, and everything that has to be known to believe them."""

    name: str
    measured: str
    runs: str
    machine: Machine
    tables: tuple[Table, ...]
    notes: tuple[str, ...] = ()


def as_text(report: Report) -> str:
    machine = report.machine
    lines = [
        f"== {report.name} ==",
        f"machine:  {machine.cpu}, {machine.cores} cores, {machine.memory_gib} GiB, {machine.system}, "
        f"Python {machine.python}, load {machine.load} before the run",
        f"date:     {machine.at}",
        f"measured: {report.measured}",
        f"runs:     {report.runs}",
    ]
    for table in report.tables:
        lines += ["", table.title, *_lines_of(table)]
    if report.notes:
        lines += ["", *(f"- {note}" for note in report.notes)]
    return "\n".join(lines) + "\n"


def save(report: Report, folder: Path = RESULTS) -> Path:
    """Write both forms side by side; the JSON's path is returned. Rows become objects keyed by their columns."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{report.machine.at[:19].replace(':', '')}-{report.name}"
    facts = asdict(report) | {"tables": [_as_facts(table) for table in report.tables]}
    path = folder / f"{stem}.json"
    path.write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n", "utf-8")
    path.with_suffix(".txt").write_text(as_text(report), "utf-8")
    return path


def shown(cell: Cell) -> str:
    """A cell as it is read: three significant figures, never more precision than a shared machine gives."""
    match cell:
        case None:
            return "-"
        case float():
            return f"{cell:.0f}" if abs(cell) >= 100 else f"{cell:.3g}"
        case int() | str():
            return str(cell)


def _as_facts(table: Table) -> dict[str, object]:
    return {"title": table.title, "rows": [dict(zip(table.columns, row, strict=True)) for row in table.rows]}


def _lines_of(table: Table) -> Sequence[str]:
    cells = [[shown(cell) for cell in row] for row in table.rows]
    widths = [max(len(row[at]) for row in (table.columns, *cells)) for at in range(len(table.columns))]
    is_number = [all(not isinstance(row[at], str) for row in table.rows) for at in range(len(table.columns))]
    rule = "-+-".join("-" * width for width in widths)
    return [_line(table.columns, widths, is_number), rule, *(_line(row, widths, is_number) for row in cells)]


def _line(row: Sequence[str], widths: Sequence[int], is_number: Sequence[bool]) -> str:
    parts = [
        cell.rjust(width) if right else cell.ljust(width)
        for cell, width, right in zip(row, widths, is_number, strict=True)
    ]
    return " | ".join(parts).rstrip()
