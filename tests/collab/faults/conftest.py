"""A place of its own for machines, networks and disks that only root may have."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.collab.faults.machine import alone
from tests.conftest import missing

PROGRAMS = {"unshare": "util-linux", "ip": "iproute2", "nft": "nftables", "cc": "gcc", "mkfs.ext4": "e2fsprogs"}


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not below pytest's own folder, which is another user's: PostgreSQL runs as one of its own."""
    for program, package in PROGRAMS.items():
        if shutil.which(program) is None:
            missing(f"the program {program} (Debian: {package})")
    if subprocess.run(alone("true"), check=False, capture_output=True).returncode:
        missing("the right to have namespaces (root)")
    made = Path(tempfile.mkdtemp(prefix="consilium-faults-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)
