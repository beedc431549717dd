"""Trails on the disk: one file an owner, a bound for each room, and deletion by age."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from collab.rooms.protocol import PointerMoved
from collab.rooms.trail import Step, Stretch, pack
from collab.rooms.trail_files import TrailFiles
from tests import make
from tests.collab.rooms import make as rooms

ROOM = "ROO-0000000000000001"


def _stretch(at_ms: int) -> Stretch:
    return Stretch((Step(at_ms, PointerMoved(1, "a", 1, rooms.pointer())),), 0)


def test_each_owner_has_a_file_of_its_own(tmp_path: Path) -> None:
    trails = TrailFiles(tmp_path)
    assert trails.read(ROOM) is None
    trails.append(ROOM, 2, _stretch(200))
    trails.append(ROOM, 1, _stretch(100))
    trails.append(ROOM, 2, _stretch(300))
    assert sorted(file.name for file in (tmp_path / ROOM).iterdir()) == ["0000000001", "0000000002"]
    read = trails.read(ROOM)
    assert read is not None
    assert [step.at_ms for step in read.steps] == [100, 200, 300]


def test_a_full_trail_takes_nothing_more(tmp_path: Path) -> None:
    trails = TrailFiles(tmp_path, most_bytes=len(pack(_stretch(100))))
    assert trails.append(ROOM, 1, _stretch(100))
    assert not trails.append(ROOM, 2, _stretch(200))
    read = trails.read(ROOM)
    assert read is not None
    assert [step.at_ms for step in read.steps] == [100]


def test_what_is_too_old_is_deleted_and_the_rest_stays(tmp_path: Path) -> None:
    trails, other = TrailFiles(tmp_path), "ROO-0000000000000002"
    assert trails.delete(before=make.NIGHT) == []
    for room_id, epoch, days in ((ROOM, 1, 40), (ROOM, 2, 10), (other, 1, 40)):
        trails.append(room_id, epoch, _stretch(epoch))
        written_s = (make.NIGHT - timedelta(days=days)).timestamp()
        os.utime(tmp_path / room_id / f"{epoch:010d}", (written_s, written_s))
    assert trails.delete(before=make.NIGHT - timedelta(days=30)) == [ROOM, other]
    assert [file.name for file in (tmp_path / ROOM).iterdir()] == ["0000000002"]
    assert not (tmp_path / other).exists()


def test_no_path_can_be_made_of_a_rooms_name(tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        TrailFiles(tmp_path).read("../secret")
