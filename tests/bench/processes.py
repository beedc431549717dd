"""Server processes that a benchmark starts, pins to a core, waits for and ends; it touches no other process."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.bench.report import NotMeasured

ROOT = Path(__file__).parents[2]
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 15.0

# One core for the server, another for the generator: "on one core" is then what was measured.
SERVER_CORE, GENERATOR_CORE = 0, 1


class DidNotStart(NotMeasured):
    """A server ended or never listened; the message has the end of what it said."""


@dataclass(frozen=True, kw_only=True)
class Running:
    """A server of ours that listens."""

    port: int
    pid: int


@contextmanager
def running(
    command: Sequence[str],
    *,
    port: int,
    log: Path,
    environment: Mapping[str, str] | None = None,
    is_alone: bool = True,
) -> Generator[Running]:
    """The server from when it listens to the end of the block, undisturbed if `is_alone`. Raises `DidNotStart`."""
    with log.open("wb") as said, undisturbed(SERVER_CORE) if is_alone else nullcontext():
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **(environment or {})}, stdout=said, stderr=said
        )
    try:
        _wait_for(process, port, log)
        yield Running(port=port, pid=process.pid)
    finally:
        _end(process)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def undisturbed(core: int) -> Generator[str]:
    """What is started in the block has a core, and goes before whatever else the machine does; says what came of it.

    Real-time priority needs root. It is what makes numbers of a shared machine comparable; it is the same for all.
    """
    said: list[str] = []
    with ExitStack() as stack:
        if hasattr(os, "sched_setaffinity") and len(before := os.sched_getaffinity(0)) > 1 and core in before:
            os.sched_setaffinity(0, {core})
            stack.callback(os.sched_setaffinity, 0, before)
            said.append("a core each")
        try:
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
            stack.callback(os.sched_setscheduler, 0, os.SCHED_OTHER, os.sched_param(0))
            said.append("real-time priority")
        except (AttributeError, PermissionError):
            said.append("normal priority")
        yield ", ".join(said)


def cpu_s(pid: int) -> float:
    """Processor seconds that a process has used."""
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


def waited_s(pid: int) -> float | None:
    """Seconds in which threads of a process could run and were not let; None where the kernel does not say."""
    try:
        stats = [(task / "schedstat").read_text().split() for task in Path(f"/proc/{pid}/task").iterdir()]
    except OSError:
        return None
    return sum(int(stat[1]) for stat in stats) / 1e9


def _wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 0.5).close()
            return
        except OSError:
            time.sleep(0.05)
    raise DidNotStart(log.read_text("utf-8", "replace")[-2000:])


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(STOP_TIMEOUT_S)
