"""Ranges of bytes that a browser asks for (RFC 9110, section 14), one or several, and how several are answered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from starlette.datastructures import Headers

from collab.studies.doors import StreamRefusal

# What a viewer asks for at once when its reader looks elsewhere; many small ranges are a known attack (RFC 9110 17.15).
MAX_RANGES = 64
MEDIA_TYPE = "application/octet-stream"
_FORM = re.compile(r"bytes=(.*)\Z")
_ONE = re.compile(r"[ \t]*([0-9]{0,15})-([0-9]{0,15})[ \t]*\Z")


class NotSatisfiable(StreamRefusal):
    """Nothing of what was asked for lies inside."""

    code = "range_not_satisfiable"
    status = 416

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Content-Range": f"bytes */{self.facts['length']}"}


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes [start, end)."""

    start: int
    end: int

    def of(self, length: int) -> str:
        """As `Content-Range` says it."""
        return f"bytes {self.start}-{self.end - 1}/{length}"


def asked_ranges(headers: Headers, *, etag: str, length: int) -> Sequence[ByteRange]:
    """What is asked for, in the order asked; nothing for the whole, also when `If-Range` names other bytes.

    Raises `NotSatisfiable`. What is not a list of ranges, is too many of them, or comes to more than the whole is
    answered with the whole, as RFC 9110 14.2 allows.
    """
    found = _FORM.match(headers.get("range", ""))
    if not found or headers.get("if-range", etag) != etag:
        return ()
    listed = found.group(1).split(",")
    read = [_read(one, length) for one in listed[: MAX_RANGES + 1]]
    ranges = [one for one in read if one is not None]
    if len(listed) > MAX_RANGES or len(ranges) < len(read):
        return ()
    inside = [one for one in ranges if one.start < one.end]
    if not inside:
        raise NotSatisfiable(length=length)
    return inside if sum(one.end - one.start for one in inside) <= length else ()


def _read(asked: str, length: int) -> ByteRange | None:
    """Empty where it lies outside; None where it is no range."""
    found = _ONE.match(asked)
    first, last = found.groups() if found else ("", "")
    if not first and not last:
        return None
    if not first:
        return ByteRange(max(0, length - int(last)), length)
    if last and int(last) < int(first):
        return None
    return ByteRange(int(first), min(length, int(last) + 1) if last else length)


@dataclass(frozen=True, slots=True)
class Multipart:
    """`multipart/byteranges` of several ranges, in their order (RFC 9110 14.6)."""

    ranges: Sequence[ByteRange]
    length: int
    boundary: str

    @property
    def media_type(self) -> str:
        return f"multipart/byteranges; boundary={self.boundary}"

    @property
    def size(self) -> int:
        heads = sum(len(self._head(one)) for one in self.ranges)
        return heads + sum(one.end - one.start for one in self.ranges) + len(self._tail())

    def body(self, read: Callable[[int, int], Iterator[bytes]]) -> Iterator[bytes]:
        for one in self.ranges:
            yield self._head(one)
            yield from read(one.start, one.end)
        yield self._tail()

    def _head(self, one: ByteRange) -> bytes:
        lines = f"Content-Type: {MEDIA_TYPE}\r\nContent-Range: {one.of(self.length)}"
        return f"\r\n--{self.boundary}\r\n{lines}\r\n\r\n".encode()

    def _tail(self) -> bytes:
        return f"\r\n--{self.boundary}--\r\n".encode()
