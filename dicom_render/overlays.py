"""Overlay planes of a dataset (PS3.3 C.9.2), from Overlay Data or from unused bits of the pixels; draws nothing."""

import base64
import zlib
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileDataset

from dicom_render.decoding import FrameSource

Mask = NDArray[np.bool_]

# PS3.5 7.6: repeating groups of overlays are the even ones from 6000 to 601E.
GROUPS = range(0x6000, 0x6020, 2)
# Unpacked, a plane takes a byte a pixel; the largest pictures drawn here have a third of this.
MAX_PIXELS = 1 << 26

_ROWS, _COLUMNS, _FRAMES, _LABEL, _TYPE, _ORIGIN = 0x0010, 0x0011, 0x0015, 0x1500, 0x0040, 0x0050
_FRAME_ORIGIN, _BITS_ALLOCATED, _BIT_POSITION, _DATA = 0x0051, 0x0100, 0x0102, 0x3000


class Overlay(msgspec.Struct, frozen=True):
    """One plane of bits over a frame; `first_row`, `first_column` count from 0 and may lie outside of the picture.

    `bits`: row by row, eight to a byte, lowest bit first as in the file (PS3.5 8.1.2), deflated (RFC 1950), base64.
    """

    kind: Literal["graphic", "roi"]
    label: str
    rows: int
    columns: int
    first_row: int
    first_column: int
    bits: str
    group: int = 0
    """6000 and the even ones up to 601E; 0 in what was prepared before it was kept"""

    def mask(self) -> Mask:
        """(rows, columns), True where the plane is set."""
        return unpacked_bits(self.bits, self.rows, self.columns)


def unpacked_bits(bits: str, rows: int, columns: int) -> Mask:
    """(rows, columns) of what `packed_bits` has packed."""
    packed = np.frombuffer(zlib.decompress(base64.b64decode(bits)), np.uint8)
    return np.unpackbits(packed, count=rows * columns, bitorder="little").reshape(rows, columns).astype(bool)


def packed_bits(mask: Mask) -> str:
    """What `Overlay.bits` holds for these pixels."""
    return base64.b64encode(zlib.compress(np.packbits(mask, bitorder="little").tobytes(), 6)).decode()


def overlays_of(dataset: FileDataset, source: FrameSource, frame: int) -> dict[int, Overlay]:
    """The planes over a frame counted from 1, by group; one that is broken or empty is absent."""
    found: dict[int, Overlay] = {}
    for group in GROUPS:
        if (group, _DATA) in dataset or (group, _BIT_POSITION) in dataset:
            overlay = _overlay(dataset, source, group=group, frame=frame)
            if overlay is not None:
                found[group] = overlay
    return found


def own_overlays_of(dataset: Dataset) -> dict[int, Overlay]:
    """The planes of an object without pixels, by group."""
    found = {group: _overlay(dataset, None, group=group, frame=1) for group in GROUPS if (group, _DATA) in dataset}
    return {group: overlay for group, overlay in found.items() if overlay is not None}


def _overlay(dataset: Dataset, source: FrameSource | None, *, group: int, frame: int) -> Overlay | None:
    if (group, _DATA) in dataset:
        mask = _own_bits(dataset, group, frame)
    else:
        # Retired in 2004, still met: a high bit of each pixel's word (PS3.5 8.1.2 in editions before).
        bit = _numbers(dataset, group, _BIT_POSITION)
        mask = source.bit_plane(frame, bit[0]) if bit and source else None
    if mask is None or not mask.any():
        return None
    origin = _numbers(dataset, group, _ORIGIN) or (1, 1)
    return Overlay(
        # PS3.3 C.9.2.1.1: G draws graphics, R marks a region of interest.
        kind="roi" if _text(dataset, group, _TYPE) == "R" else "graphic",
        label=_text(dataset, group, _LABEL),
        rows=mask.shape[0],
        columns=mask.shape[1],
        first_row=origin[0] - 1,
        first_column=(origin[1] if len(origin) > 1 else 1) - 1,
        bits=packed_bits(mask),
        group=group,
    )


def _own_bits(dataset: Dataset, group: int, frame: int) -> Mask | None:
    rows, columns = _first(dataset, group, _ROWS), _first(dataset, group, _COLUMNS)
    place = _place_of(dataset, group, frame)
    element = _element(dataset, group, _DATA)
    if element is None or place is None or not isinstance(element.value, bytes):
        return None
    if rows <= 0 or columns <= 0 or rows * columns > MAX_PIXELS:
        return None
    held = np.frombuffer(element.value, np.uint8)
    if dataset.original_encoding[1] is False and element.VR == "OW":
        held = held[: len(held) & ~1].reshape(-1, 2)[:, ::-1].ravel()
    # Frames follow each other bit by bit, without a gap.
    first, count = place * rows * columns, rows * columns
    part = held[first // 8 : (first + count + 7) // 8]
    if 8 * len(part) < first % 8 + count:
        return None
    bits = np.unpackbits(part, bitorder="little")[first % 8 : first % 8 + count]
    return bits.reshape(rows, columns).astype(bool)


def _place_of(dataset: Dataset, group: int, frame: int) -> int | None:
    """Which frame of the overlay lies over this one (PS3.3 C.9.3); None: none does.

    A plane that says nothing of frames belongs to the image, hence to each frame of it.
    """
    frames, origin = _numbers(dataset, group, _FRAMES), _numbers(dataset, group, _FRAME_ORIGIN)
    if not frames and not origin:
        return 0
    place = frame - (origin[0] if origin else 1)
    return place if 0 <= place < (frames[0] if frames else 1) else None


def _element(dataset: Dataset, group: int, number: int) -> DataElement | None:
    try:
        return dataset.get((group, number))
    except Exception:  # pydicom parses late: a bad element raises nearly anything here (ValueError, KeyError, ...)
        return None


def _numbers(dataset: Dataset, group: int, number: int) -> tuple[int, ...]:
    element = _element(dataset, group, number)
    if element is None or element.value is None or element.value == "":
        return ()
    parts = element.value if element.VM > 1 else [element.value]
    try:
        return tuple(int(part) for part in parts)
    except (TypeError, ValueError):
        return ()


def _first(dataset: Dataset, group: int, number: int) -> int:
    numbers = _numbers(dataset, group, number)
    return numbers[0] if numbers else 0


def _text(dataset: Dataset, group: int, number: int) -> str:
    element = _element(dataset, group, number)
    return "" if element is None or element.value is None else str(element.value).strip()
