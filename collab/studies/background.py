"""A queue in the database worked off by threads of this process: woken at once, looking by itself now and then."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

log = logging.getLogger("consilium.studies")

# How soon work is found that another process (`consilium import`) has queued.
LOOK_EVERY_S = 5.0
# A stop waits this long for a step to end; what is cut off is taken up again at the next start.
STOP_TIMEOUT_S = 10.0


class Background:
    """Threads that call `step` until it says that nothing is left, then wait to be woken."""

    def __init__(self, name: str, step: Callable[[], bool], *, threads: int) -> None:
        self._step = step
        self._is_stopping = False
        self._condition = threading.Condition()
        self._wakes = 0
        self._names = [f"{name}-{number}" for number in range(threads)]
        self._threads: list[threading.Thread] = []

    @property
    def is_stopping(self) -> bool:
        """A long step looks here between its parts."""
        return self._is_stopping

    def start(self) -> None:
        """Also again, after a stop."""
        self._is_stopping = False
        self._threads = [threading.Thread(target=self._run, name=name, daemon=True) for name in self._names]
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Look now."""
        with self._condition:
            self._wakes += 1
            self._condition.notify_all()

    def rest(self, seconds: float) -> None:
        """Inside of a step: nothing to do for so long, unless it is woken or stopped."""
        with self._condition:
            seen = self._wakes
            self._condition.wait_for(lambda: self._is_stopping or self._wakes != seen, seconds)

    def stop(self, *, timeout_s: float | None = STOP_TIMEOUT_S) -> None:
        """None: however long the steps at work take."""
        with self._condition:
            self._is_stopping = True
            self._condition.notify_all()
        for thread in self._threads:
            thread.join(timeout_s)

    def _run(self) -> None:
        while not self._is_stopping:
            seen = self._wakes
            if not self._safe_step():
                with self._condition:
                    self._condition.wait_for(lambda: self._is_stopping or self._wakes != seen, LOOK_EVERY_S)  # noqa: B023

    def _safe_step(self) -> bool:
        # Like the doors of HTTP: nobody stands above a thread to tell, so the fault is logged and the queue goes on.
        try:
            return self._step()
        except Exception:
            log.exception("a background step failed")
            return False
