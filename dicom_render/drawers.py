"""Limited processes that draw pictures of prepared stacks, apart from those that read files; to be awaited."""

import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from dicom_render.answers import Order
from dicom_render.drawing import DrawnPicture, OwnPlane, Quality, draw_stack
from dicom_render.drawing_queue import LEND_AFTER_S, DrawingQueue, Place
from dicom_render.limits import DRAWER_MEMORY_BYTES
from dicom_render.printing import Over, Printed, print_stack
from dicom_render.refusal import Refusal
from dicom_render.volume import PlaneView
from dicom_render.worker_process import WorkerProcess

# The largest volume is decoded in 10 s; a loaded machine may need a few times that.
TIMEOUT_S = 60.0
CPU_SECONDS = 30
# A fresh process has to decode everything anew: leaks of the decoder, which reads what we wrote, are waited for longer.
TASKS_PER_PROCESS = 20_000
T = TypeVar("T")


class Overtaken(Refusal):
    """The same screen asked for another picture before this one was begun: `overtaken`."""


class DrawersClosed(Refusal):
    """The program is ending: `closed`."""


@dataclass(frozen=True, slots=True)
class AskedDrawing:
    """A picture to be drawn: of which prepared stack, and who wants to see it on which screen ("" for none)."""

    folder: str
    stack: int
    view: PlaneView | OwnPlane
    version: str
    size: tuple[int, int]
    quality: Quality
    who: str
    screen: str = ""

    @property
    def place(self) -> Place:
        return Place(self.who, self.screen, (self.folder, self.stack), self.view.sop_instance_uid is not None)

    def order(self, cpu_seconds: int) -> Order:
        arguments = (self.folder, self.stack, self.view, self.version, self.size, self.quality)
        return Order(draw_stack, arguments, cpu_seconds, reports_progress=False)


@dataclass(frozen=True, slots=True)
class AskedPrint:
    """A picture for paper: of which prepared stack, with what over it, and for whom."""

    folder: str
    stack: int
    view: PlaneView
    over: Over
    size: tuple[int, int]
    quality: int
    who: str

    @property
    def place(self) -> Place:
        return Place(self.who, "", (self.folder, self.stack), self.view.sop_instance_uid is not None)

    def order(self, cpu_seconds: int) -> Order:
        arguments = (self.folder, self.stack, self.view, self.over, self.size, self.quality)
        return Order(print_stack, arguments, cpu_seconds, reports_progress=False)


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    asked: AskedDrawing | AskedPrint
    future: Future[Any]  # Any: what its order declares


class Drawers:
    """So many processes, each started when it is first needed, each with a thread of this one that waits for it."""

    def __init__(
        self,
        processes: int = 2,
        *,
        memory_bytes: int = DRAWER_MEMORY_BYTES,
        cpu_seconds: int = CPU_SECONDS,
    ) -> None:
        self._memory_bytes, self._cpu_seconds = memory_bytes, cpu_seconds
        self._queue: DrawingQueue[_Job] = DrawingQueue()
        self._idle: set[int] = set()
        self._is_closing = False
        self._changed = threading.Condition()
        self._threads = [
            threading.Thread(target=self._work, args=(number,), name=f"draw-{number}", daemon=True)
            for number in range(processes)
        ]
        for thread in self._threads:
            thread.start()

    def ask(self, asked: AskedDrawing) -> Future[DrawnPicture]:
        """The picture to come; cancelled before it is begun, it is not drawn. Raises `QueueFull`.

        Its exceptions: the refusals of `draw_picture`, `WorkerDied`, `WorkerFailed`, `Overtaken`, `DrawersClosed`.
        """
        return self._add(asked, Future[DrawnPicture]())

    def ask_print(self, asked: AskedPrint) -> Future[Printed]:
        """The same for paper; nothing overtakes it."""
        return self._add(asked, Future[Printed]())

    def _add(self, asked: AskedDrawing | AskedPrint, future: Future[T]) -> Future[T]:
        job = _Job(asked, future)
        with self._changed:
            if self._is_closing:
                raise DrawersClosed("closed")
            overtaken = self._queue.add(job, asked.place, at_s=time.monotonic())
            self._changed.notify_all()
        job.future.add_done_callback(lambda _: self._leave(job))
        for each in overtaken:
            _refuse(each, Overtaken("overtaken"))
        return future

    def close(self) -> None:
        """End all processes; what is being drawn is waited for, what waits is refused."""
        with self._changed:
            self._is_closing = True
            waiting = self._queue.drain()
            self._changed.notify_all()
        for job in waiting:
            _refuse(job, DrawersClosed("closed"))
        for thread in self._threads:
            thread.join()

    def _leave(self, job: _Job) -> None:
        if job.future.cancelled():
            with self._changed:
                self._queue.remove(job)

    def _work(self, number: int) -> None:
        process: WorkerProcess | None = None
        while (job := self._next(number)) is not None:
            if job.future.set_running_or_notify_cancel():
                process = self._carry_out(job, process)
            if process is not None and (not process.is_free or process.tasks >= TASKS_PER_PROCESS):
                process.kill()
                process = None
            if process is None:
                with self._changed:
                    self._queue.forget(number)
        if process is not None:
            process.kill()

    def _next(self, number: int) -> _Job | None:
        """What this process draws next, once there is something; None when the program ends."""
        with self._changed:
            while not self._is_closing:
                self._idle.discard(number)
                job = self._queue.take(number, at_s=time.monotonic(), idle=frozenset(self._idle))
                if job is not None:
                    return job
                self._idle.add(number)
                self._changed.wait(LEND_AFTER_S if self._queue.is_waiting else None)
            return None

    def _carry_out(self, job: _Job, process: WorkerProcess | None) -> WorkerProcess | None:
        """Draw, in a new process if there is none; the process, in whatever state it is."""
        order = job.asked.order(self._cpu_seconds)
        try:
            process = process or WorkerProcess(self._memory_bytes)
            done: Any = process.carry_out(order, timeout_s=TIMEOUT_S, progress=None)  # Any: see `carry_out`
        except BaseException as error:
            # Whoever waits for the picture hears of whatever it was; nobody stands above this thread.
            job.future.set_exception(error)
        else:
            job.future.set_result(done)
        return process


def _refuse(job: _Job, refusal: Refusal) -> None:
    if job.future.set_running_or_notify_cancel():
        job.future.set_exception(refusal)
