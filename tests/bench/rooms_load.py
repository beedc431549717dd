"""The load generator of the benchmark `rooms`, a process of its own: a plan comes in on stdin, counts go out on stdout.

Latency counts from the instant at which a message was due, so a generator or server that falls behind is not excused.
"""

from __future__ import annotations

import asyncio
import gc
import math
import os
import selectors
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
import psutil

from collab.rooms.protocol import SUBPROTOCOL, Drawn, FromRoom, Hello, MovePointer, Ping, PointerMoved, Pong, Welcome
from collab.rooms.view import Pointer
from tests.bench.percentiles import percentile
from tests.bench.processes import cpu_s, waited_s
from tests.bench.rooms_socket import ThinSocket, open_socket

RATE_HZ = 60.0
MEMBERS = 4
# As web/src/wire/socket.ts gives credit back on a link as short as this one.
CREDITED_TOGETHER, CREDIT_WITHIN_S = 2, 0.030
# How long after the last message one may still arrive; what comes later is lost to whoever watches.
DRAIN_S = 0.5
WELCOME_TIMEOUT_S = 20.0
# select() takes microseconds, where epoll from Python rounds to a millisecond, but it knows no more files than this.
SELECT_FILES = 1000

_DECODER = msgspec.msgpack.Decoder(FromRoom | MovePointer)
_ENCODER = msgspec.msgpack.Encoder()


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """`tokens` are those of a room's members; without them the server is a bare relay that greets and counts nobody."""

    port: int
    server_pid: int
    paths: list[str]
    tokens: list[str]
    warm_up_s: float
    measured_s: float


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """What one step found. `late_ms_p99` and `generator_cpu` judge the generator itself. Shares are of
    a core; `server_waited`: how much of the time the server could have run and the machine did something else."""

    rooms: int
    expected: int
    delivered: int
    p50_ms: float | None
    p99_ms: float | None
    max_ms: float | None
    late_ms_p99: float | None
    server_cpu: float
    server_waited: float | None
    server_rss_mib: float
    generator_cpu: float
    bytes_in: int
    closed: int


@dataclass
class Sampler:
    """The schedule, and what has arrived of the part of it that counts."""

    rooms: int
    first: int
    last: int
    start_s: float = math.inf
    latencies_ms: list[float] = field(default_factory=list[float])
    late_ms: list[float] = field(default_factory=list[float])

    def due_s(self, room: int, number: int) -> float:
        """Rooms take turns within a sixtieth of a second, as people who know nothing of each other do."""
        return self.start_s + (number + room / self.rooms) / RATE_HZ

    def sent(self, room: int, number: int, now_s: float) -> None:
        if self.first <= number < self.last:
            self.late_ms.append((now_s - self.due_s(room, number)) * 1000)

    def arrived(self, room: int, number: int, now_s: float) -> None:
        if self.first <= number < self.last:
            self.latencies_ms.append((now_s - self.due_s(room, number)) * 1000)

    @property
    def expected(self) -> int:
        return (self.last - self.first) * self.rooms * (MEMBERS - 1)


class Tab:
    """A browser tab in a room: draws once a picture and answers with `drawn`, as web/src/wire/socket.ts does."""

    def __init__(self, sampler: Sampler, *, gives_credit: bool, phase: float) -> None:
        self._sampler = sampler
        self._gives_credit = gives_credit
        self._phase_s = phase / RATE_HZ
        self._loop = asyncio.get_running_loop()
        self._frame = 0
        self._seq = 0
        self._arrived = 0
        self._is_draw_due = False
        self._waits: asyncio.TimerHandle | None = None
        self.welcomed: asyncio.Future[None] = self._loop.create_future()
        self.socket: ThinSocket | None = None

    async def enter(self, port: int, path: str, token: str | None, client_id: str) -> None:
        headers = {"Authorization": f"Bearer {token}", "Sec-WebSocket-Protocol": SUBPROTOCOL} if token else {}
        self.socket = await open_socket(port, path, headers, self._receive)
        if token:
            self.send(Hello(client_id, 0))
            await asyncio.wait_for(self.welcomed, WELCOME_TIMEOUT_S)

    def send(self, message: Hello | MovePointer | Drawn | Pong) -> None:
        assert self.socket is not None
        self.socket.send(_ENCODER.encode(message))

    def _receive(self, data: bytes) -> None:
        now_s = self._loop.time()
        message = _DECODER.decode(data)
        if isinstance(message, PointerMoved | MovePointer):
            if message.pointer is not None:
                number, room, _ = message.pointer.point_world_mm
                self._sampler.arrived(int(room), int(number), now_s)
            if isinstance(message, PointerMoved):
                self._frame = max(self._frame, message.frame)
                self._arrived += 1
                self._credit_when_drawn(now_s)
        elif isinstance(message, Welcome) and not self.welcomed.done():
            self.welcomed.set_result(None)
        elif isinstance(message, Ping):
            # The first tabs of hundreds wait in silence for the last to come.
            self.send(Pong(message.n))

    def _credit_when_drawn(self, now_s: float) -> None:
        if self._gives_credit and not self._is_draw_due:
            self._is_draw_due = True
            pictures = math.floor((now_s - self._phase_s) * RATE_HZ) + 1
            self._loop.call_at(pictures / RATE_HZ + self._phase_s, self._draw)

    def _draw(self) -> None:
        self._is_draw_due = False
        if self._waits is not None:
            self._waits.cancel()
        if self._arrived >= CREDITED_TOGETHER:
            self._credit(self._frame, self._arrived)
        elif self._arrived > 0:
            self._waits = self._loop.call_later(CREDIT_WITHIN_S, self._credit, self._frame, self._arrived)

    def _credit(self, frame: int, count: int) -> None:
        self._arrived -= count
        if self.socket is not None and self.socket.close_code is None:
            self.send(Drawn(frame, self._seq))


def pointer(room: int, number: int) -> MovePointer:
    """A pointer whose place says which message of which room it is."""
    place = (float(number), float(room), -31.5)
    # UIDs as long as real ones: they are most of the message.
    uid = "1.2.826.0.1.3680043.8.498.45787841905188114249811117"
    return MovePointer(number + 1, Pointer(f"{uid}1", f"{uid}2", place, f"{uid}3", 1))


async def run(plan: Plan) -> Counts:
    rooms = len(plan.paths)
    first = round(plan.warm_up_s * RATE_HZ)
    sampler = Sampler(rooms=rooms, first=first, last=first + round(plan.measured_s * RATE_HZ))
    tabs = await _enter_all(plan, sampler)
    gc.collect()
    gc.freeze()
    meter = _Meter(plan.server_pid)
    sampler.start_s = asyncio.get_running_loop().time() + 0.1
    await _move(sampler, [each[0] for each in tabs], range(first))
    meter.start()
    await _move(sampler, [each[0] for each in tabs], range(first, sampler.last))
    meter.stop()
    await asyncio.sleep(DRAIN_S)
    sockets = [tab.socket for room in tabs for tab in room if tab.socket is not None]
    counts = _counts(sampler, meter, sockets)
    for socket in sockets:
        socket.close()
    await asyncio.sleep(0.1)
    return counts


async def _enter_all(plan: Plan, sampler: Sampler) -> list[list[Tab]]:
    """All tabs of all rooms; room after room, so that the arrival of hundreds is not what is measured."""
    tabs: list[list[Tab]] = []
    for room, path in enumerate(plan.paths):
        members = [
            Tab(sampler, gives_credit=bool(plan.tokens), phase=((room * MEMBERS + seat) * 0.618) % 1)
            for seat in range(MEMBERS)
        ]
        for seat, tab in enumerate(members):
            token = plan.tokens[seat] if plan.tokens else None
            await tab.enter(plan.port, path, token, f"bench-{os.getpid()}-{room}-{seat}")
        tabs.append(members)
    return tabs


async def _move(sampler: Sampler, presenters: Sequence[Tab], numbers: range) -> None:
    loop = asyncio.get_running_loop()
    for number in numbers:
        for room, tab in enumerate(presenters):
            wait_s = sampler.due_s(room, number) - loop.time()
            if wait_s > 0:
                await asyncio.sleep(wait_s)
            elif number % 4 == 0:
                # Behind its schedule the generator must still read what has arrived.
                await asyncio.sleep(0)
            tab.send(pointer(room, number))
            sampler.sent(room, number, loop.time())


class _Meter:
    """Processor time of the server and of this process over the part that counts."""

    def __init__(self, server_pid: int) -> None:
        self._pid = server_pid
        self.server_cpu = self.generator_cpu = self.rss_mib = 0.0
        self.server_waited: float | None = None

    def start(self) -> None:
        self._at = (time.monotonic(), cpu_s(self._pid), waited_s(self._pid), time.process_time())

    def stop(self) -> None:
        at_s, server_s, before_s, own_s = self._at
        took_s = time.monotonic() - at_s
        self.server_cpu = (cpu_s(self._pid) - server_s) / took_s
        self.generator_cpu = (time.process_time() - own_s) / took_s
        self.rss_mib = psutil.Process(self._pid).memory_info().rss / (1 << 20)
        after_s = waited_s(self._pid)
        if before_s is not None and after_s is not None:
            self.server_waited = (after_s - before_s) / took_s


def _counts(sampler: Sampler, meter: _Meter, sockets: Sequence[ThinSocket]) -> Counts:
    found = sampler.latencies_ms
    return Counts(
        rooms=sampler.rooms,
        expected=sampler.expected,
        delivered=len(found),
        p50_ms=percentile(found, 0.5),
        p99_ms=percentile(found, 0.99),
        max_ms=max(found, default=None),
        late_ms_p99=percentile(sampler.late_ms, 0.99),
        server_cpu=meter.server_cpu,
        server_waited=meter.server_waited,
        server_rss_mib=meter.rss_mib,
        generator_cpu=meter.generator_cpu,
        bytes_in=sum(socket.bytes_in for socket in sockets),
        closed=sum(socket.close_code is not None for socket in sockets),
    )


def _loop(connections: int) -> asyncio.AbstractEventLoop:
    selector = selectors.SelectSelector() if connections < SELECT_FILES else selectors.DefaultSelector()
    return asyncio.SelectorEventLoop(selector)


def main() -> None:
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
    with asyncio.Runner(loop_factory=lambda: _loop(len(plan.paths) * MEMBERS)) as runner:
        counts = runner.run(run(plan))
    sys.stdout.buffer.write(msgspec.json.encode(counts))


if __name__ == "__main__":
    main()
