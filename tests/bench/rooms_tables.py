"""What the counts of the benchmark `rooms` come to, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench.percentiles import ratio
from tests.bench.report import Cell, Table
from tests.bench.rooms_load import Counts

IN_TIME_MS, ROOMS_TARGET, AGE_TARGET_MS = 20.0, 324, 300.0
# What a member looks at is replaced after one interval, and by what is in time.
CARRIED_AGE_MS = 1000 / 60 + IN_TIME_MS


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One server at one step."""

    name: str
    counts: Counts


def is_carried(counts: Counts) -> bool:
    """Whether so many rooms were served: nothing late, nobody looking at what is old, nobody put out.

    Not every sample need arrive: one that a newer one replaces before it is sent makes nobody look at anything old.
    """
    return 0 <= counts.p99_ms < IN_TIME_MS and counts.age_p99_ms < CARRIED_AGE_MS and not counts.closed


def cpu_us(counts: Counts) -> float | None:
    """Server processor time for each message that arrived."""
    return counts.server_cpu * counts.run_s * 1e6 / counts.delivered if counts.delivered else None


def capacity_table(found: Sequence[Measured], title: str) -> Table:
    rows: list[tuple[Cell, ...]] = []
    ours = found[0].counts if found else None
    for each in found:
        counts = each.counts
        rows.append(
            (
                each.name, counts.rooms, f">= {ROOMS_TARGET}", counts.p50_ms, counts.p99_ms, counts.age_p99_ms,
                100 * counts.share,
                100 * counts.server_cpu, cpu_us(counts), counts.rss_after_mib, counts.late_ms_p99,
                100 * counts.generator_cpu, ratio(ours.rooms, counts.rooms) if ours else None,
            )
        )  # fmt: skip
    columns = (
        "server", "rooms", "target", "p50 ms", "p99 ms", "age p99 ms", "arrived %", "CPU % of a core",
        "CPU us/delivery", "RSS MiB",
        "generator late ms", "generator CPU %", "ours / this",
    )  # fmt: skip
    return Table(title=title, columns=columns, rows=tuple(rows))


def stalled_table(found: Sequence[Measured]) -> Table:
    rows = [
        (
            each.name, each.counts.rooms, each.counts.p50_ms, each.counts.p99_ms, 100 * each.counts.share,
            each.counts.rss_in_mib, each.counts.rss_after_mib,
            (each.counts.rss_after_mib - each.counts.rss_in_mib) / each.counts.rooms, each.counts.closed,
        )
        for each in found
    ]  # fmt: skip
    columns = (
        "server", "stalled members", "others p50 ms", "others p99 ms", "others got %", "RSS at first MiB",
        "RSS at last MiB", "grown by MiB a stalled member", "closed",
    )  # fmt: skip
    return Table(title="One member of each room stops reading", columns=columns, rows=tuple(rows))


def thin_table(found: Sequence[Measured], *, bit_s: float, movers: int) -> Table:
    rows = [
        (each.name, each.counts.age_p50_ms, each.counts.age_p99_ms, f"< {AGE_TARGET_MS:.0f}", each.counts.delivered)
        for each in found
    ]
    columns = ("server", "age p50 ms", "age p99 ms", "target", "samples seen")
    title = f"How old {movers} pointer(s) at 30 Hz are for a member on {bit_s / 1000:.0f} kbit/s and 50 ms"
    return Table(title=title, columns=columns, rows=tuple(rows))


def flat_table(found: Sequence[Measured], title: str) -> Table:
    first = found[0].counts
    rows = [
        (each.counts.rooms, each.counts.delivered, each.counts.p50_ms, each.counts.p99_ms, 100 * each.counts.server_cpu,
         ratio(cpu_us(each.counts), cpu_us(first)), each.counts.rss_in_mib)
        for each in found
    ]  # fmt: skip
    columns = ("rooms", "delivered", "p50 ms", "p99 ms", "CPU % of a core", "CPU of a delivery to the first", "RSS MiB")
    return Table(title=title, columns=columns, rows=tuple(rows))


def coming_in_table(few: Sequence[Measured], many: Sequence[Measured], storm: Sequence[Measured]) -> Table:
    """`few`: rooms of one, `many`: as many rooms of four: their difference is the sockets."""
    rows: list[tuple[Cell, ...]] = []
    alone = {each.name: each.counts for each in few}
    stormed = {each.name: each.counts for each in storm}
    for each in many:
        if each.name not in alone or each.name not in stormed:
            continue
        one, four, back = alone[each.name], each.counts, stormed[each.name]
        socket_kib = (four.rss_in_mib - one.rss_in_mib) * 1024 / (3 * four.rooms)
        room_kib = (one.rss_in_mib - one.rss_before_mib) * 1024 / one.rooms - socket_kib
        rows.append((each.name, room_kib, socket_kib, back.rooms * 4, back.joined_p50_ms, back.joined_max_ms))
    columns = ("server", "KiB a room", "KiB a socket", "come back at once", "half are in ms", "all are in ms")
    return Table(title="Idle rooms, and everybody coming back at one moment", columns=columns, rows=tuple(rows))
