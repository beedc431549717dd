"""What runs inside the limited worker processes: functions of paths alone, no database, no settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from collab.studies.blobs import hash_of
from dicom_render.objects import content_of, document_of
from dicom_render.prepare import PreparedSeries, assemble_series
from dicom_render.promises import read_kept_promises
from dicom_render.reading import InstanceHeader, Unreadable, read_header
from dicom_render.readying import ready_files

# A worker may hold 1 GiB in all; beyond this one object would not fit beside its own decoding.
MAX_INSTANCE_BYTES = 512 << 20


def read_file(path: str) -> InstanceHeader:
    """The header of a file on this machine. Raises `Unreadable`."""
    return read_header(_bounded(path))


def read_file_strictly(path: str) -> InstanceHeader:
    """The same of a file whose compressed frames ask for no more than its header says. Raises `Unreadable`."""
    return read_kept_promises(_bounded(path))


def _bounded(path: str) -> bytes:
    file = Path(path)
    size = file.stat().st_size
    if size > MAX_INSTANCE_BYTES:
        raise Unreadable("too_large", {"size": size, "most": MAX_INSTANCE_BYTES})
    return file.read_bytes()


def ready_originals(paths: list[str], part: str, progress: Callable[[int, int], None]) -> None:
    """Prove each original by the hash that names it, then ready them as a part of their series. Raises `Unreadable`."""
    originals = [Path(path) for path in paths]
    for original in originals:
        if not _is_whole(original):
            raise Unreadable("damaged_blob", {"sha256": original.name})
    ready_files(originals, Path(part), progress)


def assemble_originals(parts: list[str], paths: list[str], out: str) -> PreparedSeries:
    """Put a series together from the parts that its originals were readied in. Raises `Unreadable`."""
    return assemble_series([Path(part) for part in parts], [Path(path) for path in paths], Path(out))


def read_object(path: str) -> bytes:
    """What a screen needs of an object that is no image, as JSON. Raises `Unreadable`."""
    return content_of(_proved(path))


def read_document(path: str) -> bytes:
    """The PDF that an original holds. Raises `Unreadable`."""
    return document_of(_proved(path))


def _proved(path: str) -> bytes:
    original = Path(path)
    if not _is_whole(original):
        raise Unreadable("damaged_blob", {"sha256": original.name})
    return original.read_bytes()


def _is_whole(original: Path) -> bool:
    if not original.is_file():
        return False
    with original.open("rb") as file:
        return hash_of(file) == original.name
