"""Whether compressed frames ask for more than their header says, told without decoding anything.

A header that looks fine can stand before a codestream that asks for a hundred times its memory.
"""

import struct

from dicom_render.codestream import declared_by_jpeg, declared_by_jpeg_2000, declared_by_jpeg_xl, jpeg_2000_codestream
from dicom_render.headers import InstanceHeader
from dicom_render.layout import PixelLayout, frame_table_of, layout_of
from dicom_render.limits import MAX_RLE_GROWTH
from dicom_render.opening import open_dataset, refusing_everything, transfer_syntax_of
from dicom_render.reading import header_of
from dicom_render.refusal import Unreadable
from dicom_render.transfer_syntaxes import FAMILIES, Family

_RLE_HEADER_BYTES = 64


def read_kept_promises(data: bytes) -> InstanceHeader:
    """`read_header` of a file whose frames ask for no more than it says. Raises `Unreadable` as that does, and
    `contradiction`, `truncated` for a frame that would be larger, or whose bytes cannot be so large."""
    dataset = open_dataset(data)
    header = header_of(dataset)
    with refusing_everything("malformed"):
        layout = layout_of(dataset)
        family = FAMILIES.get(transfer_syntax_of(dataset), Family.NATIVE)
        if layout is not None and family is not Family.NATIVE:
            table = frame_table_of(dataset, layout)
            for index in range(layout.number_of_frames):
                _check(table.frame(index), layout, family)
    return header


def _check(frame: bytes, layout: PixelLayout, family: Family) -> None:
    if family is Family.RLE:
        return _check_rle(frame, layout)
    size = _declared_size(frame, family)
    if size is not None and size[0] * size[1] > layout.rows * layout.columns:
        facts = {"header_rows": layout.rows, "header_columns": layout.columns}
        raise Unreadable("contradiction", {**facts, "codestream_rows": size[0], "codestream_columns": size[1]})
    return None


def _declared_size(frame: bytes, family: Family) -> tuple[int, int] | None:
    match family:
        case Family.JPEG | Family.JPEG_LOSSLESS | Family.JPEG_LS:
            declared = declared_by_jpeg(frame)
        case Family.JPEG_2000 | Family.HTJ2K:
            declared = declared_by_jpeg_2000(jpeg_2000_codestream(frame))
        case Family.JPEG_XL:
            return declared_by_jpeg_xl(frame)
        case _:
            return None
    return declared.rows, declared.columns


def _check_rle(frame: bytes, layout: PixelLayout) -> None:
    """PS3.5 G.5: the header tells how many segments there are; each holds one byte of every pixel."""
    if len(frame) < _RLE_HEADER_BYTES:
        raise Unreadable("truncated", {"expected": "RLE header"})
    (segments,) = struct.unpack_from("<I", frame)
    wanted = layout.rows * layout.columns * max(1, segments)
    if wanted > MAX_RLE_GROWTH * len(frame):
        raise Unreadable("truncated", {"expected_bytes": wanted, "frame_bytes": len(frame)})
