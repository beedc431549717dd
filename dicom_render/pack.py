"""The bytes of a prepared stack as they go to a browser: header, the frame asked for, coarse frames, the rest.

`CPK1`, u32 little-endian header length, JSON header padded with spaces to a multiple of 4, then the chunks that the
header lists. Nothing is copied whole: pieces are read from the .frames file by offset.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import msgspec

from dicom_render.refusal import Refusal
from dicom_render.stack_header import COARSE, FULL, Chunk, FrameSpan, PackHeader, StackHeader, frames_name, header_name

MAGIC = b"CPK1"
# A write to the socket: large enough to be cheap, small enough that a slow reader holds little memory.
PIECE_BYTES = 256 * 1024
# Every fourth slice first: a volume of 300 stands at a quarter of its depth after 75 coarse frames.
STRIDES = (4, 2, 1)


class NoSuchPack(Refusal):
    """There is no such prepared stack, or no such frame in it."""


def open_header(prepared: Path, stack: int) -> StackHeader:
    """The header of a prepared stack. Raises `NoSuchPack`."""
    try:
        return msgspec.json.decode((prepared / header_name(stack)).read_bytes(), type=StackHeader)
    except FileNotFoundError:
        raise NoSuchPack("no_such_stack", {"stack": stack}) from None


class PackReader:
    """One prepared stack, opened for serving; usable from several threads."""

    def __init__(self, prepared: Path, stack: int) -> None:
        self.header = open_header(prepared, stack)
        self.frames_path = prepared / frames_name(stack)

    def index_of(self, sop_instance_uid: str, frame: int) -> int:
        """Where in the stack an image lies; `frame` counts from 1. Raises `NoSuchPack`."""
        index = self._places.get((sop_instance_uid, frame))
        if index is None:
            raise NoSuchPack("no_such_frame", {"sop_instance_uid": sop_instance_uid, "frame": frame})
        return index

    @cached_property
    def _places(self) -> dict[tuple[str, int], int]:
        # Backwards, so that the first of two that are named alike is the one found.
        frames = self.header.frames
        return {(each.sop_instance_uid, each.frame): len(frames) - 1 - at for at, each in enumerate(reversed(frames))}

    def body(self, first: int) -> "PackBody":
        """The whole answer for a reader who wants frame `first` (0-based, in geometric order) before all others."""
        if not 0 <= first < len(self.header.spans):
            raise NoSuchPack("no_such_frame", {"frame": first, "frames": len(self.header.spans)})
        pieces = list(_pieces(self.header, first))
        chunks = tuple(Chunk(piece.frame_index, piece.quality, piece.length) for piece in pieces)
        encoded = msgspec.json.encode(self.pack_header(chunks))
        encoded += b" " * (-len(encoded) % 4)
        return PackBody(
            header_bytes=MAGIC + struct.pack("<I", len(encoded)) + encoded,
            etag=f'"{self.header.sha256[:32]}-{first}"',
            frames=self.frames_path,
            spans=tuple((piece.offset, piece.length) for piece in pieces),
        )

    def pack_header(self, chunks: tuple[Chunk, ...] = ()) -> PackHeader:
        """What a browser is told of the stack; without chunks, for one that fetches no pack."""
        shared = {name: getattr(self.header, name) for name in PackHeader.__struct_fields__ if name != "chunks"}
        return PackHeader(**shared, chunks=chunks)

    def codestream(self, index: int) -> bytes:
        """The whole codestream of one frame."""
        span = self.header.spans[index]
        with self.frames_path.open("rb") as file:
            file.seek(span.offset)
            return file.read(span.length)


@dataclass(frozen=True, slots=True)
class PackBody:
    """An immutable answer: `length` bytes, any range of which can be read."""

    header_bytes: bytes
    etag: str
    frames: Path
    spans: tuple[tuple[int, int], ...]

    @property
    def length(self) -> int:
        return len(self.header_bytes) + sum(length for _, length in self.spans)

    def read(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Bytes [start, end) in pieces of at most 256 KiB, read as they are asked for."""
        end = self.length if end is None else min(end, self.length)
        if start < len(self.header_bytes) and start < end:
            yield self.header_bytes[start:end]
        at = len(self.header_bytes)
        with self.frames.open("rb", buffering=0) as file:
            for offset, length in self.spans:
                low, high = max(start, at), min(end, at + length)
                if low < high:
                    file.seek(offset + low - at)
                    yield from _exactly(file.read, high - low)
                at += length
                if at >= end:
                    return


@dataclass(frozen=True, slots=True)
class _Piece:
    frame_index: int
    quality: Literal[0, 1]
    offset: int
    length: int


def _pieces(header: StackHeader, first: int) -> Iterator[_Piece]:
    spans = header.spans
    yield _Piece(first, FULL, spans[first].offset, spans[first].length)
    for index in _spread(len(spans), first):
        span = spans[index]
        # A picture too small to have a coarse one comes whole at once.
        yield _Piece(index, COARSE if _has_rest(span) else FULL, span.offset, span.coarse)
    for index in sorted(range(len(spans)), key=lambda index: (abs(index - first), index)):
        span = spans[index]
        if index != first and _has_rest(span):
            yield _Piece(index, FULL, span.offset + span.coarse, span.length - span.coarse)


def _has_rest(span: FrameSpan) -> bool:
    return span.coarse < span.length


def _spread(count: int, first: int) -> Iterator[int]:
    """All frames but the first one asked for, every fourth, then those between, then all."""
    given = {first}
    for stride in STRIDES:
        for index in range(stride // 2, count, stride):
            if index not in given:
                given.add(index)
                yield index


def _exactly(read: Callable[[int], bytes], count: int) -> Iterator[bytes]:
    while count:
        piece = read(min(count, PIECE_BYTES))
        if not piece:
            raise OSError("a .frames file is shorter than its header says")
        count -= len(piece)
        yield piece
