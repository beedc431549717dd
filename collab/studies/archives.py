"""Zip archives from strangers: judged by their table of contents before a byte is inflated, then read by entry."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from collab.kit.refusals import Refusal

MAX_ENTRIES = 5_000
MAX_TOTAL_BYTES = 2 << 30
# Deflate shrinks at most 1,032 times; whole studies reach 2 to 5, a bomb wants more than this.
MAX_RATIO = 100
# Table of contents: 46 bytes an entry plus its name, extra and comment; real ones stay below 300.
MAX_CONTENTS_BYTES = MAX_ENTRIES * 1024

_END = b"PK\x05\x06"
_END64_LOCATOR = b"PK\x06\x07"
_END_SIZE = 22
_LOCAL_HEADER_SIZE = 30
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
MARK = (b"PK\x03\x04", _END)


class BadArchive(Refusal):
    """An archive that is refused as a whole, before anything was inflated."""

    code = "archive_damaged"
    status = 422


class BadEntry(Refusal):
    """One entry that is set aside; the others may go in."""

    code = "archive_entry_damaged"
    status = 422


@contextmanager
def opened(path: Path) -> Generator[zipfile.ZipFile]:
    """The archive, after its declared contents were found harmless. Raises `BadArchive`."""
    _check_end(path)
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error) as wrong:
        raise BadArchive("archive_damaged") from wrong
    with archive:
        check_contents(archive.infolist(), size=path.stat().st_size, contents_at=archive.start_dir)
        yield archive


def _check_end(path: Path) -> None:
    """Bounds the table of contents before zipfile reads it whole (APPNOTE 4.3.16)."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _END_SIZE - 0xFFFF))
        tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE:
        raise BadArchive("archive_damaged")
    # Within our limits nobody needs zip64; zipfile believes its record over the plain one, so it is refused unread.
    if tail[at - 20 : at - 16] == _END64_LOCATOR:
        raise BadArchive("archive_too_large", limit_bytes=MAX_TOTAL_BYTES)
    entries, contents_bytes = struct.unpack_from("<HI", tail, at + 10)
    if entries > MAX_ENTRIES or contents_bytes > MAX_CONTENTS_BYTES:
        raise BadArchive("archive_too_many", limit=MAX_ENTRIES)


def check_contents(entries: list[zipfile.ZipInfo], *, size: int, contents_at: int) -> None:
    """Declared sizes, ratio and places of all entries. Raises `BadArchive`."""
    if len(entries) > MAX_ENTRIES:
        raise BadArchive("archive_too_many", limit=MAX_ENTRIES)
    if any(entry.flag_bits & 1 for entry in entries):
        raise BadArchive("archive_encrypted")
    if any(entry.compress_type not in _METHODS for entry in entries):
        raise BadArchive("archive_method")
    total = sum(entry.file_size for entry in entries)
    if total > MAX_TOTAL_BYTES:
        raise BadArchive("archive_too_large", limit_bytes=MAX_TOTAL_BYTES)
    if total > MAX_RATIO * size:
        raise BadArchive("archive_bomb", ratio=MAX_RATIO)
    _check_overlap(entries, contents_at)


def _check_overlap(entries: list[zipfile.ZipInfo], contents_at: int) -> None:
    """Entries that share bytes make a bomb without any large ratio (CVE-2024-0450; Python 3.11.7 does not look)."""
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    starts = [entry.header_offset for entry in ordered[1:]] + [contents_at]
    for entry, limit in zip(ordered, starts, strict=False):
        # A letter of the name is at least one byte in any code page: an honest entry never ends before this.
        end = entry.header_offset + _LOCAL_HEADER_SIZE + len(entry.orig_filename) + entry.compress_size
        if end > limit or entry.header_offset < 0:
            raise BadArchive("archive_bomb", ratio=MAX_RATIO)


def check_entry(entry: zipfile.ZipInfo) -> None:
    """A name or a kind that no study needs. Raises `BadEntry`."""
    parts = entry.filename.replace("\\", "/").split("/")
    if ".." in parts or entry.filename.startswith(("/", "\\")) or ":" in parts[0]:
        raise BadEntry("unsafe_name")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise BadEntry("link")


@contextmanager
def entry_opened(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Generator[IO[bytes]]:
    """One entry's bytes, never more than declared. Raises `BadEntry` for lies, at the read that meets them."""
    check_entry(entry)
    try:
        with archive.open(entry) as content:
            yield content
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as wrong:
        raise BadEntry("archive_entry_damaged") from wrong
