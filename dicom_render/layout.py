"""How the pixels of a dataset are laid out, checked against the limits and the bytes that are there."""

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import FileDataset

from dicom_render.attributes import integer_of, text_of, value_of
from dicom_render.encapsulation import FrameTable
from dicom_render.limits import MAX_FRAME_BYTES, MAX_FRAMES
from dicom_render.opening import transfer_syntax_of
from dicom_render.refusal import Unreadable
from dicom_render.transfer_syntaxes import FAMILIES, is_encapsulated

# PS3.3 C.7.6.3.1.2; the second one is retired, and old ultrasound has it.
PACKED_422 = {"YBR_FULL_422", "YBR_PARTIAL_422"}
_FLOAT_BITS = {"FloatPixelData": 32, "DoubleFloatPixelData": 64}


@dataclass(frozen=True, slots=True)
class PixelLayout:
    """PS3.3 C.7.6.3 as numbers; `keyword` is the attribute that holds the pixels."""

    keyword: str
    number_of_frames: int
    rows: int
    columns: int
    samples: int
    bits_allocated: int
    bits_stored: int
    high_bit: int
    signed: bool
    photometric: str
    planar: bool

    @property
    def frame_bits(self) -> int:
        """PS3.3 C.7.6.3.1.2: native YBR_FULL_422 and its like keep one Cb and one Cr for two pixels, a third less."""
        bits = self.rows * self.columns * self.samples * self.bits_allocated
        return bits * 2 // 3 if self.photometric in PACKED_422 else bits


def layout_of(dataset: FileDataset) -> PixelLayout | None:
    """None for an object without pixels.

    Raises `Unreadable`: missing_pixels, unsupported_pixels, too_large, malformed.
    """
    keyword = next((name for name in ("PixelData", *_FLOAT_BITS) if name in dataset), None)
    rows, columns = integer_of(dataset, "Rows"), integer_of(dataset, "Columns")
    bits = integer_of(dataset, "BitsAllocated")
    if keyword is None:
        if rows and columns and bits:
            raise Unreadable("missing_pixels", {"rows": rows, "columns": columns})
        return None
    bits = _FLOAT_BITS.get(keyword, bits or 0)
    samples = integer_of(dataset, "SamplesPerPixel") or 1
    if not rows or not columns or bits not in {1, 8, 16, 32, 64} or min(rows, columns, samples) < 0:
        raise Unreadable("unsupported_pixels", {"rows": rows, "columns": columns, "bits_allocated": bits})
    if rows * columns * samples * bits > 8 * MAX_FRAME_BYTES:
        raise Unreadable("too_large", {"frame_bytes": rows * columns * samples * bits // 8, "most": MAX_FRAME_BYTES})
    stored = integer_of(dataset, "BitsStored") or bits
    high_bit = integer_of(dataset, "HighBit")
    return PixelLayout(
        keyword=keyword,
        number_of_frames=_number_of_frames(dataset),
        rows=rows,
        columns=columns,
        samples=samples,
        bits_allocated=bits,
        bits_stored=stored if 0 < stored <= bits else bits,
        high_bit=high_bit if high_bit is not None and stored - 1 <= high_bit < bits else stored - 1,
        signed=integer_of(dataset, "PixelRepresentation") == 1,
        photometric=text_of(dataset, "PhotometricInterpretation").upper(),
        planar=integer_of(dataset, "PlanarConfiguration") == 1,
    )


def check_amount(dataset: FileDataset, layout: PixelLayout) -> None:
    """Are there as many bytes, or fragments, as the header promises? Raises `Unreadable`: truncated, missing_pixels."""
    transfer_syntax_uid = transfer_syntax_of(dataset)
    held = held_pixels(dataset, layout)
    if not is_encapsulated(transfer_syntax_uid):
        expected = (layout.number_of_frames * layout.frame_bits + 7) // 8
        if len(held) < expected:
            raise Unreadable("truncated", {"expected_bytes": expected, "found_bytes": len(held)})
    elif transfer_syntax_uid in FAMILIES:
        frame_table_of(dataset, layout)
    # else: video is one stream for all frames, and private syntaxes are unknown: stored, not drawn.


def held_pixels(dataset: FileDataset, layout: PixelLayout) -> bytes:
    """The value of the pixel attribute as it stands in the file."""
    held = value_of(dataset, layout.keyword)
    if not isinstance(held, bytes) or not held:
        raise Unreadable("missing_pixels", {"attribute": layout.keyword})
    return held


def bits_of(held: bytes, *, rows: int, columns: int, first_bit: int = 0) -> NDArray[np.uint8]:
    """Single bits as 0 and 1, the first pixel in the lowest bit (PS3.5 8.1.1); a frame may begin inside of a byte."""
    first, count = first_bit // 8, rows * columns
    packed = np.frombuffer(held, np.uint8, (first_bit + count + 7) // 8 - first, first)
    return np.unpackbits(packed, bitorder="little")[first_bit % 8 :][:count].reshape(rows, columns)


def frame_table_of(dataset: FileDataset, layout: PixelLayout) -> FrameTable:
    """The frames of encapsulated pixel data; PS3.3 C.7.6.3.1.8 for the extended offset table."""
    tables = [value_of(dataset, f"ExtendedOffsetTable{tail}") for tail in ("", "Lengths")]
    extended = None
    if all(isinstance(table, bytes) and len(table) % 8 == 0 for table in tables):
        offsets, lengths = (struct.unpack(f"<{len(table) // 8}Q", table) for table in tables)
        extended = (offsets, lengths)
    return FrameTable(held_pixels(dataset, layout), number_of_frames=layout.number_of_frames, extended=extended)


def _number_of_frames(dataset: FileDataset) -> int:
    raw = dataset.get_item("NumberOfFrames") if "NumberOfFrames" in dataset else None
    if raw is None or not raw.value:
        return 1
    number = integer_of(dataset, "NumberOfFrames")
    if number is None:
        raise Unreadable("malformed", {"attribute": "NumberOfFrames"})
    # Some writers put 0 for "one image".
    number = number or 1
    if not 0 < number <= MAX_FRAMES:
        raise Unreadable("too_large", {"number_of_frames": number, "most": MAX_FRAMES})
    return number
