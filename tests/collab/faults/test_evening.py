"""Real machines, a real PostgreSQL and real faults: nothing acknowledged is lost, and nobody is shown two rooms.

Needs root on Linux: each machine is a network namespace. `CONSILIUM_FAULTS=20` goes on for so many rounds, each in
another order; `CONSILIUM_FAULTS_SEED` begins with another one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import postgres
from tests.collab.faults.evening import alone
from tests.conftest import ROOT, missing

ROUNDS = int(os.environ.get("CONSILIUM_FAULTS", "1"))
SEED = os.environ.get("CONSILIUM_FAULTS_SEED", "1")
# Not a speed: an evening that takes longer than this stands still somewhere.
ROUND_S = 400


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not below pytest's own folder, which is another user's: PostgreSQL runs as one of its own."""
    for program in ("ip", "nft", "cc", "unshare"):
        if shutil.which(program) is None:
            missing(f"the program {program}, for machines of their own")
    if postgres.find_programs() is None:
        missing("PostgreSQL's server (Debian: postgresql)")
    if subprocess.run(alone("true"), check=False, capture_output=True).returncode:
        missing("the right to have network namespaces (root)")
    made = Path(tempfile.mkdtemp(prefix="consilium-faults-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


def test_r9_an_evening_of_real_faults_loses_nothing_and_shows_nobody_two_rooms(folder: Path) -> None:
    program = [sys.executable, "-m", "tests.collab.faults.evening", str(folder), SEED, str(ROUNDS)]
    done = subprocess.run(
        alone(*program), cwd=ROOT, check=False, capture_output=True, text=True, timeout=ROUND_S * ROUNDS
    )
    print(done.stdout)
    if done.returncode:
        for log in sorted(folder.glob("*.log")):
            print(f"---- {log.name}\n{log.read_text(errors='replace')[-4000:]}")
    assert done.returncode == 0, done.stderr[-4000:]
