"""Trails on the disk: one file for each owner of each room, appended to by that owner alone; plain blocking calls."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from collab.rooms.trail import Stretch, join, pack, unpack, whole

# An evening of a tumour board with ten hands is below a tenth of it; past it a room's trail ends.
MOST_ROOM_BYTES = 64 << 20

# Room identifiers are ours; whatever else comes is no name of a folder.
_NAME = re.compile(r"[A-Za-z0-9-]{1,64}")


class TrailFiles:
    """The trails of all rooms under one folder."""

    def __init__(self, folder: Path, *, most_bytes: int = MOST_ROOM_BYTES) -> None:
        self._folder = folder
        self._most_bytes = most_bytes

    def append(self, room_id: str, epoch: int, stretch: Stretch) -> bool:
        """Add what moved under an owner of the room; False when the room's trail is full.

        Nothing waits for the disk here: what a power cut takes is the last seconds of a trail.
        """
        record = pack(stretch)
        room = self._room(room_id)
        if sum(file.stat().st_size for file in _files(room)) + len(record) > self._most_bytes:
            return False
        room.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (room / f"{epoch:010d}").open("ab") as file:
            file.write(record)
        return True

    def read(self, room_id: str) -> Stretch | None:
        """Everything that is left of a room's trail; None for nothing."""
        files = _files(self._room(room_id))
        return join([each for file in files for each in unpack(file.read_bytes())]) if files else None

    def read_packed(self, room_id: str) -> bytes:
        """The same as whole records, one after another; empty for nothing."""
        return b"".join(whole(file.read_bytes()) for file in _files(self._room(room_id)))

    def delete(self, *, before: datetime) -> list[str]:
        """Delete what was last written to before an instant; the rooms of which something was."""
        touched: list[str] = []
        for room in sorted(self._folder.iterdir()) if self._folder.is_dir() else ():
            old = [file for file in _files(room) if file.stat().st_mtime < before.timestamp()]
            for file in old:
                file.unlink()
            if old:
                touched.append(room.name)
            # Not where something is left or was written meanwhile.
            with suppress(OSError):
                room.rmdir()
        return touched

    def _room(self, room_id: str) -> Path:
        assert _NAME.fullmatch(room_id), "no identifier of a room"
        return self._folder / room_id


def _files(room: Path) -> Sequence[Path]:
    return sorted(room.iterdir()) if room.is_dir() else []
