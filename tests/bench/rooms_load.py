"""The load generator of the benchmark `rooms` as Python sees it: built from C where it runs, a plan in, counts out."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import msgspec

from tests.bench.processes import GENERATOR_CORE, undisturbed
from tests.bench.report import NotMeasured

SOURCES = Path(__file__).parent / "load"
# A step that has not ended by itself is given up.
STEP_TIMEOUT_S = 180.0

Speech = Literal["relay", "consilium", "socketio", "yjs", "hocuspocus"]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What the members of so many rooms do. `active`: in so many of them somebody moves, in all where it is 0.

    `stalled`: one in each room stops reading once in; `thin_port`: one comes through there, and only what that one sees
    is counted; `is_storm`: all leave and come back at one moment first.
    """

    rooms: int
    active: int = 0
    members: int = 4
    movers: int = 1
    hz: float = 60.0
    warm_s: float = 1.0
    run_s: float = 4.0
    stalled: bool = False
    thin_port: int = 0
    is_storm: bool = False
    bytes: int = 0

    def through(self, thin_port: int) -> Plan:
        return replace(self, thin_port=thin_port)

    @property
    def arguments(self) -> list[str]:
        named = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return [f"{name}={int(value) if isinstance(value, bool) else value}" for name, value in named.items()]


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """What one step found. Latency: from when a message was due to its arrival. Age: of what a member looked at when
    something newer came. `late_ms_p99` and `generator_cpu` judge the generator itself. Shares are of a core."""

    rooms: int
    run_s: float
    expected: int
    delivered: int
    p50_ms: float
    p99_ms: float
    max_ms: float
    age_p50_ms: float
    age_p99_ms: float
    late_ms_p99: float
    server_cpu: float
    generator_cpu: float
    rss_before_mib: float
    rss_in_mib: float
    rss_after_mib: float
    bytes_in: int
    closed: int
    joined_p50_ms: float
    joined_max_ms: float

    @property
    def share(self) -> float:
        """Of what was to arrive, how much did; conflated samples are counted as not delivered."""
        return self.delivered / self.expected if self.expected else 0.0


def build(folder: Path) -> Path:
    """The program. Raises `NotMeasured` where there is no C compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        raise NotMeasured("the load generator needs a C compiler (cc)")
    program = folder / "load"
    sources = [str(SOURCES / name) for name in ("load.c", "speech.c")]
    subprocess.run([compiler, "-O2", "-o", str(program), *sources, "-lm"], check=True, timeout=60)
    return program


def run(
    program: Path, plan: Plan, *, port: int, pid: int, speech: Speech, paths: Sequence[str], tokens: Sequence[str]
) -> Counts:
    """Raises `NotMeasured` when not everybody came in."""
    listed = program.with_name("paths")
    listed.write_text("".join(f"{path}\n" for path in paths), "utf-8")
    server = [f"port={port}", f"pid={pid}", f"speech={speech}", *(f"token={token}" for token in tokens)]
    named = [f"paths={listed}"] if paths else []
    with undisturbed(GENERATOR_CORE):
        done = subprocess.run(
            [str(program), *server, *named, *plan.arguments],
            capture_output=True, text=True, timeout=STEP_TIMEOUT_S, check=False,
        )  # fmt: skip
    if done.returncode:
        raise NotMeasured(done.stderr.strip()[-200:] or f"the generator ended with {done.returncode}")
    return msgspec.json.decode(done.stdout, type=Counts)
