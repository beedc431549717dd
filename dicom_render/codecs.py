"""One compressed frame to samples as they come out of its decoder, (rows, columns[, samples]); no sign, no colour yet.

Every decoder gets the frame only after the size that the codestream declares has been compared with the header.
"""

import struct
from collections.abc import Callable

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from dicom_render.codestream import (
    Declared,
    declared_by_jpeg,
    declared_by_jpeg_2000,
    declared_by_jpeg_xl,
    is_whole_jpeg,
    is_whole_jpeg_2000,
    jpeg_2000_codestream,
)
from dicom_render.htj2k import decode_htj2k
from dicom_render.layout import PixelLayout, bits_of
from dicom_render.limits import MAX_RLE_GROWTH
from dicom_render.opening import inflate
from dicom_render.refusal import Unreadable
from dicom_render.transfer_syntaxes import Family

Samples = NDArray[np.generic]


def decode_codestream(
    frame: bytes, layout: PixelLayout, family: Family, *, keeps_ybr: bool = False
) -> tuple[Samples, Declared | None]:
    """The samples, and what the codestream says of its sign and depth where it says so.

    `keeps_ybr`: a JPEG whose colours are YCbCr comes as that, where it would be made RGB.
    """
    if keeps_ybr and family is Family.JPEG:
        return _jpeg(frame, layout, keeps_ybr=True)
    return _DECODERS[family](frame, layout)


def _rle(frame: bytes, layout: PixelLayout) -> tuple[Samples, None]:
    """PS3.5 G: one segment a byte plane, most significant byte first, sample by sample."""
    width = layout.bits_allocated // 8
    plane = layout.rows * layout.columns
    segments = _rle_segments(frame, count=layout.samples * width)
    planes: list[NDArray[np.uint8]] = []
    for segment in segments:
        if plane > MAX_RLE_GROWTH * len(segment):
            raise Unreadable("truncated", {"expected_bytes": plane, "segment_bytes": len(segment)})
        bytes_of_plane = imagecodecs.packbits_decode(segment)
        if len(bytes_of_plane) < plane:
            raise Unreadable("truncated", {"expected_bytes": plane, "found_bytes": len(bytes_of_plane)})
        planes.append(np.frombuffer(bytes_of_plane, np.uint8, plane))
    stacked = np.stack(planes).reshape(layout.samples, width, layout.rows, layout.columns)
    joined = np.ascontiguousarray(np.moveaxis(stacked, 1, -1)).view(f">u{width}")[..., 0]
    return np.moveaxis(joined, 0, -1) if layout.samples > 1 else joined[0], None


def _rle_segments(frame: bytes, *, count: int) -> list[bytes]:
    if len(frame) < 64:
        raise Unreadable("truncated", {"expected": "RLE header"})
    found, *offsets = struct.unpack_from("<16I", frame)
    if found != count:
        raise Unreadable("unsupported_pixels", {"rle_segments": found, "expected": count})
    edges = [*offsets[:count], len(frame)]
    if edges[0] < 64 or any(edges[i] >= edges[i + 1] for i in range(count)):
        raise Unreadable("malformed", {"expected": "rising RLE offsets"})
    return [frame[edges[i] : edges[i + 1]] for i in range(count)]


def is_ycbcr(declared: Declared, layout: PixelLayout) -> bool:
    """The header decides on colour; a JFIF or Adobe marker, or components named R, G, B, know better, as in pydicom."""
    return layout.photometric.startswith("YBR") if declared.ycbcr is None else declared.ycbcr


def _jpeg(frame: bytes, layout: PixelLayout, *, keeps_ybr: bool = False) -> tuple[Samples, Declared]:
    declared = _same_size(declared_by_jpeg(frame), layout)
    if not is_whole_jpeg(frame):
        raise Unreadable("truncated", {"expected": "end of the JPEG image"})
    if declared.samples == 1:
        return imagecodecs.jpeg8_decode(frame), declared
    spaces = imagecodecs.JPEG8.CS
    held = spaces.YCbCr if is_ycbcr(declared, layout) else spaces.RGB
    given = held if keeps_ybr else spaces.RGB
    return imagecodecs.jpeg8_decode(frame, colorspace=held, outcolorspace=given), declared


def _jpeg_lossless(frame: bytes, layout: PixelLayout) -> tuple[Samples, Declared]:
    declared = _same_size(declared_by_jpeg(frame), layout)
    if declared.samples == 1:
        return imagecodecs.ljpeg_decode(frame), declared
    return imagecodecs.jpegsof3_decode(frame), declared


def _jpeg_ls(frame: bytes, layout: PixelLayout) -> tuple[Samples, Declared]:
    declared = _same_size(declared_by_jpeg(frame), layout)
    return imagecodecs.jpegls_decode(frame), declared


def _jpeg_2000(frame: bytes, layout: PixelLayout) -> tuple[Samples, Declared]:
    codestream = jpeg_2000_codestream(frame)
    declared = _same_size(declared_by_jpeg_2000(codestream), layout)
    return imagecodecs.jpeg2k_decode(codestream, numthreads=1), declared


def _htj2k(frame: bytes, layout: PixelLayout) -> tuple[Samples, Declared]:
    codestream = jpeg_2000_codestream(frame)
    declared = _same_size(declared_by_jpeg_2000(codestream), layout)
    if not is_whole_jpeg_2000(codestream):
        raise Unreadable("truncated", {"expected": "end of the JPEG 2000 codestream"})
    return decode_htj2k(codestream), declared


def _jpeg_xl(frame: bytes, layout: PixelLayout) -> tuple[Samples, None]:
    rows, columns = declared_by_jpeg_xl(frame)
    _same_size(Declared(rows=rows, columns=columns, samples=layout.samples, precision=layout.bits_stored), layout)
    return imagecodecs.jpegxl_decode(frame, numthreads=1), None


def _deflated_frame(frame: bytes, layout: PixelLayout) -> tuple[Samples, None]:
    expected = (layout.frame_bits + 7) // 8
    plain = inflate(frame, expected + 1)
    if len(plain) < expected:
        raise Unreadable("truncated", {"expected_bytes": expected, "found_bytes": len(plain)})
    if layout.bits_allocated == 1:
        return bits_of(plain, rows=layout.rows, columns=layout.columns), None
    samples = np.frombuffer(plain[:expected], f"<u{layout.bits_allocated // 8}")
    if layout.samples == 1:
        return samples.reshape(layout.rows, layout.columns), None
    if layout.planar:
        return np.moveaxis(samples.reshape(layout.samples, layout.rows, layout.columns), 0, -1), None
    return samples.reshape(layout.rows, layout.columns, layout.samples), None


def _same_size(declared: Declared, layout: PixelLayout) -> Declared:
    found = (declared.rows, declared.columns, declared.samples)
    if found != (layout.rows, layout.columns, layout.samples):
        raise Unreadable(
            "contradiction",
            {
                "header_rows": layout.rows,
                "header_columns": layout.columns,
                "header_samples": layout.samples,
                "codestream_rows": declared.rows,
                "codestream_columns": declared.columns,
                "codestream_samples": declared.samples,
            },
        )
    if declared.precision > 16:
        raise Unreadable("unsupported_pixels", {"precision": declared.precision})
    return declared


_DECODERS: dict[Family, Callable[[bytes, PixelLayout], tuple[Samples, Declared | None]]] = {
    Family.RLE: _rle,
    Family.JPEG: _jpeg,
    Family.JPEG_LOSSLESS: _jpeg_lossless,
    Family.JPEG_LS: _jpeg_ls,
    Family.JPEG_2000: _jpeg_2000,
    Family.HTJ2K: _htj2k,
    Family.JPEG_XL: _jpeg_xl,
    Family.DEFLATED_FRAME: _deflated_frame,
}
