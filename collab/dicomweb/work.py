"""What the DICOMweb doors have done in the limited worker processes: functions of paths, no database, no settings."""

from __future__ import annotations

from pathlib import Path

from collab.studies.blobs import hash_of
from dicom_render.dicom_json import bulk_of, json_of
from dicom_render.frame_bytes import Form, frames_of
from dicom_render.refusal import Unreadable
from dicom_render.rendering import Drawing, draw_frame


def describe(paths: list[str], bulk_paths: list[str]) -> list[bytes]:
    """Originals as DICOM JSON. Raises `Unreadable`."""
    return [json_of(_proved(path), bulk_path) for path, bulk_path in zip(paths, bulk_paths, strict=True)]


def read_frames(path: str, frames: list[int], form: Form) -> list[bytes]:
    """Frames counted from 1, as stored or uncompressed. Raises `Unreadable`."""
    return frames_of(_proved(path), frames, form)


def read_bulk(path: str, place: str) -> list[bytes]:
    """A large value. Raises `Unreadable`."""
    return bulk_of(_proved(path), place)


def draw(path: str, frame: int, drawing: Drawing) -> bytes:
    """A frame, counted from 1, as a picture. Raises `Unreadable`."""
    return draw_frame(_proved(path), frame, drawing)


def _proved(path: str) -> bytes:
    """The original, proved by the hash that names it."""
    original = Path(path)
    if not original.is_file():
        raise Unreadable("damaged_blob", {"sha256": original.name})
    with original.open("rb") as file:
        if hash_of(file) != original.name:
            raise Unreadable("damaged_blob", {"sha256": original.name})
        file.seek(0)
        return file.read()
