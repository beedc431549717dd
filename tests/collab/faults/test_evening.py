"""Real machines, a real PostgreSQL and real faults: nothing acknowledged is lost, and nobody is shown two rooms.

Needs root on Linux: each machine is a network namespace. `CONSILIUM_FAULTS=20` goes on for so many rounds, each in
another order; `CONSILIUM_FAULTS_SEED` begins with another one.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests import postgres
from tests.collab.faults.machine import alone
from tests.conftest import ROOT, missing

ROUNDS = int(os.environ.get("CONSILIUM_FAULTS", "1"))
SEED = os.environ.get("CONSILIUM_FAULTS_SEED", "1")
# Not a speed: an evening that takes longer than this stands still somewhere.
ROUND_S = 400


def spend(folder: Path, *, rounds: int, plant: str = "") -> subprocess.CompletedProcess[str]:
    if postgres.find_programs() is None:
        missing("PostgreSQL's server (Debian: postgresql)")
    program = [sys.executable, "-m", "tests.collab.faults.evening", str(folder), SEED, str(rounds)]
    done = subprocess.run(
        alone(*program, *filter(None, [plant])),
        cwd=ROOT, check=False, capture_output=True, text=True, timeout=ROUND_S * max(1, rounds),
    )  # fmt: skip
    print(done.stdout)
    if done.returncode and not plant:
        for log in sorted(folder.glob("*.log")):
            print(f"---- {log.name}\n{log.read_text(errors='replace')[-4000:]}")
    return done


def test_r9_an_evening_of_real_faults_loses_nothing_and_shows_nobody_two_rooms(folder: Path) -> None:
    done = spend(folder, rounds=ROUNDS)
    assert done.returncode == 0, done.stderr[-4000:]


def test_r9_a_lease_that_binds_nobody_is_found(folder: Path) -> None:
    """Planted in real machines: everybody owns the room at once."""
    done = spend(folder, rounds=0, plant="lease")
    assert done.returncode == 1, done.stderr[-4000:]
    assert "WRONG R9: " in done.stdout
