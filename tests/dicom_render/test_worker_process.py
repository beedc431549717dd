"""One limited process: what it does in a row, and how its end is told. What it survives stands in `test_workers`."""

import operator
import os
from collections.abc import Iterator

import pytest

from dicom_render.answers import Order
from dicom_render.limits import WORKER_MEMORY_BYTES
from dicom_render.worker_process import WorkerDied, WorkerFailed, WorkerProcess

CPU_SECONDS = 5


@pytest.fixture
def process() -> Iterator[WorkerProcess]:
    made = WorkerProcess(WORKER_MEMORY_BYTES)
    yield made
    made.kill()


def test_it_does_one_thing_after_the_other(process: WorkerProcess) -> None:
    for number in range(3):
        order = Order(operator.add, (number, 1), CPU_SECONDS, False)
        assert process.carry_out(order, timeout_s=60, progress=None) == number + 1
    assert (process.tasks, process.is_free) == (3, True)


def test_an_error_leaves_it_free_for_the_next_order(process: WorkerProcess) -> None:
    with pytest.raises(WorkerFailed):
        process.carry_out(Order(operator.truediv, (1, 0), CPU_SECONDS, False), timeout_s=60, progress=None)
    assert process.is_free


def test_one_that_died_is_not_free_and_says_how_it_ended(process: WorkerProcess) -> None:
    with pytest.raises(WorkerDied) as died:
        process.carry_out(Order(os._exit, (3,), CPU_SECONDS, False), timeout_s=60, progress=None)
    assert (died.value.code, died.value.facts["status"], process.is_free) == ("exited", 3, False)
