"""Trails of running rooms: written by their owner, and never waited for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from pathlib import Path

from collab.kit.database import Database
from collab.rooms.owning import Live
from collab.rooms.protocol import Drawn, MovePointer, PointerMoved, Said, Say
from collab.rooms.trail import Stretch
from collab.rooms.trail_files import TrailFiles
from collab.rooms.trailing import Trailing
from tests.collab.rooms import live
from tests.collab.rooms import make as rooms


class Stuck:
    """A disk that does not answer until it is let go."""

    def __init__(self) -> None:
        self.is_asked = threading.Event()
        self.may_go_on = threading.Event()
        self.asked = 0

    def append(self, room_id: str, epoch: int, stretch: Stretch) -> bool:
        self.asked += 1
        self.is_asked.set()
        self.may_go_on.wait(live.PATIENCE_S)
        return True


class Broken:
    """A disk that is full."""

    def __init__(self) -> None:
        self.is_asked = threading.Event()

    def append(self, room_id: str, epoch: int, stretch: Stretch) -> bool:
        self.is_asked.set()
        raise OSError(28, "No space left on device")


def _trailing(server: live.LiveServer) -> Trailing:
    trailing = server.hub._trailing  # pyright: ignore[reportPrivateUsage]
    assert trailing is not None
    return trailing


def _lives(server: live.LiveServer) -> Mapping[str, Live]:
    return server.hub._rooms  # pyright: ignore[reportPrivateUsage]


def _write(server: live.LiveServer) -> None:
    """As the trailing itself does every few seconds."""
    _trailing(server).look(_lives(server))
    _trailing(server).write(_lives(server))


async def test_r42_a_trail_store_that_hangs_delays_neither_pointers_nor_facts(database: Database) -> None:
    case, disk = rooms.case(database), Stuck()
    async with live.serving(database, trails=disk) as server:
        expert, _ = await server.enter(case.room_id, case.expert)
        requester, _ = await server.enter(case.room_id, case.requester)
        await expert.send(MovePointer(1, rooms.pointer(1.0)))
        await requester.until(PointerMoved)
        _write(server)
        await asyncio.to_thread(disk.is_asked.wait, live.PATIENCE_S)
        # From here the disk hangs: what is said and shown must come all the same.
        for n in range(2, 100):
            await expert.send(MovePointer(n, rooms.pointer(float(n))))
            moved = await requester.until(PointerMoved)
            assert moved.pointer == rooms.pointer(float(n))
            await requester.send(Drawn(requester.last_frame, 0))
            _write(server)
        await expert.ask(Say("still here"))
        await requester.fact(Said)
        assert disk.asked == 1
        disk.may_go_on.set()


async def test_r42_a_full_disk_costs_the_trail_and_nothing_else(database: Database) -> None:
    case, disk = rooms.case(database), Broken()
    async with live.serving(database, trails=disk) as server:
        expert, _ = await server.enter(case.room_id, case.expert)
        requester, _ = await server.enter(case.room_id, case.requester)
        await expert.send(MovePointer(1, rooms.pointer(1.0)))
        await requester.until(PointerMoved)
        _write(server)
        await asyncio.to_thread(disk.is_asked.wait, live.PATIENCE_S)
        await expert.ask(Say("still here"))
        await requester.fact(Said)


async def test_r42_what_moved_until_the_server_stops_is_in_the_trail(database: Database, tmp_path: Path) -> None:
    case, trails = rooms.case(database), TrailFiles(tmp_path)
    async with live.serving(database, trails=trails) as server:
        expert, welcome = await server.enter(case.room_id, case.expert)
        requester, _ = await server.enter(case.room_id, case.requester)
        await expert.send(MovePointer(1, rooms.pointer(7.0)))
        await requester.until(PointerMoved)
        _trailing(server).look(_lives(server))
    kept = trails.read(case.room_id)
    assert kept is not None
    [step, *_] = kept.steps
    assert isinstance(step.moved, PointerMoved)
    assert (step.moved.actor, step.moved.pointer) == (case.expert.id, rooms.pointer(7.0))
    assert [file.name for file in (tmp_path / case.room_id).iterdir()] == [f"{welcome.epoch:010d}"]


async def test_without_a_place_for_trails_there_is_none(database: Database) -> None:
    case = rooms.case(database)
    async with live.serving(database) as server:
        await server.enter(case.room_id, case.expert)
        assert server.hub._trailing is None  # pyright: ignore[reportPrivateUsage]
