"""The size that a compressed frame declares itself, read before any decoder sees it; decodes nothing.

A DICOM header may say 64x64 while the codestream asks for 12000x12000: decoders believe the codestream.
"""

import struct
from dataclasses import dataclass

from dicom_render.refusal import Unreadable

_JP2_SIGNATURE = b"\x00\x00\x00\x0cjP  \r\n\x87\n"
_JXL_SIGNATURE = b"\x00\x00\x00\x0cJXL \r\n\x87\n"
# ITU-T T.81 table B.1 and T.87 C.2.2: start-of-frame markers of the coders we use (no hierarchical, no arithmetic).
_START_OF_FRAME = {0xC0, 0xC1, 0xC2, 0xC3, 0xF7}
_CODING_STYLE = b"\xff\x52"
_START_OF_TILE_PART, _END_OF_CODESTREAM = b"\xff\x90", b"\xff\xd9"
_END_OF_IMAGE = b"\xff\xd9"
# After the end of an image stands at most padding.
_TAIL_BYTES = 64
_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD9)}


@dataclass(frozen=True, slots=True)
class Declared:
    """What a codestream says of itself. `signed` is None where the format has no sign (JPEG, JPEG-LS, JPEG XL)."""

    rows: int
    columns: int
    samples: int
    precision: int
    signed: bool | None = None
    ycbcr: bool | None = None
    """JPEG only: does a JFIF or Adobe marker, or the component names, say YCbCr (True) or RGB (False)?"""
    transformed: bool = False
    """JPEG 2000 only: a component transform of its own, so that RGB comes out whatever the header says"""


def jpeg_2000_codestream(frame: bytes) -> bytes:
    """The bare codestream: some writers wrap it in a JP2 file, which DICOM forbids (PS3.5 A.4.4)."""
    if not frame.startswith(_JP2_SIGNATURE):
        return frame
    return _box(frame, {b"jp2c"})


def declared_by_jpeg_2000(codestream: bytes) -> Declared:
    """ISO/IEC 15444-1 A.5.1: SIZ follows SOC at once."""
    if codestream[:4] != b"\xff\x4f\xff\x51" or len(codestream) < 42:
        raise Unreadable("malformed", {"expected": "JPEG 2000 codestream"})
    right, bottom, left, top, tile_width, tile_height = struct.unpack_from(">6I", codestream, 8)
    samples = struct.unpack_from(">H", codestream, 40)[0]
    if not 0 < samples <= 4 or len(codestream) < 42 + 3 * samples or not tile_width or not tile_height:
        raise Unreadable("unsupported_pixels", {"samples": samples})
    components = [tuple(codestream[42 + 3 * i : 45 + 3 * i]) for i in range(samples)]
    if len(set(components)) != 1 or components[0][1:] != (1, 1):
        raise Unreadable("unsupported_pixels", {"reason": "components of different size or depth"})
    depth = components[0][0]
    precision, signed = (depth & 0x7F) + 1, bool(depth & 0x80)
    return Declared(
        rows=bottom - top,
        columns=right - left,
        samples=samples,
        precision=precision,
        signed=signed,
        transformed=samples == 3 and _has_component_transform(codestream),
    )


def _has_component_transform(codestream: bytes) -> bool:
    """ISO/IEC 15444-1 A.6.1: the last byte of SGcod."""
    at = 2
    while codestream[at : at + 1] == b"\xff" and codestream[at : at + 2] != _START_OF_TILE_PART:
        if codestream[at : at + 2] == _CODING_STYLE:
            return codestream[at + 8 : at + 9] == b"\x01"
        at += 2 + int.from_bytes(codestream[at + 2 : at + 4], "big")
    return False


def is_whole_jpeg_2000(codestream: bytes) -> bool:
    """Do the tile-parts reach the end marker (ISO/IEC 15444-1 A.4)? OpenJPH decodes a cut one without a word."""
    at = 2
    while codestream[at : at + 1] == b"\xff" and codestream[at : at + 2] != _START_OF_TILE_PART:
        at += 2 + int.from_bytes(codestream[at + 2 : at + 4], "big")
    while codestream[at : at + 2] == _START_OF_TILE_PART:
        length = int.from_bytes(codestream[at + 6 : at + 10], "big")
        if length < 12:
            # Psot 0: the last tile-part goes on to the end marker.
            return length == 0 and codestream.rstrip(b"\0").endswith(_END_OF_CODESTREAM)
        at += length
    return codestream[at : at + 2] == _END_OF_CODESTREAM


def declared_by_jpeg(frame: bytes) -> Declared:
    """ITU-T T.81 B.2.2 and, for JPEG-LS, T.87 C.2.2: walks the segments to the first start of frame."""
    if frame[:2] != b"\xff\xd8":
        raise Unreadable("malformed", {"expected": "JPEG codestream"})
    at, ycbcr = 2, None
    while at + 4 <= len(frame):
        if frame[at] != 0xFF:
            break
        marker = frame[at + 1]
        if marker == 0xFF or marker in _WITHOUT_LENGTH:
            at += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(frame[at + 2 : at + 4], "big")
        segment = frame[at + 4 : at + 2 + length]
        if marker in _START_OF_FRAME:
            return _start_of_frame(segment, ycbcr)
        if marker == 0xE0 and segment.startswith(b"JFIF"):
            ycbcr = True
        elif marker == 0xEE and segment.startswith(b"Adobe") and len(segment) >= 12:
            ycbcr = segment[11] == 1
        at += 2 + length
    raise Unreadable("malformed", {"expected": "start of frame of a known JPEG process"})


def is_whole_jpeg(frame: bytes) -> bool:
    """Is there an end of image? libjpeg fills a cut picture with grey and only warns."""
    return _END_OF_IMAGE in frame[-_TAIL_BYTES:]


def _start_of_frame(segment: bytes, ycbcr: bool | None) -> Declared:
    if len(segment) < 6 or len(segment) < 6 + 3 * segment[5]:
        raise Unreadable("truncated", {"expected": "start of frame"})
    precision, rows, columns, samples = struct.unpack_from(">BHHB", segment)
    if bytes(segment[6 : 6 + 3 * samples : 3]) in {b"RGB", b"rgb"}:
        ycbcr = False
    return Declared(rows=rows, columns=columns, samples=samples, precision=precision, ycbcr=ycbcr)


def declared_by_jpeg_xl(frame: bytes) -> tuple[int, int]:
    """(rows, columns) of ISO/IEC 18181-1 D.2 SizeHeader; the rest of the header is checked on what was decoded."""
    codestream = _box(frame, {b"jxlc", b"jxlp"}) if frame.startswith(_JXL_SIGNATURE) else frame
    if frame.startswith(_JXL_SIGNATURE) and codestream[:2] != b"\xff\x0a":
        codestream = codestream[4:]  # a partial codestream box opens with its number
    if codestream[:2] != b"\xff\x0a":
        raise Unreadable("malformed", {"expected": "JPEG XL codestream"})
    bits = _Bits(codestream[2:18])
    small = bits.take(1)
    rows = 8 * (bits.take(5) + 1) if small else bits.dimension()
    ratio = bits.take(3)
    if ratio:
        numerator, denominator = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))[ratio - 1]
        return rows, rows * numerator // denominator
    return rows, (8 * (bits.take(5) + 1) if small else bits.dimension())


class _Bits:
    """Least significant bit first, as JPEG XL packs its headers."""

    def __init__(self, packed: bytes) -> None:
        self._value = int.from_bytes(packed, "little")

    def take(self, count: int) -> int:
        taken = self._value & ((1 << count) - 1)
        self._value >>= count
        return taken

    def dimension(self) -> int:
        return 1 + self.take((9, 13, 18, 30)[self.take(2)])


def _box(frame: bytes, wanted: set[bytes]) -> bytes:
    """The content of the first ISO base media box of a wanted type."""
    at = 0
    while at + 8 <= len(frame):
        length, start = int.from_bytes(frame[at : at + 4], "big"), at + 8
        if length == 1:
            length, start = int.from_bytes(frame[at + 8 : at + 16], "big"), at + 16
        end = len(frame) if length == 0 else at + length
        if frame[at + 4 : at + 8] in wanted:
            return frame[start:end]
        if end <= at:
            break
        at = end
    raise Unreadable("malformed", {"expected": "box with a codestream"})
