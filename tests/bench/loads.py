"""What one series coming into one browser took, and the table of such loads by who showed it over which link."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tests.bench.percentiles import median
from tests.bench.report import Cell, NotMeasured, Table
from tests.link import Shape

COLD, DATA, SWITCH = "cold, from navigation", "cold, from metadata request", "page open, series switched"
OURS = "Consilium, a follower"
# DESIGN 10, at 20 Mbit/s and 50 ms: first slice, coarse volume, and the full series as a multiple of the line.
TARGETS_MS: Mapping[str, tuple[float | None, float | None]] = {
    COLD: (1500, 1500),
    DATA: (None, 1500),
    SWITCH: (500, 1500),
}
FULL_TARGET = 1.1
# And against OHIF with the same bytes.
PEER_TARGET = 0.25


class NotComplete(NotMeasured):
    """The series was not all there in time."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """One series coming in; times from `what`'s beginning, bytes of everything that passed the link meanwhile.

    `coarse_ms` None: this viewer has no coarse volume.
    """

    who: str
    what: str
    link: Shape
    first_ms: float
    coarse_ms: float | None
    full_ms: float
    size: int

    @property
    def line_ms(self) -> float:
        """What the bytes alone take at the line's rate."""
        assert self.link.mbit_s is not None
        return self.size * 8 / (self.link.mbit_s * 1000)

    def later(self, what: str, *, by_ms: float, size: int) -> Load:
        """The same, counted from a later beginning, up to which `size` bytes had passed."""
        return replace(
            self,
            what=what,
            first_ms=self.first_ms - by_ms,
            coarse_ms=None if self.coarse_ms is None else self.coarse_ms - by_ms,
            full_ms=self.full_ms - by_ms,
            size=self.size - size,
        )


@dataclass(frozen=True, kw_only=True)
class Leap:
    """The slice farthest from the one asked for, shared as soon as the coarse volume was there."""

    sharp_ms: float
    behind: int
    """bytes of the series that had not come: the slice is the last of its pack"""


def loads_table(loads: Sequence[Load], link: Shape) -> Table:
    """Medians of who showed what over one link, and ours as a part of each."""
    here = [load for load in loads if load.link == link]
    rows: list[tuple[Cell, ...]] = []
    for what in TARGETS_MS:
        ours = [load for load in here if (load.who, load.what) == (OURS, what)]
        rows += [
            _row([load for load in here if (load.who, load.what) == (who, what)], ours)
            for who in dict.fromkeys(load.who for load in here if load.what == what)
        ]
    columns = (
        "what", "who", "first ms", "target", "coarse ms", "target", "full ms", "line ms", "full / line", "target", "MB",
        "first: ours / this", "full: ours / this",
    )  # fmt: skip
    return Table(
        title=f"A series over {link.mbit_s:.0f} Mbit/s and {link.rtt_ms:.0f} ms", columns=columns, rows=tuple(rows)
    )


def leaps_table(leaps: Sequence[Leap], link: Shape) -> Table:
    assert link.mbit_s is not None
    rate = link.mbit_s * 1000
    row = (
        "the farthest slice, once all are coarse",
        median([leap.sharp_ms for leap in leaps]),
        median([leap.behind * 8 / rate for leap in leaps]),
        len(leaps),
    )
    columns = ("what", "full ms", "in pack order ms", "runs")
    return Table(
        title=f"Scrolled far while the series comes in, {link.mbit_s:.0f} Mbit/s", columns=columns, rows=(row,)
    )


def slow_table(first_ms: Sequence[float], link: Shape) -> Table:
    row = (f"{link.mbit_s:.0f} Mbit/s, cold, from navigation", median(first_ms), len(first_ms))
    return Table(title="The first slice on a slow line", columns=("what", "first ms", "runs"), rows=(row,))


def _row(found: Sequence[Load], ours: Sequence[Load]) -> tuple[Cell, ...]:
    of_us = found[0].who == OURS
    first_target, coarse_target = TARGETS_MS[found[0].what] if of_us else (None, None)
    first_ms, full_ms = median([load.first_ms for load in found]), median([load.full_ms for load in found])
    line_ms = median([load.line_ms for load in found])
    our_first_ms, our_full_ms = median([load.first_ms for load in ours]), median([load.full_ms for load in ours])
    return (
        found[0].what, found[0].who,
        first_ms, _below(first_target),
        median([load.coarse_ms for load in found if load.coarse_ms is not None]), _below(coarse_target),
        full_ms, line_ms, _ratio(full_ms, line_ms), f"<= {FULL_TARGET}" if of_us else None,
        median([load.size / 1e6 for load in found]),
        None if of_us else _ratio(our_first_ms, first_ms), None if of_us else _ratio(our_full_ms, full_ms),
    )  # fmt: skip


def _ratio(one: float | None, other: float | None) -> float | None:
    return one / other if one and other else None


def _below(target_ms: float | None) -> str | None:
    return None if target_ms is None else f"< {target_ms:.0f}"


def links_of(loads: Iterable[Load]) -> list[Shape]:
    """The links that were measured, in their order."""
    return list(dict.fromkeys(load.link for load in loads))
