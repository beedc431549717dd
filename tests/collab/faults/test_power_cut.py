"""The power is cut, again and again: what Consilium has said to be safe is there, byte for byte.

Needs root on Linux, for a disk whose power can be cut. `CONSILIUM_CUTS=200` cuts so often. Killing a process shows
nothing of this: what it has written is still with the system. Each test has its counterpart with a planted fault,
which must lose something.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import postgres
from tests.collab.faults.machine import alone
from tests.conftest import ROOT, missing

# Not a speed: a cut that takes longer than this stands still somewhere.
CUT_S = 60
CUTS = int(os.environ.get("CONSILIUM_CUTS", "2"))
# With the fault planted one is mostly enough; chance may have it come just after a moment when all was synced.
TRIES = 5


def cut(folder: Path, what: str, *, cuts: int, plant: str = "") -> subprocess.CompletedProcess[str]:
    if what == "cut_postgres" and postgres.find_programs() is None:
        missing("PostgreSQL's server (Debian: postgresql)")
    program = [sys.executable, "-m", f"tests.collab.faults.{what}", str(folder), "1", str(cuts)]
    done = subprocess.run(
        alone(*program, *filter(None, [plant])),
        cwd=ROOT, check=False, capture_output=True, text=True, timeout=CUT_S * cuts,
    )  # fmt: skip
    print(done.stdout[-4000:])
    return done


@pytest.mark.parametrize("what", ["cut_rooms", "cut_files", "cut_postgres"])
def test_what_was_said_to_be_safe_is_there_after_power_cuts(folder: Path, what: str) -> None:
    done = cut(folder, what, cuts=CUTS)
    assert done.returncode == 0, done.stderr[-4000:]


@pytest.mark.parametrize(
    ("what", "plant", "loss"),
    [
        # By which rule depends on whether the lost fact had been told as itself or within a state.
        ("cut_rooms", "database", "WRONG R"),
        ("cut_postgres", "commit", "WRONG R"),
        ("cut_files", "files", "WRONG an original has a row and is not whole"),
    ],
)
def test_a_power_cut_loses_what_was_not_synced(folder: Path, what: str, plant: str, loss: str) -> None:
    done = cut(folder, what, cuts=TRIES, plant=plant)
    assert done.returncode == 1, done.stderr[-4000:]
    assert loss in done.stdout
