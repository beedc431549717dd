"""Original bytes on disk, named by their SHA-256 and never changed; it knows no DICOM and no database."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_PIECE = 1 << 20
SYNC_THREADS = 16


class DamagedBlob(Exception):
    """Stored bytes are gone or no longer have the hash they are named by: nothing may be read from them."""

    def __init__(self, sha256: str) -> None:
        super().__init__(sha256)
        self.sha256 = sha256


class TooLarge(Exception):
    """The source gave more bytes than the limit."""


@dataclass(frozen=True, kw_only=True)
class Staged:
    """Bytes copied beside the store, not yet in it."""

    path: Path
    sha256: str
    size: int


class BlobStore:
    """Files under `<root>/ab/cd/<sha256>`; what is kept survives a power cut before `keep` returns."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()
        self._staging = self._root / "staging"

    def path_of(self, sha256: str) -> Path:
        """Where a blob lies; only a hash makes a path, so nothing that a file says can."""
        assert _SHA256.match(sha256), "not a SHA-256"
        return self._root / sha256[:2] / sha256[2:4] / sha256

    @contextmanager
    def staged(self, source: IO[bytes], *, limit_bytes: int) -> Generator[Staged]:
        """A copy of `source` with its hash, gone again at the end unless it was kept. Raises `TooLarge`."""
        staged = self.stage(source, limit_bytes=limit_bytes)
        try:
            yield staged
        finally:
            self.drop(staged)

    def stage(self, source: IO[bytes], *, limit_bytes: int) -> Staged:
        """Copy and hash in one pass, so that the bytes judged are the bytes stored. Raises `TooLarge`."""
        self._staging.mkdir(parents=True, exist_ok=True)
        path = self._staging / secrets.token_hex(16)
        digest, size = hashlib.sha256(), 0
        try:
            with path.open("xb") as copy:
                while piece := source.read(_PIECE):
                    size += len(piece)
                    if size > limit_bytes:
                        raise TooLarge
                    digest.update(piece)
                    copy.write(piece)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return Staged(path=path, sha256=digest.hexdigest(), size=size)

    def adopt(self, path: Path, *, sha256: str) -> Staged:
        """A file of ours, hashed as it was written: on one disk nothing is copied. Its own name stays."""
        self._staging.mkdir(parents=True, exist_ok=True)
        adopted = self._staging / secrets.token_hex(16)
        try:
            adopted.hardlink_to(path)
        except OSError:  # the store may lie on a disk of its own
            shutil.copyfile(path, adopted)
        return Staged(path=adopted, sha256=sha256, size=path.stat().st_size)

    def drop(self, staged: Staged) -> None:
        staged.path.unlink(missing_ok=True)

    def keep(self, staged: Sequence[Staged]) -> None:
        """Move staged copies into the store, durably, before any row may name them: bytes, then names, then folders.

        Bytes that are there already are written anew, which heals a damaged blob.
        """
        if not staged:
            return
        # Side by side, because file systems put waiting fsyncs in one commit: 1.7 s one after the other, 0.4 s so.
        with ThreadPoolExecutor(SYNC_THREADS, thread_name_prefix="fsync") as pool:
            list(pool.map(_sync, [each.path for each in staged]))
            changed: set[Path] = set()
            for each in staged:
                final = self.path_of(each.sha256)
                changed |= {final.parent, *_make_folder(final.parent)}
                each.path.replace(final)
            list(pool.map(_sync, changed))

    def open_checked(self, sha256: str) -> BinaryIO:
        """The blob, open at its start, after its hash was proved. Raises `DamagedBlob`."""
        try:
            blob = self.path_of(sha256).open("rb")
        except FileNotFoundError:
            raise DamagedBlob(sha256) from None
        if hash_of(blob) != sha256:
            blob.close()
            raise DamagedBlob(sha256)
        blob.seek(0)
        return blob

    def read(self, sha256: str) -> bytes:
        """The bytes, proved. Raises `DamagedBlob`."""
        with self.open_checked(sha256) as blob:
            return blob.read()

    def clear_staging(self, *, before: float) -> None:
        """Remove what a killed process left half copied, older than `before` (seconds since 1970)."""
        if not self._staging.is_dir():
            return
        for path in self._staging.iterdir():
            if path.stat().st_mtime < before:
                path.unlink(missing_ok=True)


def hash_of(source: IO[bytes]) -> str:
    """SHA-256 of what is left of a file."""
    digest = hashlib.sha256()
    while piece := source.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()


def _make_folder(folder: Path) -> set[Path]:
    """Make a folder and those above it; which folders have got a new name in them."""
    if folder.is_dir():
        return set()
    changed = _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    return {*changed, folder.parent}


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
