"""Look-up tables of a dataset (PS3.3 C.11.1.1, C.11.2.1.1), as values; applies them to whole images."""

import base64
import zlib
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from dicom_render.attributes import text_of, value_of
from dicom_render.refusal import Unreadable


@dataclass(frozen=True, slots=True)
class Lut:
    """Maps `first_mapped`, `first_mapped` + 1, ... to `entries`; below and above, the end entries hold."""

    first_mapped: int
    entries: NDArray[np.uint16]
    bits: int
    explanation: str = ""
    kind: str = ""
    """Modality LUT Type (0028,3004), e.g. HU or US (unspecified)"""

    def apply(self, values: NDArray[np.generic]) -> NDArray[np.uint16]:
        index = values.astype(np.int32) - self.first_mapped
        return self.entries[np.clip(index, 0, len(self.entries) - 1)]


class PackedLut(msgspec.Struct, frozen=True):
    """A table as it travels in JSON: 16-bit little-endian entries, deflated (RFC 1950), in base64."""

    first_mapped: int
    bits: int
    explanation: str
    entries: str

    def unpacked(self) -> Lut:
        held = zlib.decompress(base64.b64decode(self.entries))
        return Lut(self.first_mapped, np.frombuffer(held, "<u2").astype(np.uint16), self.bits, self.explanation)


def packed(lut: Lut) -> PackedLut:
    held = zlib.compress(lut.entries.astype("<u2").tobytes(), 6)
    return PackedLut(lut.first_mapped, lut.bits, lut.explanation, base64.b64encode(held).decode())


def lut_of(item: Dataset, *, signed_input: bool) -> Lut:
    """Reads LUT Descriptor and LUT Data of a sequence item."""
    descriptor, held = value_of(item, "LUTDescriptor"), value_of(item, "LUTData")
    if descriptor is None or held is None or len(descriptor) != 3:
        raise Unreadable("malformed", {"attribute": "LUTDescriptor"})
    count, first, bits = (int(number) for number in descriptor)
    # PS3.3 C.11.1.1: 0 entries means 65536; the first mapped value has the sign of the pixels, whatever its VR said.
    count = count & 0xFFFF or 65536
    first &= 0xFFFF
    if signed_input and first >= 0x8000:
        first -= 0x10000
    entries = _entries(held, count)
    return Lut(
        first_mapped=first,
        entries=entries,
        bits=bits if 8 <= bits <= 16 else 16,
        explanation=text_of(item, "LUTExplanation"),
        kind=text_of(item, "ModalityLUTType"),
    )


def _entries(held: object, count: int) -> NDArray[np.uint16]:
    if isinstance(held, bytes):
        # 8-bit entries come packed two to a word, or one to a word: the length tells (PS3.3 C.11.1.1.1).
        width = np.dtype("<u2") if len(held) >= 2 * count else np.dtype("u1")
        table = np.frombuffer(held[: count * width.itemsize], width).astype(np.uint16)
    else:
        table = np.atleast_1d(np.asarray(held)).astype(np.int64).astype(np.uint16)
    if len(table) < count:
        raise Unreadable("truncated", {"lut_entries": count, "found": len(table)})
    return table[:count]
