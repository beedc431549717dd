"""Colour samples to 8-bit RGB: YBR in its sub-samplings and palettes (PS3.3 C.7.6.3.1.2, C.7.9); decodes nothing."""

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_color_lut

from dicom_render.attributes import value_of
from dicom_render.refusal import Unreadable

Rgb = NDArray[np.uint8]

_FULL = np.array([[0.299, 0.587, 0.114], [-0.1687, -0.3313, 0.5], [0.5, -0.4187, -0.0813]], np.float32)
_PARTIAL = np.array([[0.2568, 0.5041, 0.0979], [-0.1482, -0.2910, 0.4392], [0.4392, -0.3678, -0.0714]])


def rgb_of_ybr(ybr: NDArray[np.uint8]) -> Rgb:
    """PS3.3 C.7.6.3.1.2 YBR_FULL, the inverse of its matrix; (..., 3) uint8 in and out."""
    y, cb, cr = (ybr[..., i].astype(np.float32) for i in range(3))
    cb -= 128
    cr -= 128
    rgb = np.stack((y + 1.402 * cr, y - 0.344136 * cb - 0.714136 * cr, y + 1.772 * cb), axis=-1)
    return np.clip(np.rint(rgb, out=rgb), 0, 255, out=rgb).astype(np.uint8)


def ybr_of_rgb(rgb: Rgb) -> NDArray[np.uint8]:
    """PS3.3 C.7.6.3.1.2 YBR_FULL; (..., 3) uint8 in and out."""
    ybr = rgb.astype(np.float32) @ _FULL.T + np.array((0, 128, 128), np.float32)
    return np.clip(np.rint(ybr), 0, 255).astype(np.uint8)


def rgb_of_partial_ybr(ybr: NDArray[np.uint8]) -> Rgb:
    """YBR_PARTIAL_422 (PS3.3-2004 C.7.6.3.1.2, retired since): black is 16 and white 235; (..., 3) uint8 in and out."""
    rgb = (ybr.astype(np.float64) - (16, 128, 128)) @ np.linalg.inv(_PARTIAL).T
    return np.clip(np.rint(rgb), 0, 255).astype(np.uint8)


def ybr_of_422(packed: NDArray[np.uint8], *, rows: int, columns: int) -> NDArray[np.uint8]:
    """Native YBR_FULL_422, YBR_PARTIAL_422: Y1 Y2 Cb Cr for two pixels (PS3.3 C.7.6.3.1.2), chrominance repeated."""
    if columns % 2:
        raise Unreadable("unsupported_pixels", {"photometric_interpretation": "YBR_FULL_422", "columns": columns})
    pairs = packed.reshape(rows, columns // 2, 4)
    ybr = np.empty((rows, columns, 3), np.uint8)
    ybr[:, 0::2, 0], ybr[:, 1::2, 0] = pairs[..., 0], pairs[..., 1]
    ybr[..., 1], ybr[..., 2] = (np.repeat(pairs[..., i], 2, axis=1) for i in (2, 3))
    return ybr


def packed_422_of(ybr: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The way back, flat: chrominance of two neighbours is their mean, which for what was repeated is exact."""
    if ybr.shape[1] % 2:
        raise Unreadable("unsupported_pixels", {"photometric_interpretation": "YBR_FULL_422", "columns": ybr.shape[1]})
    left, right = ybr[:, 0::2].astype(np.uint16), ybr[:, 1::2].astype(np.uint16)
    shared = (left + right + 1) // 2
    return np.stack((left[..., 0], right[..., 0], shared[..., 1], shared[..., 2]), axis=-1).astype(np.uint8).ravel()


def rgb_of_palette(indices: NDArray[np.generic], dataset: Dataset) -> Rgb:
    """PS3.3 C.7.6.3.1.5-6: each index through the red, green and blue table; 16-bit tables give their high byte."""
    if "SegmentedRedPaletteColorLookupTableData" in dataset:
        # PS3.3 C.7.9.2: pydicom unrolls the segments.
        shown = apply_color_lut(indices, dataset)[..., :3]
        return shown if shown.dtype == np.uint8 else (shown >> 8).astype(np.uint8)
    channels = [_channel(dataset, name).take(_position(indices, dataset, name)) for name in ("Red", "Green", "Blue")]
    return np.stack(channels, axis=-1)


def _descriptor(dataset: Dataset, name: str) -> tuple[int, int, int]:
    descriptor = value_of(dataset, f"{name}PaletteColorLookupTableDescriptor")
    if descriptor is None or len(descriptor) != 3:
        raise Unreadable("malformed", {"attribute": f"{name}PaletteColorLookupTableDescriptor"})
    count, first, bits = (int(number) for number in descriptor)
    return count & 0xFFFF or 65536, first, bits


def _position(indices: NDArray[np.generic], dataset: Dataset, name: str) -> NDArray[np.int32]:
    count, first, _ = _descriptor(dataset, name)
    return np.clip(indices.astype(np.int32) - first, 0, count - 1)


def _channel(dataset: Dataset, name: str) -> NDArray[np.uint8]:
    count, _, bits = _descriptor(dataset, name)
    held = value_of(dataset, f"{name}PaletteColorLookupTableData")
    if not isinstance(held, bytes):
        raise Unreadable("malformed", {"attribute": f"{name}PaletteColorLookupTableData"})
    if bits == 8 and len(held) < 2 * count:
        table = np.frombuffer(held, np.uint8)
    else:
        words = np.frombuffer(held[: 2 * count], "<u2")
        # Some writers keep 8-bit entries in words while the descriptor says 16: their high bytes are all 0.
        table = (words if bits == 8 or int(words.max(initial=0)) < 256 else words >> 8).astype(np.uint8)
    if len(table) < count:
        raise Unreadable("truncated", {"palette_entries": count, "found": len(table)})
    return table[:count]
