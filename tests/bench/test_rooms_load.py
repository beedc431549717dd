"""The generator counts what others pass on; the plan's words are the program's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.processes import free_port, running
from tests.bench.report import NotMeasured
from tests.bench.rooms_load import Counts, Plan, build, run
from tests.conftest import missing

PLAN = Plan(rooms=2, hz=30.0, warm_s=0.0, run_s=0.5)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    try:
        return build(tmp_path_factory.mktemp("load"))
    except NotMeasured as why:
        missing(str(why))
        raise


def beside_a_relay(program: Path, plan: Plan) -> Counts:
    """The bare relay on the `websockets` library answers every frame to everybody else."""
    port = free_port()
    command = (sys.executable, "-m", "tests.bench.peers.relay", str(port))
    with running(command, port=port, log=program.with_name("log"), is_alone=False) as server:
        return run(program, plan, port=server.port, pid=server.pid, speech="relay", paths=(), tokens=())


def test_each_sample_is_counted_at_each_of_the_others(program: Path) -> None:
    found = beside_a_relay(program, PLAN)
    assert found.expected == 2 * 15 * 3
    assert found.delivered == found.expected
    assert found.closed == 0


def test_a_member_who_has_stopped_reading_is_not_counted(program: Path) -> None:
    found = beside_a_relay(program, Plan(rooms=1, hz=30.0, warm_s=0.0, run_s=0.5, stalled=True))
    assert (found.expected, found.delivered) == (15 * 2, 15 * 2)


def test_a_word_without_a_value_is_refused(program: Path) -> None:
    done = subprocess.run([str(program), "rooms"], capture_output=True, text=True, timeout=10, check=False)
    assert (done.returncode, done.stderr) == (2, "no value: rooms\n")


def test_switches_are_numbers_on_the_command_line() -> None:
    arguments = Plan(rooms=3, stalled=True).through(99).arguments
    assert {"rooms=3", "stalled=1", "thin_port=99", "is_storm=0"} <= set(arguments)
