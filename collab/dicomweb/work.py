"""What the DICOMweb doors have done in the limited worker processes: functions of paths, no database, no settings."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple

import numpy as np

from dicom_render.decoding import FrameSource, Stored
from dicom_render.dicom_json import bulk_of, json_of
from dicom_render.frame_bytes import Form, frames_of
from dicom_render.htj2k import END_OF_CODESTREAM, decode_htj2k
from dicom_render.opened import Opened
from dicom_render.refusal import Unreadable
from dicom_render.rendering import Drawing, draw_decoded
from dicom_render.transcoding import explicit_of

# Of the worker process that this runs in. Originals are named by their hash, so what is open can never be stale.
_OPENED = Opened()


class Recoded(NamedTuple):
    """Where a frame lies losslessly recoded, as values of type `values`."""

    path: str
    offset: int
    length: int
    values: str


def describe(paths: list[str], bulk_paths: list[str]) -> list[bytes]:
    """Originals as DICOM JSON. Raises `Unreadable`."""
    return [json_of(_proved(path), bulk_path) for path, bulk_path in zip(paths, bulk_paths, strict=True)]


def read_frames(path: str, frames: list[int], form: Form) -> list[bytes]:
    """Frames counted from 1, as stored or uncompressed. Raises `Unreadable`."""
    return frames_of(_proved(path), frames, form)


def read_bulk(path: str, place: str) -> list[bytes]:
    """A large value. Raises `Unreadable`."""
    return bulk_of(_proved(path), place)


def transcode(path: str) -> bytes:
    """An original as Explicit VR Little Endian. Raises `Unreadable`."""
    return explicit_of(_proved(path))


def draw(path: str, frame: int, drawing: Drawing, recoded: Recoded | None) -> bytes:
    """A frame, counted from 1, as a picture, decoded from `recoded` if that is there. Raises `Unreadable`."""
    name = Path(path).name
    source = _OPENED.source(name, lambda: _proved(path))

    def decode() -> Stored:
        found = _decoded(recoded, source) if recoded else None
        return source.decode(frame) if found is None else found

    return draw_decoded(source.dataset, _OPENED.frame(name, frame, decode), frame, drawing)


def _decoded(recoded: Recoded, source: FrameSource) -> Stored | None:
    """None for a codestream that is not of this frame's size, or not there any more: it can be made again."""
    try:
        with Path(recoded.path).open("rb") as file:
            file.seek(recoded.offset)
            data = file.read(recoded.length)
        # A prefix would decode too, to a picture with less in it.
        found = decode_htj2k(data) if data.endswith(END_OF_CODESTREAM) else np.empty(0)
    except (OSError, Unreadable):
        return None
    is_same = found.shape == (source.layout.rows, source.layout.columns) and found.dtype == recoded.values
    return found if is_same else None


def _proved(path: str) -> bytes:
    """The original, proved by the hash that names it."""
    original = Path(path)
    if not original.is_file():
        raise Unreadable("damaged_blob", {"sha256": original.name})
    data = original.read_bytes()
    if hashlib.sha256(data).hexdigest() != original.name:
        raise Unreadable("damaged_blob", {"sha256": original.name})
    return data
