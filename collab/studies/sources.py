"""Folders, files and archives as one list of candidates to import; it judges names and kinds, never content."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from collab.kit.refusals import Refusal
from collab.studies.archives import MARK, BadArchive, BadEntry, check_entry, entry_opened, opened
from collab.studies.blobs import hash_of
from collab.studies.rules import MAX_NAME_LENGTH
from dicom_render.headers import InstanceHeader


@dataclass(frozen=True, kw_only=True)
class ReadFile:
    """What a limited process has read in a file of ours, and the hash that was made of it as it was written."""

    sha256: str
    header: InstanceHeader


@dataclass(frozen=True, kw_only=True)
class Source:
    """Something to import: a path on this machine and the name (and hash, if told) that its sender knows it by.

    `read`: of a single file that was read already, so that it need not be again.
    """

    path: Path
    name: str
    sha256: str | None = None
    read: ReadFile | None = None


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One file that may be DICOM."""

    name: str
    size: int
    path: Path
    archive: zipfile.ZipFile | None = None
    entry: zipfile.ZipInfo | None = None
    read: ReadFile | None = None

    @contextmanager
    def open(self) -> Generator[IO[bytes]]:
        """The bytes. Raises `BadEntry`, or `OSError` of the file system."""
        if self.archive is not None and self.entry is not None:
            with entry_opened(self.archive, self.entry) as content:
                yield content
            return
        with self.path.open("rb") as content:
            yield content


@dataclass(frozen=True, kw_only=True)
class Left:
    """A file that is set aside before anybody read it."""

    name: str
    size: int
    refusal: Refusal


@dataclass(kw_only=True)
class Gathered:
    """What was found; the archives stay open until `close`."""

    candidates: list[Candidate] = field(default_factory=list[Candidate])
    left: list[Left] = field(default_factory=list[Left])
    _open: ExitStack = field(default_factory=ExitStack)

    def close(self) -> None:
        self._open.close()

    def add_source(self, source: Source) -> None:
        if source.path.is_dir():
            for path in _walk(source.path):
                self._add_path(path, name=f"{source.name}/{path.relative_to(source.path)}", sha256=None)
        else:
            self._add_path(source.path, name=source.name, sha256=source.sha256, given=True, read=source.read)

    def _add_path(
        self, path: Path, *, name: str, sha256: str | None, given: bool = False, read: ReadFile | None = None
    ) -> None:
        if path.is_symlink() and not given:
            self.left.append(Left(name=clean_name(name), size=0, refusal=BadEntry("link")))
        elif not path.is_file():
            self.left.append(Left(name=clean_name(name), size=0, refusal=BadEntry("no_file")))
        elif is_noise(name):
            return
        elif sha256 is not None and not _has_hash(path, sha256):
            self.left.append(Left(name=clean_name(name), size=path.stat().st_size, refusal=BadEntry("upload_damaged")))
        elif is_archive(path):
            self._add_archive(path, name)
        else:
            size = path.stat().st_size
            self.candidates.append(Candidate(name=clean_name(name), size=size, path=path, read=read))

    def _add_archive(self, path: Path, name: str) -> None:
        try:
            archive = self._open.enter_context(opened(path))
        except BadArchive as refusal:
            self.left.append(Left(name=clean_name(name), size=path.stat().st_size, refusal=refusal))
            return
        for entry in archive.infolist():
            if not entry.is_dir() and not is_noise(entry.filename):
                self._add_entry(path, archive=archive, entry=entry, name=f"{name}/{entry.filename}")

    def _add_entry(self, path: Path, *, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> None:
        shown = clean_name(name)
        try:
            check_entry(entry)
        except BadEntry as refusal:
            self.left.append(Left(name=shown, size=entry.file_size, refusal=refusal))
            return
        self.candidates.append(
            Candidate(name=shown, size=entry.file_size, path=path, archive=archive, entry=entry),
        )


def gather(sources: Iterable[Source]) -> Gathered:
    """Every file of the sources, archives opened one level deep."""
    found = Gathered()
    for source in sources:
        found.add_source(source)
    return found


def _walk(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder, followlinks=False):
        folders.sort()
        yield from (Path(parent, name) for name in sorted(names))


def _has_hash(path: Path, sha256: str) -> bool:
    with path.open("rb") as file:
        return hash_of(file) == sha256


def is_archive(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) in MARK


def is_noise(name: str) -> bool:
    """What operating systems and exam discs put beside the images; not worth a line to anybody."""
    parts = name.replace("\\", "/").split("/")
    last = parts[-1].casefold()
    hidden = last.startswith(".") or "__MACOSX" in parts
    return hidden or last in {"dicomdir", "thumbs.db", "desktop.ini", "autorun.inf"}


def clean_name(name: str) -> str:
    """A file name fit to be shown: printable, and cut in front, where the folders are."""
    shown = "".join(c if c.isprintable() else "�" for c in name)
    return shown if len(shown) <= MAX_NAME_LENGTH else "…" + shown[1 - MAX_NAME_LENGTH :]
