"""What rooms cost: how many a core carries beside others, with readers who stall or whose line is thin, and coming in.

The load generator (load/, in C) has a core of its own; loopback only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.machine import this_machine
from tests.bench.processes import GENERATOR_CORE, undisturbed
from tests.bench.report import NotMeasured, Report, Table
from tests.bench.rooms_load import Counts, Plan, build
from tests.bench.rooms_load import run as load
from tests.bench.rooms_servers import Contender, contenders
from tests.bench.rooms_tables import (
    Measured,
    capacity_table,
    coming_in_table,
    flat_table,
    is_carried,
    stalled_table,
    thin_table,
)
from tests.bench.thin import ThinLink

# The first step, and by how much more the next has when all of it arrived in time.
FIRST_ROOMS, GROWTH, MOST_ROOMS = 100, 1.25, 600
# The same 600 samples a second: of ten rooms among ever more, in which nobody moves; and of ever more rooms.
AMONG = (10, 100, 1000)
SPREAD = ((10, 60.0), (100, 6.0), (1000, 0.6))
THIN_BIT_S, THIN_RTT_MS = 32_000, 50
LARGE = 16_000  # bytes: what fills the buffers of a stalled member's socket in seconds


class Bench:
    """One run: the generator, the servers, and what could not be measured."""

    def __init__(self, folder: Path, *, is_quick: bool) -> None:
        self.program = build(folder)
        self.is_quick = is_quick
        self.notes: list[str] = []
        self.contenders, missing = contenders(folder, 20 if is_quick else 1000)
        self.notes += missing

    def measure(self, contender: Contender, plan: Plan, *, bit_s: float | None = None) -> Counts:
        """One step on a server of its own. Raises `NotMeasured`."""
        with ExitStack() as stack:
            server = stack.enter_context(contender.start())
            if bit_s is not None:
                thin = stack.enter_context(ThinLink(server.port, bit_s=bit_s, rtt_ms=THIN_RTT_MS))
                plan = plan.through(thin.port)
            return load(
                self.program, plan, port=server.port, pid=server.pid, speech=contender.speech,
                paths=contender.paths[: plan.rooms], tokens=contender.tokens,
            )  # fmt: skip

    def with_each(self, measure: Callable[[Contender], Counts]) -> list[Measured]:
        found: list[Measured] = []
        for contender in self.contenders:
            try:
                found.append(Measured(name=contender.name, counts=measure(contender)))
            except NotMeasured as why:
                self.notes.append(f"{contender.name}: {why}")
        return found

    def capacity(self, contender: Contender, *, stalled: bool) -> Counts:
        """The largest step of which everything arrived in time; each that does not is tried twice."""
        rooms, best = (10, None) if self.is_quick else (FIRST_ROOMS, None)
        while rooms <= MOST_ROOMS:
            plan = Plan(rooms=rooms, stalled=stalled, run_s=2.0 if self.is_quick else 4.0)
            tries = (self.measure(contender, plan) for _ in range(2))
            found = next((each for each in tries if is_carried(each)), None)
            if found is None:
                if best is not None or rooms < 10:
                    break
                rooms //= 2
                continue
            best = found
            if self.is_quick or rooms < FIRST_ROOMS:
                break
            rooms = round(rooms * GROWTH)
        if best is None:
            raise NotMeasured("not even a few rooms arrived in time")
        return best


def run(*, is_quick: bool = False) -> Report:
    machine = this_machine()
    with TemporaryDirectory(prefix="consilium-bench-") as temporary:
        with undisturbed(GENERATOR_CORE) as conditions:
            pass
        bench = Bench(Path(temporary), is_quick=is_quick)
        tables = _tables(bench)
    return Report(
        name="rooms",
        measured="samples from one member of 4 to the others, WebSocket on loopback, from when each was due",
        runs=f"1 of each step, a step that failed twice; server and generator: {conditions}",
        machine=machine,
        tables=tuple(tables),
        notes=(*bench.notes, *NOTES),
    )


def _tables(bench: Bench) -> Sequence[Table]:
    quick = bench.is_quick
    ours = bench.contenders[0]
    seconds = 2.0 if quick else 8.0
    carried = bench.with_each(lambda each: bench.capacity(each, stalled=False))
    beside_stalled = bench.with_each(lambda each: bench.capacity(each, stalled=True))
    stalled = Plan(rooms=5 if quick else 10, stalled=True, run_s=seconds, bytes=LARGE)
    held = bench.with_each(lambda each: bench.measure(each, stalled))
    thin = [
        (movers, bench.with_each(lambda each, movers=movers: bench.measure(each, Plan(
            rooms=1, movers=movers, hz=30.0, run_s=seconds * 1.5, warm_s=4.0), bit_s=THIN_BIT_S)))
        for movers in ((1,) if quick else (1, 3))
    ]  # fmt: skip
    spread = [
        Measured(name=ours.name, counts=bench.measure(ours, Plan(rooms=rooms, hz=hz, run_s=seconds)))
        for rooms, hz in (SPREAD[:1] if quick else SPREAD)
    ]
    among = [
        Measured(name=ours.name, counts=bench.measure(ours, Plan(rooms=rooms, active=10, run_s=seconds)))
        for rooms in (AMONG[:1] if quick else AMONG)
    ]
    idle_rooms = 10 if quick else 200
    alone, four = (
        bench.with_each(
            lambda each, members=members: bench.measure(
                each, Plan(rooms=idle_rooms, members=members, hz=0.01, run_s=1.0)
            )
        )
        for members in (1, 4)
    )
    storm = bench.with_each(
        lambda each: bench.measure(each, Plan(rooms=10 if quick else 125, hz=0.01, run_s=1.0, is_storm=True))
    )
    return (
        capacity_table(carried, "Rooms of 4 at 60 Hz that one core carries"),
        capacity_table(beside_stalled, "The same with a member in each who has stopped reading"),
        stalled_table(held),
        *(thin_table(aged, bit_s=THIN_BIT_S, movers=movers) for movers, aged in thin),
        flat_table(among, "The same traffic of ten rooms, among others in which nobody moves (consilium)"),
        flat_table(spread, "The same traffic spread over more rooms (consilium)"),
        coming_in_table(alone, four, storm),
    )


NOTES = (
    "carried: p99 below 20 ms, and age p99 below 20 ms more than the interval (DESIGN 10: at least 324 rooms). "
    "What did not arrive was replaced by something newer.",
    "consilium: `consilium serve` with SQLite, logins, checked messages, journal, credit; tabs answer `drawn` as a "
    "browser does. The others let everybody in, check and keep nothing.",
    "awareness (y-websocket, Hocuspocus) also comes back to whoever said it: four deliveries where three are counted.",
    "stalled: the others get samples of 16 kB, which fill the kernel's buffers within the run; Consilium takes no such "
    "sample from anybody (R32) and gets its own.",
    "age: how old what a member looked at was at the moment at which something newer came.",
    "generator late: how far after its due time a message was written, p99; above 1 ms the machine was disturbed.",
)
