"""`consilium serve` on a machine of its own: a network namespace with one wire, and a clock that can be set.

To be used below `alone`, where the names of namespaces are nobody else's.
"""

from __future__ import annotations

import mmap
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import ROOT

PORT = 8000
# The bridge that all wires end on. Visitors and the database stand on its own machine, each at an address of theirs.
BRIDGE, NET, HERE, DATABASE = "lan", "10.77.0", "10.77.0.1", "10.77.0.2"


def alone(*command: str) -> list[str]:
    """A command with network, processes and mounts of its own: whatever becomes of it, nothing of them is left."""
    return ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", *command]


def run(*command: str | Path) -> None:
    subprocess.run(command, check=True, timeout=30, capture_output=True)


def lay_network(visitors: int) -> None:
    run("mount", "-t", "tmpfs", "none", "/run")  # in it, `ip` keeps its names
    run("ip", "link", "set", "lo", "up")
    run("ip", "link", "add", BRIDGE, "type", "bridge")
    for address in (HERE, DATABASE, *map(visitor_address, range(visitors))):
        run("ip", "addr", "add", f"{address}/24", "dev", BRIDGE)
    run("ip", "link", "set", BRIDGE, "up")


def visitor_address(number: int) -> str:
    return f"{NET}.{101 + number}"


def build_clock(folder: Path) -> Path:
    """A library that makes a program's clock say what a file says."""
    library = folder / "clock.so"
    run("cc", "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", library, Path(__file__).with_name("clock.c"))
    return library


@dataclass(eq=False, kw_only=True)
class Machine:
    """The `number`-th machine (from 1). `plant`: a fault made in its program."""

    number: int
    folder: Path
    settings: Mapping[str, str]
    clock: Path
    plant: str = ""
    process: subprocess.Popen[bytes] | None = None
    clock_off_s: float = 0.0
    _off: mmap.mmap = field(init=False)

    def __post_init__(self) -> None:
        path = self.folder / f"clock-{self.number}"
        path.write_bytes(bytes(8))
        with path.open("r+b") as file:
            self._off = mmap.mmap(file.fileno(), 8)
        run("ip", "netns", "add", self.name)
        wire = f"wire{self.number}"
        run("ip", "link", "add", wire, "type", "veth", "peer", "name", "eth0", "netns", self.name)
        run("ip", "link", "set", wire, "master", BRIDGE, "up")
        run("ip", "-n", self.name, "addr", "add", f"{self.host}/24", "dev", "eth0")
        for device in ("lo", "eth0"):
            run("ip", "-n", self.name, "link", "set", device, "up")
        self.mend()

    @property
    def name(self) -> str:
        return f"machine{self.number}"

    @property
    def host(self) -> str:
        return f"{NET}.{10 + self.number}"

    # ---- its program

    def start(self) -> None:
        ours = {
            "CONSILIUM_HOST": self.host,
            "CONSILIUM_PORT": str(PORT),
            "CONSILIUM_NODE_HOST": self.host,
            "LD_PRELOAD": str(self.clock),
            "CLOCK_OFF_FILE": str(self.folder / f"clock-{self.number}"),
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CONSILIUM_")}
        program = ["tests.collab.faults.planted", self.plant] if self.plant else ["collab.app"]
        with (self.folder / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                ["ip", "netns", "exec", self.name, sys.executable, "-m", *program, "serve"],
                cwd=self.folder, env={**kept, **self.settings, **ours, "PYTHONPATH": str(ROOT)},
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def signal(self, number: signal.Signals) -> None:
        """To the server's process; those that prepare images are not in the way of a meeting."""
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        """All of it, as a machine does that loses its power."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    # ---- its clock, and its wire

    def set_clock(self, off_s: float) -> None:
        self.clock_off_s = off_s
        self._off[:8] = int(off_s * 1e9).to_bytes(8, sys.byteorder, signed=True)

    def drop(self, *, out: str = "", into: str = "") -> None:
        """Lose packets in one direction, without a word: those that leave, or come in, and match."""
        for chain, match in (("out", out), ("into", into)):
            if match:
                self._nft(f"add rule ip faults {chain} {match} drop")

    def mend(self) -> None:
        """Every packet passes again."""
        self._nft("add table ip faults; flush table ip faults; delete table ip faults; add table ip faults")
        for chain, hook in (("out", "output"), ("into", "input")):
            self._nft(f"add chain ip faults {chain} {{ type filter hook {hook} priority 0; }}")

    def _nft(self, commands: str) -> None:
        run("ip", "netns", "exec", self.name, "nft", commands)
