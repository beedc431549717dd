"""How old a pointer is when the others see it, with 1 to 50 rooms on one core; beside bare relays in the same run.

The load generator is a process of its own (rooms_load.py), on the other core; loopback only.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from collab.kit.settings import Settings
from tests.bench import node, seed
from tests.bench.machine import this_machine
from tests.bench.percentiles import ratio
from tests.bench.processes import GENERATOR_CORE, ROOT, Running, free_port, running, undisturbed
from tests.bench.report import Cell, Report, Table
from tests.bench.rooms_load import MEMBERS, RATE_HZ, Counts, Plan

STEPS = (1, 10, 50)
WARM_UP_S, MEASURED_S = 2.0, 8.0
QUICK_STEPS, QUICK_S = (1, 10), 3.0
# A step that has not ended by itself is given up.
STEP_TIMEOUT_S = 120.0
# A step during which the machine did something else than the benchmark is run again, at most so often.
TRIES = 3
DISTURBED_LATE_MS, DISTURBED_WAITED = 1.0, 0.05
RELAY = Path(__file__).parent / "peers" / "relay.mjs"


@dataclass(frozen=True, kw_only=True)
class Contender:
    """A server to be measured: how to start one, where its rooms are, and how to be let in."""

    name: str
    start: Callable[[], AbstractContextManager[Running]]
    paths: tuple[str, ...]
    tokens: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One server at one step, of `tries` the one least disturbed."""

    name: str
    counts: Counts
    tries: int


def run(*, is_quick: bool = False) -> Report:
    """Every step with every server, one right after the other, so that all see the same machine."""
    machine = this_machine()
    steps, measured_s = (QUICK_STEPS, QUICK_S) if is_quick else (STEPS, MEASURED_S)
    with TemporaryDirectory(prefix="consilium-bench-") as temporary:
        with undisturbed(GENERATOR_CORE) as conditions:
            pass
        contenders, notes = _contenders(Path(temporary), max(steps))
        found = [_measure(each, rooms, measured_s) for rooms in steps for each in contenders]
    return Report(
        name="rooms",
        measured=(
            f"pointer from one member of {MEMBERS} to the {MEMBERS - 1} others, {RATE_HZ:.0f} Hz a room, WebSocket "
            "on loopback, from the instant it was due to its arrival in the generator"
        ),
        runs=f"1, {WARM_UP_S:.0f} s warm-up and {measured_s:.0f} s measured; server and generator: {conditions}",
        machine=machine,
        tables=(latency_table(found), ratio_table(found, contenders[0].name), _target_table(found, contenders[0].name)),
        notes=(*notes, *NOTES),
    )


NOTES = (
    "consilium: `consilium serve` with SQLite, logins, checked messages, credit, and one writer a connection; "
    "tabs answer `drawn` as a browser does, for two frames at once. The relays do none of it: the ratio is its price.",
    "delivered counts samples that were replaced by a newer one before they left as not delivered.",
    "kept waiting: share of the time in which the server could have run but the machine ran something else.",
    f"disturbed: kept waiting more than {DISTURBED_WAITED:.0%} or generator late more than {DISTURBED_LATE_MS:.0f} ms "
    f"in each of {TRIES} tries; no p99 ratio is given then.",
    "generator late: how far after its due time a message was written, p99; what is above 1 ms there is the "
    "machine's or the generator's, and is contained in the latencies of its row.",
)


def latency_table(found: Sequence[Measured]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for each in found:
        counts = each.counts
        rows.append(
            (
                counts.rooms,
                each.name,
                counts.p50_ms,
                counts.p99_ms,
                counts.max_ms,
                100 * counts.delivered / counts.expected,
                counts.server_cpu * 100,
                cpu_us(counts),
                counts.server_waited * 100 if counts.server_waited is not None else None,
                counts.server_rss_mib,
                counts.late_ms_p99,
                counts.generator_cpu * 100,
                counts.closed,
                each.tries,
                "yes" if is_disturbed(counts) else "",
            )
        )
    columns = (
        "rooms", "server", "p50 ms", "p99 ms", "max ms", "delivered %", "CPU % of a core", "CPU us/delivery",
 "kept waiting %",        "RSS MiB", "generator late ms", "generator CPU %", "closed", "tries", "disturbed",
    )  # fmt: skip
    return Table(title="Pointer latency", columns=columns, rows=tuple(rows))


def ratio_table(found: Sequence[Measured], ours: str) -> Table:
    """Ours to each peer at the same step; above 1 is slower or dearer than the peer."""
    mine = {each.counts.rooms: each.counts for each in found if each.name == ours}
    rows: list[tuple[Cell, ...]] = []
    for each in found:
        if each.name == ours:
            continue
        own, peer = mine[each.counts.rooms], each.counts
        is_fair = not is_disturbed(own) and not is_disturbed(peer)
        rows.append(
            (
                peer.rooms,
                each.name,
                ratio(own.p50_ms, peer.p50_ms),
                ratio(own.p99_ms, peer.p99_ms) if is_fair else None,
                ratio(cpu_us(own), cpu_us(peer)),
            )
        )
    columns = ("rooms", f"{ours} to", "p50 ratio", "p99 ratio", "CPU ratio")
    return Table(title="Ratio to the peer of the same run", columns=columns, rows=tuple(rows))


def _target_table(found: Sequence[Measured], ours: str) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for each in found:
        if each.name == ours:
            rows.append((each.counts.rooms, each.counts.p99_ms, "< 20", rooms_by_cpu(each.counts), ">= 324"))
    columns = ("rooms", "p99 ms", "p99 target ms", "rooms a core would carry by this CPU", "rooms target")
    return Table(title="Against the budget (DESIGN 10)", columns=columns, rows=tuple(rows))


def is_disturbed(counts: Counts) -> bool:
    """Whether the step's worst latencies are the machine's rather than the server's."""
    return disturbance(counts) > 1


def disturbance(counts: Counts) -> float:
    """How far the generator was late, or the server kept waiting, in units of what is still accepted."""
    late = (counts.late_ms_p99 or 0.0) / DISTURBED_LATE_MS
    return max(late, (counts.server_waited or 0.0) / DISTURBED_WAITED)


def cpu_us(counts: Counts) -> float | None:
    """Server processor time for each message that arrived."""
    return counts.server_cpu * _seconds(counts) * 1e6 / counts.delivered if counts.delivered else None


def rooms_by_cpu(counts: Counts) -> float | None:
    """How many such rooms would fill a core; what a core would really carry is less, or more where work is batched."""
    return counts.rooms / counts.server_cpu if counts.server_cpu else None


def _seconds(counts: Counts) -> float:
    return counts.expected / (counts.rooms * (MEMBERS - 1) * RATE_HZ)


def _contenders(folder: Path, rooms: int) -> tuple[list[Contender], list[str]]:
    found = [_consilium(folder, rooms), _websockets_relay(folder, rooms)]
    try:
        package = node.install("ws@8", folder / "node")
    except node.NoNode as missing:
        return found, [f"Node ws was left out: {missing}"]
    return [*found, _node_relay(folder, package, rooms)], []


def _consilium(folder: Path, rooms: int) -> Contender:
    settings = Settings(data=folder / "data", port=free_port())
    settings.data.mkdir()
    seed.migrate(settings)
    seeded = seed.seed_rooms(settings, rooms)

    @contextmanager
    def start() -> Generator[Running]:
        command, environment = (*seed.COMMAND, "serve"), seed.environment_of(settings)
        with running(command, port=settings.port, log=folder / "consilium.log", environment=environment) as server:
            yield server

    return Contender(name="consilium", start=start, paths=seeded.paths, tokens=seeded.tokens)


def _websockets_relay(folder: Path, rooms: int) -> Contender:
    @contextmanager
    def start() -> Generator[Running]:
        port = free_port()
        command = (sys.executable, "-m", "tests.bench.peers.relay", str(port))
        with running(command, port=port, log=folder / "websockets.log") as server:
            yield server

    return Contender(name="websockets broadcast()", start=start, paths=_relay_paths(rooms))


def _node_relay(folder: Path, package: Path, rooms: int) -> Contender:
    @contextmanager
    def start() -> Generator[Running]:
        port = free_port()
        command = (str(node.program()), str(RELAY), str(port), str(package))
        with running(command, port=port, log=folder / "node.log") as server:
            yield server

    return Contender(name="node ws", start=start, paths=_relay_paths(rooms))


def _relay_paths(rooms: int) -> tuple[str, ...]:
    return tuple(f"/{room}" for room in range(rooms))


def _measure(contender: Contender, rooms: int, measured_s: float) -> Measured:
    counts: list[Counts] = []
    while len(counts) < TRIES and all(is_disturbed(each) for each in counts):
        counts.append(_one_step(contender, rooms, measured_s))
    return Measured(name=contender.name, counts=min(counts, key=disturbance), tries=len(counts))


def _one_step(contender: Contender, rooms: int, measured_s: float) -> Counts:
    with contender.start() as server:
        plan = Plan(
            port=server.port,
            server_pid=server.pid,
            paths=list(contender.paths[:rooms]),
            tokens=list(contender.tokens),
            warm_up_s=WARM_UP_S,
            measured_s=measured_s,
        )
        with undisturbed(GENERATOR_CORE):
            done = subprocess.run(
                [sys.executable, "-m", "tests.bench.rooms_load"],
                cwd=ROOT, input=msgspec.json.encode(plan), stdout=subprocess.PIPE, check=True, timeout=STEP_TIMEOUT_S,
            )  # fmt: skip
    return msgspec.json.decode(done.stdout, type=Counts)
