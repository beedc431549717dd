"""Machines on one virtual clock: event loops whose sleeps take no time, and which pause and die when they are told."""

from __future__ import annotations

import asyncio
import contextvars
import heapq
from asyncio import events
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from tests import make

# pyright: reportPrivateUsage=false, reportIncompatibleMethodOverride=false
# A loop has to run its handles, and this one has only what the rooms use.

BEGINNING = make.NIGHT


class Clockwork:
    """The one time of all machines and of what lies between them."""

    def __init__(self) -> None:
        self.now_s = 0.0
        # What was found wrong inside of a machine, whose loop keeps it to itself.
        self.failure: Exception | None = None
        self._events: list[tuple[float, int, Callable[[], object]]] = []
        self._order = count()

    def at(self, when_s: float, act: Callable[[], object]) -> None:
        heapq.heappush(self._events, (max(when_s, self.now_s), next(self._order), act))

    def after(self, wait_s: float, act: Callable[[], object]) -> None:
        self.at(self.now_s + wait_s, act)

    def run(self, seconds: float) -> None:
        end_s = self.now_s + seconds
        while self._events and self._events[0][0] <= end_s:
            self.now_s, _, act = heapq.heappop(self._events)
            act()
            if self.failure is not None:
                failure, self.failure = self.failure, None
                raise failure
        self.now_s = end_s

    def __call__(self) -> datetime:
        return BEGINNING + timedelta(seconds=self.now_s)


class Machine(asyncio.AbstractEventLoop):
    """One process's event loop. `call` carries out what the process gives to a thread: at once, unless overridden."""

    def __init__(self, clockwork: Clockwork) -> None:
        self.clockwork = clockwork
        self.faults: list[dict[str, Any]] = []
        self.clock_off_s = 0.0
        self.is_dead = False
        self._paused_until_s = 0.0
        self._tasks: list[asyncio.Task[Any]] = []

    # ---- what is done to it

    def wall(self) -> datetime:
        """What its own clock shows."""
        return self.clockwork() + timedelta(seconds=self.clock_off_s)

    def pause(self, seconds: float) -> None:
        """As SIGSTOP and SIGCONT do: nothing runs meanwhile, and nobody is told."""
        self._paused_until_s = max(self._paused_until_s, self.clockwork.now_s + seconds)

    def kill(self) -> None:
        """As SIGKILL does: whatever it would still do has no effect any more."""
        self.is_dead = True
        for task in self._tasks:
            task.cancel()

    @property
    def is_paused(self) -> bool:
        return self._paused_until_s > self.clockwork.now_s

    # ---- asyncio's side

    def call_soon(
        self, callback: Callable[..., object], *args: Any, context: contextvars.Context | None = None
    ) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        self.clockwork.after(0, lambda: self._run(handle))
        return handle

    call_soon_threadsafe = call_soon

    def call_later(
        self, delay: float, callback: Callable[..., object], *args: Any, context: contextvars.Context | None = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self.time() + delay, callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[..., object], *args: Any, context: contextvars.Context | None = None
    ) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        self.clockwork.at(when, lambda: self._run(handle))
        return handle

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        pass

    def time(self) -> float:
        return self.clockwork.now_s

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(
        self, coro: Coroutine[Any, Any, Any], *, name: str | None = None, context: contextvars.Context | None = None
    ) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.Task(coro, loop=self, name=name, context=context)
        self._tasks.append(task)
        task.add_done_callback(self._tasks.remove)
        return task

    def run_in_executor(self, executor: object, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:
        future = self.create_future()
        self.call(lambda: func(*args), lambda value, error: self.call_soon(_settle, future, value, error))
        return future

    def call(self, act: Callable[[], Any], answer: Callable[[Any, BaseException | None], object]) -> None:
        answer(act(), None)

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        if not self.is_dead:
            self.faults.append(context)

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return False

    def _run(self, handle: asyncio.Handle) -> None:
        if handle.cancelled():
            return
        if self.is_paused and not self.is_dead:
            self.clockwork.at(self._paused_until_s, lambda: self._run(handle))
            return
        events._set_running_loop(self)
        try:
            handle._run()
        finally:
            events._set_running_loop(None)


def _settle(future: asyncio.Future[Any], value: Any, error: BaseException | None) -> None:
    if future.cancelled():
        return
    if error is None:
        future.set_result(value)
    else:
        future.set_exception(error)
