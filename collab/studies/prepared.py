"""Where prepared series lie, and what is kept of them; whatever lies there can be made again."""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path

import msgspec

from collab.kit.settings import Settings
from dicom_render.labelling import LabelPart
from dicom_render.stack_header import thumbnail_name

# Grows when the same originals are prepared to something else: what was made before is made again at the next start.
FORMAT = 8


def prepared_name(version: str) -> str:
    """What a set of instances (`version`) prepared by this program is called; also a folder's name."""
    return f"{version}-{FORMAT}"


class StoredStack(msgspec.Struct, frozen=True):
    """What the database keeps of a prepared stack; `warnings` are codes, `missing` counts slices by position.

    `expected`: as many images as the scanner says it made, where fewer are here.
    """

    stack: int
    kind: str
    reason: str | None
    frames: int
    rows: int
    columns: int
    warnings: tuple[str, ...]
    label: tuple[LabelPart, ...] = ()
    siblings: tuple[int, ...] = ()
    missing: int = 0
    expected: int | None = None
    laterality: str = ""
    view_position: str = ""


class PreparedFolders:
    """`<data>/prepared/<series>/<version>`; a folder with its final name is whole."""

    def __init__(self, settings: Settings) -> None:
        self._root = settings.data.absolute() / "prepared"

    def of(self, series_id: str, version: str) -> Path:
        return self._root / series_id / version

    def thumbnail(self, series_id: str, version: str, *, stack: int) -> Path:
        return self.of(series_id, version) / thumbnail_name(stack)

    def begin(self, series_id: str) -> Path:
        """A new place to prepare in, that no other process uses."""
        place = self._root / series_id / f"unfinished-{secrets.token_hex(8)}"
        place.mkdir(parents=True)
        return place

    def finish(self, place: Path, series_id: str, version: str) -> None:
        """Durably give a prepared folder its name; one that is there already is as good."""
        for path in [*place.iterdir(), place]:
            _sync(path)
        final = self.of(series_id, version)
        if final.is_dir():
            shutil.rmtree(place)
        else:
            place.rename(final)
        _sync(final.parent)

    def drop(self, place: Path) -> None:
        shutil.rmtree(place, ignore_errors=True)

    def sweep(self, current: dict[str, str | None]) -> None:
        """At a start: remove what is not the current version (by series) of anything."""
        if not self._root.is_dir():
            return
        for series in self._root.iterdir():
            for folder in series.iterdir():
                if folder.name != current.get(series.name):
                    shutil.rmtree(folder, ignore_errors=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
