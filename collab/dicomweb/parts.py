"""The parts of a multipart body as they arrive, each written to a file of its own; what they hold is not looked at."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser

from collab.dicomweb.refusals import BadRequest, UnsupportedMedia
from collab.studies.rules import MAX_UPLOAD_BYTES, MAX_UPLOADS_IN_IMPORT, MIN_FREE_BYTES
from collab.studies.uploading import DiskFull, UploadTooLarge
from collab.studies.work import MAX_INSTANCE_BYTES

if TYPE_CHECKING:  # the library has this name for type checkers only
    from python_multipart.multipart import MultipartCallbacks

_MOST_HEADER_BYTES = 8192
# RFC 2046 5.1.1 allows 70; Orthanc sends two UUIDs, which are 73.
_MOST_BOUNDARY = 200


@dataclass(frozen=True, kw_only=True)
class Received:
    """One part, whole; of one that is too large only the beginning was kept."""

    path: Path
    sha256: str
    content_type: str
    is_too_large: bool


def boundary_of(content_type: str) -> str:
    """Of a multipart/related body whose parts are DICOM (PS3.18 10.5.1). Raises `UnsupportedMedia`."""
    message = Message()
    message["content-type"] = content_type
    asked: Mapping[str, str] = {name.lower(): str(value) for name, value in message.get_params(failobj=[])[1:]}
    is_dicom = asked.get("type", "application/dicom").lower() == "application/dicom"
    boundary = asked.get("boundary", "")
    if message.get_content_type() != "multipart/related" or not is_dicom or not 1 <= len(boundary) <= _MOST_BOUNDARY:
        raise UnsupportedMedia
    return boundary


class Parts:
    """A body on its way into a folder. `feed` it, then `finish`; the folder is its owner's to remove."""

    def __init__(self, folder: Path, boundary: str) -> None:
        folder.mkdir(parents=True)
        self.received: list[Received] = []
        self._folder = folder
        self._total = 0
        self._is_over = False
        self._file: BinaryIO | None = None
        self._header: tuple[bytearray, bytearray] = (bytearray(), bytearray())
        callbacks: MultipartCallbacks = {
            "on_part_begin": self._begin,
            "on_header_field": self._field,
            "on_header_value": self._value,
            "on_header_end": self._header_end,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_end": self._over,
        }
        self._parser = MultipartParser(boundary, callbacks)

    def feed(self, data: bytes) -> None:
        """Raises `UploadTooLarge`, `DiskFull`, and `BadRequest` for what is not multipart."""
        self._total += len(data)
        if self._total > MAX_UPLOAD_BYTES:
            raise UploadTooLarge(limit_bytes=MAX_UPLOAD_BYTES)
        # The files are copied once into the store and prepared beside it.
        if shutil.disk_usage(self._folder).free < 2 * self._total + MIN_FREE_BYTES:
            raise DiskFull
        try:
            self._parser.write(data)
        except MultipartParseError:
            raise BadRequest(field="body") from None

    def finish(self) -> list[Received]:
        """Raises `BadRequest` if the body ended before its last boundary."""
        self.close()
        if not self._is_over:
            raise BadRequest(field="body")
        return self.received

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _begin(self) -> None:
        if len(self.received) >= MAX_UPLOADS_IN_IMPORT:
            raise UploadTooLarge(limit_bytes=MAX_UPLOAD_BYTES)
        self._path = self._folder / f"{len(self.received) + 1:05}.dcm"
        self._file = self._path.open("xb")
        self._digest = hashlib.sha256()
        self._size = self._header_bytes = 0
        self._content_type = ""

    def _field(self, data: bytes, start: int, end: int) -> None:
        self._take_header(self._header[0], data[start:end])

    def _value(self, data: bytes, start: int, end: int) -> None:
        self._take_header(self._header[1], data[start:end])

    def _take_header(self, where: bytearray, piece: bytes) -> None:
        self._header_bytes += len(piece)
        if self._header_bytes > _MOST_HEADER_BYTES:
            raise BadRequest(field="body")
        where += piece

    def _header_end(self) -> None:
        name, value = (bytes(each).decode("latin-1").strip().lower() for each in self._header)
        if name == "content-type":
            self._content_type = value.split(";")[0].strip()
        self._header[0].clear()
        self._header[1].clear()

    def _data(self, data: bytes, start: int, end: int) -> None:
        assert self._file is not None
        self._size += end - start
        self._digest.update(data[start:end])
        if self._size <= MAX_INSTANCE_BYTES:
            self._file.write(data[start:end])

    def _end(self) -> None:
        self.close()
        self.received.append(
            Received(
                path=self._path,
                sha256=self._digest.hexdigest(),
                content_type=self._content_type,
                is_too_large=self._size > MAX_INSTANCE_BYTES,
            )
        )

    def _over(self) -> None:
        self._is_over = True
