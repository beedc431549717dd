"""Server processes that a benchmark starts, pins to a core, waits for and ends; it touches no other process."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 15.0

# One core for the server, another for the generator: "on one core" is then what was measured.
SERVER_CORE, GENERATOR_CORE = 0, 1


class DidNotStart(Exception):
    """A server ended or never listened; the message has the end of what it said."""


@dataclass(frozen=True, kw_only=True)
class Running:
    """A server of ours that listens."""

    port: int
    pid: int


@contextmanager
def running(
    command: Sequence[str], *, port: int, log: Path, environment: Mapping[str, str] | None = None
) -> Generator[Running]:
    """The server from when it listens to the end of the block. Raises `DidNotStart`."""
    with log.open("wb") as said, on_core(SERVER_CORE):
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
def on_core(core: int) -> Generator[None]:
    """What is started in the block stays on one core, where the system can do that and has more than one."""
    can_pin = hasattr(os, "sched_setaffinity") and core in _cores() and len(_cores()) > 1
    before = _cores()
    if can_pin:
        os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        if can_pin:
            os.sched_setaffinity(0, before)


def _cores() -> set[int]:
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()


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
