"""Threads that work a queue off: woken, stopped, and not ended by a fault."""

from __future__ import annotations

import logging
import threading

import pytest

from collab.studies.background import Background

WAIT_S = 10


def test_a_wake_makes_it_look_at_once() -> None:
    looked = threading.Semaphore(0)
    background = Background("test", lambda: bool(looked.release()), threads=1)
    background.start()
    assert looked.acquire(timeout=WAIT_S)
    background.wake()
    assert looked.acquire(timeout=WAIT_S)
    background.stop()
    assert background.is_stopping


def test_it_goes_on_while_there_is_work() -> None:
    left, empty = [3], threading.Event()

    def step() -> bool:
        if left[0] == 0:
            empty.set()
            return False
        left[0] -= 1
        return True

    background = Background("test", step, threads=1)
    background.start()
    assert empty.wait(WAIT_S)
    background.stop()


def test_a_fault_is_logged_and_the_next_look_comes(caplog: pytest.LogCaptureFixture) -> None:
    looked = threading.Semaphore(0)

    def step() -> bool:
        looked.release()
        raise ValueError("planted")

    with caplog.at_level(logging.ERROR):
        background = Background("test", step, threads=1)
        background.start()
        assert looked.acquire(timeout=WAIT_S)
        background.wake()
        assert looked.acquire(timeout=WAIT_S)
        background.stop()
    assert "planted" in caplog.text
