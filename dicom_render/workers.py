"""A few limited processes that read untrusted bytes for this one; blocking, to be called from threads."""

import os
import pickle
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, TypeVar

import msgspec

from dicom_render.answers import Answer, Done, Failed, Order, Progressed, Ready, Refused, decode_result, receive, send
from dicom_render.limits import WORKER_FILE_BYTES, WORKER_MEMORY_BYTES
from dicom_render.refusal import Refusal, refusal_of

T = TypeVar("T")

# Importing numpy, pydicom and imagecodecs takes 0.4 s; a loaded machine at start-up may need many times that.
START_TIMEOUT_S = 60.0
# Longer than this for a free worker means that the callers are too many: say so instead of piling up.
QUEUE_TIMEOUT_S = 300.0
# Leaks in codecs stay small (54 MB at most after 200 hostile files), and a fresh start costs half a second.
TASKS_PER_PROCESS = 200
_ENVIRONMENT = {
    # Two threads of OpenBLAS would take their buffers out of the address space that a worker may have.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "PYTHONUTF8": "1",
    # glibc gives arrays of more than 128 KiB back to the kernel at once: fresh pages were half of drawing a frame.
    "MALLOC_MMAP_THRESHOLD_": str(8 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(32 << 20),
}


class WorkerDied(Refusal):
    """The process that worked on this died or had to be killed: `timeout`, `cpu_time`, `killed`, `exited`."""


class WorkerFailed(Refusal):
    """An error that nobody foresaw, while a file was read: `failed`, with its type and text."""


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
            self._idle.put(_Process(memory_bytes))

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
                process = _Process(self._memory_bytes)
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


class _Idle(queue.LifoQueue["_Process"]):
    """Processes that wait, the one that worked last first: it may still hold open what is asked for next."""

    def _put(self, item: "_Process") -> None:
        # One that has not worked yet may still be starting: it is taken when no other is there.
        self.queue.insert(len(self.queue) if item.tasks else 0, item)


class _Process:
    """One worker process and the line to it."""

    def __init__(self, memory_bytes: int) -> None:
        self.tasks = 0
        self.is_free = True
        self._is_ready = False
        self._channel, theirs = socket.socketpair()
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH", "TMPDIR") if name in os.environ}
        path = os.pathsep.join(entry for entry in sys.path if entry)
        arguments = (theirs.fileno(), memory_bytes, WORKER_FILE_BYTES)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own module, numbers as arguments
                [sys.executable, "-m", "dicom_render.worker", *map(str, arguments)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                # Not this terminal's: a Ctrl-C is for the parent, whose end closes the line.
                start_new_session=True,
                env={**kept, **_ENVIRONMENT, "PYTHONPATH": path},
            )

    def carry_out(
        self, order: Order, *, timeout_s: float, progress: Callable[[int, int], None] | None
    ) -> Any:  # Any: what the function returns
        if not self._is_ready:
            self._next(time.monotonic() + START_TIMEOUT_S, order)
            self._is_ready = True
        self.tasks += 1
        self.is_free = False
        self._send(order)
        while isinstance(answer := self._next(time.monotonic() + timeout_s, order), Progressed | Ready):
            if isinstance(answer, Progressed) and progress is not None:
                progress(answer.done, answer.total)
        self.is_free = True
        match answer:
            case Done(result):
                return self._read(result, order)
            case Refused(kind, code, facts):
                raise refusal_of(kind, code, facts)
            case Failed(error, text):
                raise WorkerFailed("failed", {"function": order.function.__name__, "error": error, "text": text})

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._channel.close()

    def _send(self, order: Order) -> None:
        try:
            self._channel.settimeout(None)
            send(self._channel, pickle.dumps(order))
        except ConnectionError:
            raise self._death(order) from None

    def _next(self, deadline: float, order: Order) -> Answer:
        try:
            return msgspec.msgpack.decode(receive(self._channel, deadline=deadline), type=Answer)
        except TimeoutError:
            raise WorkerDied("timeout", {"function": order.function.__name__}) from None
        except (EOFError, ConnectionError, msgspec.MsgspecError):
            raise self._death(order) from None

    def _read(self, result: msgspec.Raw, order: Order) -> Any:  # Any: what the function returns
        try:
            return decode_result(result, order.function)
        except (msgspec.MsgspecError, ValueError, TypeError) as error:
            self.is_free = False
            raise WorkerFailed("failed", {"function": order.function.__name__, "text": str(error)[:200]}) from None

    def _death(self, order: Order) -> WorkerDied:
        """What ended the process, which may be about to end; a line closed without death is a death as well."""
        self.is_free = False
        try:
            status = self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            return WorkerDied("exited", {"function": order.function.__name__})
        if status == -signal.SIGXCPU:
            return WorkerDied("cpu_time", {"function": order.function.__name__})
        return WorkerDied("killed" if status < 0 else "exited", {"function": order.function.__name__, "status": status})
