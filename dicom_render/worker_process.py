"""One limited process that works for this one, and the line to it; whose turn it is stands elsewhere."""

import os
import pickle
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import msgspec

from dicom_render.answers import (
    Answer,
    Done,
    Failed,
    Order,
    Progressed,
    Ready,
    Refused,
    decode_result,
    read_answer,
    receive,
    send,
)
from dicom_render.limits import WORKER_FILE_BYTES
from dicom_render.refusal import Refusal, refusal_of

# Importing numpy, pydicom and imagecodecs takes 0.4 s; a loaded machine at start-up may need many times that.
START_TIMEOUT_S = 60.0
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


class WorkerProcess:
    """One limited process and the line to it; for one thread at a time."""

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
            return read_answer(receive(self._channel, deadline=deadline))
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
