"""A few limited processes that read untrusted bytes for this one; blocking, to be called from threads."""

import queue
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, TypeVar

from dicom_render.answers import Order
from dicom_render.limits import WORKER_MEMORY_BYTES
from dicom_render.refusal import Refusal
from dicom_render.worker_process import WorkerDied as WorkerDied
from dicom_render.worker_process import WorkerFailed as WorkerFailed
from dicom_render.worker_process import WorkerProcess

T = TypeVar("T")

# Longer than this for a free worker means that the callers are too many: say so instead of piling up.
QUEUE_TIMEOUT_S = 300.0
# Leaks in codecs stay small (54 MB at most after 200 hostile files), and a fresh start costs half a second.
TASKS_PER_PROCESS = 200


class WorkersBusy(Refusal):
    """No worker came free in time: `busy`."""


class Workers:
    """Processes under RLIMIT_AS, CPU and FSIZE, without privileges or secrets and, if the kernel lets us, network."""

    def __init__(
        self,
        processes: int = 2,
        *,
        memory_bytes: int = WORKER_MEMORY_BYTES,
        cpu_seconds: int = 30,
        tasks_per_process: int = TASKS_PER_PROCESS,
    ) -> None:
        self._memory_bytes = memory_bytes
        self._cpu_seconds = cpu_seconds
        self._tasks_per_process = tasks_per_process
        self._count = processes
        self._closing = threading.Lock()
        self._idle = _Idle(processes)
        for _ in range(processes):
            self._idle.put(WorkerProcess(memory_bytes))

    def run(
        self,
        function: Callable[..., T],
        *arguments: Any,  # Any: whatever the function takes, as long as it can be pickled
        timeout_s: float = 60.0,
        progress: Callable[[int, int], None] | None = None,
    ) -> T:
        """Calls an importable function in a worker and gives its result, read as its declared return type.

        `timeout_s` and the CPU seconds count from the last sign of life: the start, or a progress report. With
        `progress`, the function is given a keyword argument `progress(done, total)` that calls it back here. Raises
        the function's own `Refusal`, or `WorkerDied`, `WorkerFailed`, `WorkersBusy`.
        """
        order = Order(function, arguments, self._cpu_seconds, progress is not None)
        try:
            process = self._idle.get(timeout=QUEUE_TIMEOUT_S)
        except queue.Empty:
            raise WorkersBusy("busy", {"processes": self._count}) from None
        try:
            return process.carry_out(order, timeout_s=timeout_s, progress=progress)
        finally:
            if not process.is_free or process.tasks >= self._tasks_per_process:
                process.kill()
                process = WorkerProcess(self._memory_bytes)
            self._idle.put(process)

    def close(self) -> None:
        """Ends all processes; those at work are waited for. A second time there is nothing left to end."""
        with self._closing:
            while self._count:
                self._idle.get().kill()
                self._count -= 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()


class _Idle(queue.LifoQueue[WorkerProcess]):
    """Processes that wait, the one that worked last first: it may still hold open what is asked for next."""

    def _put(self, item: WorkerProcess) -> None:
        # One that has not worked yet may still be starting: it is taken when no other is there.
        self.queue.insert(len(self.queue) if item.tasks else 0, item)
