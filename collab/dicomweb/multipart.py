"""multipart/related (RFC 2387, PS3.18 8.6.1.2) as a stream of bytes; what the parts hold is not looked at."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part, its bytes read as they are sent."""

    content_type: str
    pieces: Iterable[bytes]
    location: str | None = None


class Multipart:
    """An answer of parts; the boundary is chance, so that no file can contain it on purpose."""

    def __init__(self, media: str) -> None:
        self._boundary = secrets.token_hex(16)
        self.content_type = f'multipart/related; type="{media}"; boundary={self._boundary}'

    def body(self, parts: Iterable[Part]) -> Iterator[bytes]:
        lead = ""
        for part in parts:
            head = f"{lead}--{self._boundary}\r\nContent-Type: {part.content_type}\r\n"
            head += f"Content-Location: {part.location}\r\n" if part.location else ""
            # Together with its first bytes: when those cannot be had, nothing of the part has gone out.
            pieces = iter(part.pieces)
            yield f"{head}\r\n".encode("ascii") + next(pieces, b"")
            yield from pieces
            lead = "\r\n"
        yield f"{lead}--{self._boundary}--\r\n".encode("ascii")
