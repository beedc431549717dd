"""The file of one upload while bytes arrive: one connection at a time, safe when it says so; it knows no database."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from collab.kit.refusals import Refusal


class UploadBusy(Refusal):
    """Another connection is sending to this upload."""

    code = "upload_busy"
    status = 409


class Incoming:
    """An open upload. The lock is the kernel's, so it holds between processes and ends with the connection's file."""

    def __init__(self, path: Path) -> None:
        """Raises `UploadBusy`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab", buffering=0)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise UploadBusy from None

    def start(self, offset: int) -> None:
        """Cut off what came after the last safe byte: nobody was told of it."""
        self._file.truncate(offset)

    def write(self, piece: bytes) -> None:
        rest = memoryview(piece)
        while rest:
            rest = rest[self._file.write(rest) :]

    def make_safe(self) -> None:
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()
