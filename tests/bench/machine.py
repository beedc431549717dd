"""What a number was measured on: processor, cores, memory, versions, and how busy the machine was before."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A machine as a report names it; `load` is the number of runnable tasks over the minute before the run."""

    cpu: str
    cores: int
    memory_gib: float
    system: str
    python: str
    load: float
    at: str


def this_machine() -> Machine:
    return Machine(
        cpu=_cpu_model(),
        cores=os.cpu_count() or 1,
        memory_gib=round(psutil.virtual_memory().total / (1 << 30), 1),
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        load=round(psutil.getloadavg()[0], 2),
        at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _cpu_model() -> str:
    facts = Path("/proc/cpuinfo")
    for line in facts.read_text().splitlines() if facts.exists() else ():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.processor() or platform.machine()
