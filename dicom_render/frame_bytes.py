"""Frames of a file as bytes for other programs: as they are stored, or uncompressed; draws nothing."""

import sys
from typing import Literal

import numpy as np
from pydicom.dataset import FileDataset

from dicom_render.decoding import FrameSource
from dicom_render.layout import PixelLayout, frame_table_of, held_pixels, layout_of
from dicom_render.opening import open_dataset, refusing_everything, transfer_syntax_of
from dicom_render.refusal import Unreadable
from dicom_render.transfer_syntaxes import is_encapsulated

Form = Literal["stored", "uncompressed"]
_BIG_ENDIAN = "1.2.840.10008.1.2.2"


def frames_of(data: bytes, frames: list[int], form: Form) -> list[bytes]:
    """Frames counted from 1. `uncompressed` is little-endian, and what the file's own header says of its pixels.

    Raises `Unreadable`.
    """
    dataset = open_dataset(data)
    with refusing_everything("malformed"):
        layout = layout_of(dataset)
        if layout is None:
            raise Unreadable("missing_pixels", {})
        wrong = [frame for frame in frames if not 1 <= frame <= layout.number_of_frames]
        if wrong:
            raise Unreadable("no_such_frame", {"frame": wrong[0], "number_of_frames": layout.number_of_frames})
        transfer_syntax_uid = transfer_syntax_of(dataset)
        if is_encapsulated(transfer_syntax_uid):
            if form == "stored":
                table = frame_table_of(dataset, layout)
                return [table.frame(frame - 1) for frame in frames]
        elif transfer_syntax_uid != _BIG_ENDIAN:
            return _native(dataset, layout, frames)
    return _decoded(dataset, frames)


def _native(dataset: FileDataset, layout: PixelLayout, frames: list[int]) -> list[bytes]:
    """PS3.5 8.1.1: frames follow each other without gap; frames of single bits may not begin at a byte."""
    if layout.frame_bits % 8 and layout.number_of_frames > 1:
        raise Unreadable("unsupported_pixels", {"frame_bits": layout.frame_bits})
    held, size = held_pixels(dataset, layout), (layout.frame_bits + 7) // 8
    return [held[size * (frame - 1) : size * frame] for frame in frames]


def _decoded(dataset: FileDataset, frames: list[int]) -> list[bytes]:
    # Its own metadata goes with the bytes: it names their colours, their planes, and the profile that they are in.
    source = FrameSource(dataset)
    assert sys.byteorder == "little"
    return [np.ascontiguousarray(source.described(frame)).tobytes() for frame in frames]
