"""The frames of encapsulated pixel data (PS3.5 A.4) as slices of one buffer; knows nothing of codestreams."""

import struct
from collections.abc import Sequence

from dicom_render.refusal import Unreadable

_ITEM = b"\xfe\xff\x00\xe0"
_END = b"\xfe\xff\xdd\xe0"
# First bytes of a JPEG, JPEG-LS or JPEG 2000 codestream: where a frame begins if no table says so.
_STARTS = (b"\xff\xd8\xff", b"\xff\x4f\xff\x51", b"\x00\x00\x00\x0cjP  ")

Span = tuple[int, int]


class FrameTable:
    """Where each frame's fragments lie in the value of Pixel Data; `frame(i)` is 0-based and joins them."""

    def __init__(
        self, buffer: bytes, *, number_of_frames: int, extended: tuple[Sequence[int], Sequence[int]] | None = None
    ) -> None:
        self._buffer = buffer
        offsets, fragments = _items(buffer)
        if extended is not None:
            self._frames = _from_extended(fragments, extended, number_of_frames)
        else:
            self._frames = _group(buffer, fragments, offsets, number_of_frames)

    def __len__(self) -> int:
        return len(self._frames)

    def frame(self, index: int) -> bytes:
        return b"".join(self._buffer[start:end] for start, end in self._frames[index])


def _items(buffer: bytes) -> tuple[tuple[int, ...], list[Span]]:
    """The basic offset table and the fragments, as (start, end) of their bytes."""
    spans: list[Span] = []
    at = 0
    while at + 8 <= len(buffer) and buffer[at : at + 4] != _END:
        if buffer[at : at + 4] != _ITEM:
            raise Unreadable("malformed", {"expected": "item of encapsulated pixel data", "at": at})
        length = int.from_bytes(buffer[at + 4 : at + 8], "little")
        if at + 8 + length > len(buffer):
            raise Unreadable("truncated", {"fragment_bytes": length, "found_bytes": len(buffer) - at - 8})
        spans.append((at + 8, at + 8 + length))
        at += 8 + length
    if not spans:
        raise Unreadable("missing_pixels", {"fragments": 0})
    start, end = spans[0]
    count = (end - start) // 4
    return struct.unpack_from(f"<{count}I", buffer, start), spans[1:]


def _from_extended(
    fragments: list[Span], extended: tuple[Sequence[int], Sequence[int]], number_of_frames: int
) -> list[list[Span]]:
    # PS3.3 C.7.6.3.1.8: with an extended table each frame is one fragment; the lengths leave out the padding byte.
    offsets, lengths = extended
    if len(fragments) < number_of_frames or len(offsets) != number_of_frames or len(lengths) != number_of_frames:
        raise Unreadable("truncated", {"number_of_frames": number_of_frames, "fragments": len(fragments)})
    return [
        [(start, min(end, start + length))]
        for (start, end), length in zip(fragments[:number_of_frames], lengths, strict=True)
    ]


def _group(buffer: bytes, fragments: list[Span], offsets: tuple[int, ...], number_of_frames: int) -> list[list[Span]]:
    if len(fragments) < number_of_frames:
        raise Unreadable("truncated", {"number_of_frames": number_of_frames, "fragments": len(fragments)})
    if number_of_frames == 1:
        return [fragments]
    if len(fragments) == number_of_frames:
        return [[fragment] for fragment in fragments]
    base = fragments[0][0] - 8
    begins = {base + offset for offset in offsets} if len(offsets) == number_of_frames else set[int]()
    if not begins <= {start - 8 for start, _ in fragments}:
        begins = set[int]()
    if not begins:
        # PS3.5 A.4 allows an empty table with fragmented frames: then only the codestream tells where one begins.
        begins = {start - 8 for start, _ in fragments if buffer.startswith(_STARTS, start)}
    frames: list[list[Span]] = []
    for start, end in fragments:
        if start - 8 in begins or not frames:
            frames.append([])
        frames[-1].append((start, end))
    if len(frames) != number_of_frames:
        raise Unreadable("malformed", {"number_of_frames": number_of_frames, "frames_found": len(frames)})
    return frames
