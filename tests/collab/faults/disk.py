"""A disk whose power can be cut: an ext4 in a file. What was not synced before is gone, as it is with a real one.

To be used below `alone`, in mounts of one's own.
"""

from __future__ import annotations

import fcntl
import os
import signal
import struct
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from tests.collab.faults.machine import run

SIZE_BYTES = 192 << 20
# Not a speed: a process that does not stop, or a disk that stays busy for so long, has failed the test.
PATIENCE_S = 30.0
# linux/fs/ext4/ext4.h: nothing more is written, not even the file system's own journal.
_SHUTDOWN, _NO_LOG_FLUSH = 0x8004587D, 2


@dataclass(kw_only=True)
class Disk:
    """`place`: where it is mounted."""

    image: Path
    place: Path

    def make(self) -> None:
        with self.image.open("wb") as file:
            file.truncate(SIZE_BYTES)
        run("mkfs.ext4", "-q", "-F", self.image)
        self.place.mkdir()
        self.mount()

    def mount(self) -> None:
        run("mount", "-o", "loop", self.image, self.place)

    def cut(self, writer: subprocess.Popen[bytes]) -> None:
        """The power of the machine that runs `writer` and its children is cut, and comes back without them."""
        # Before the disk: who goes on while it ends could still say that something is safe.
        os.killpg(writer.pid, signal.SIGSTOP)
        os.waitpid(writer.pid, os.WUNTRACED)
        folder = os.open(self.place, os.O_RDONLY)
        try:
            fcntl.ioctl(folder, _SHUTDOWN, struct.pack("I", _NO_LOG_FLUSH))
        finally:
            os.close(folder)
        os.killpg(writer.pid, signal.SIGKILL)
        writer.wait()
        self._unmount()
        self.mount()

    def _unmount(self) -> None:
        until = time.monotonic() + PATIENCE_S
        while subprocess.run(["umount", self.place], check=False, capture_output=True).returncode:
            assert time.monotonic() < until, "the disk stays busy"
            time.sleep(0.02)  # children of the writer are still dying
