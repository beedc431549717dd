"""Frames decoded and encoded again, kept in scratch files until their series is arranged."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import msgspec
import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import FileDataset

from dicom_render.decoding import FrameSource
from dicom_render.encoding import coarse_level_of, encode_htj2k, levels_of
from dicom_render.grey import grey_steps_of
from dicom_render.headers import FrameHeader, Window
from dicom_render.lut import Lut, PackedLut, packed
from dicom_render.overlays import Overlay, overlays_of
from dicom_render.padding import ends_of
from dicom_render.refusal import Unreadable
from dicom_render.shutters import Shutter, shutter_of
from dicom_render.stack_header import Values

_TYPES: dict[str, Values] = {"u1": "uint8", "i1": "int16", "u2": "uint16", "i2": "int16", "u4": "uint16", "i4": "int16"}


class EncodedFrame(msgspec.Struct, frozen=True):
    """Where a frame's codestream lies in the scratch file, and what its numbers mean."""

    offset: int
    length: int
    coarse: int
    values: Values
    slope: float
    intercept: float
    unit: str
    windows: tuple[Window, ...]
    padding: tuple[float, float] | None = None
    """lowest and highest padding among the encoded values, before slope and intercept"""
    overlays: tuple[Overlay, ...] = ()
    shutter: Shutter | None = None
    voi_table: PackedLut | None = None
    part: int = 0
    """which of several scratch files"""


class Codestreams(Protocol):
    """Where codestreams can be read."""

    def read(self, frame: EncodedFrame) -> bytes: ...


class EncodedParts:
    """Several scratch files to read from, in the order in which `EncodedFrame.part` counts them."""

    def __init__(self, paths: Sequence[Path]) -> None:
        with ExitStack() as opened:
            self._files = [opened.enter_context(path.open("rb")) for path in paths]
            self._opened = opened.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._opened.close()

    def read(self, frame: EncodedFrame) -> bytes:
        file = self._files[frame.part]
        file.seek(frame.offset)
        return file.read(frame.length)


class EncodedFrames:
    """Appends to a scratch file, which is gone when the `with` block ends unless it `is_kept`."""

    def __init__(self, path: Path, *, is_kept: bool = False) -> None:
        self._path = path
        self._is_kept = is_kept
        self._file = path.open("w+b")
        self._size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._file.close()
        if not self._is_kept:
            self._path.unlink()

    def add(self, source: FrameSource, dataset: FileDataset, header: FrameHeader, frame: int) -> EncodedFrame:
        """Decodes and encodes one frame (counted from 1). Raises `Unreadable` and `NotLossless`."""
        decoded = source.decode(frame)
        slope, intercept, unit = header.rescale_slope, header.rescale_intercept, header.rescale_type
        windows, padding = header.windows, ends_of(header.pixel_padding, header.pixel_padding_limit)
        voi_table = None
        if decoded.ndim == 2 and (header.has_modality_lut or header.has_voi_lut):
            steps = grey_steps_of(dataset, frame)
            if isinstance(steps.modality, Lut):
                # PS3.3 C.11.1.1.1: browsers know only slope and intercept, so the table is applied here, once.
                decoded = steps.modality.apply(decoded)
                padding = _through_table(padding, steps.modality)
                slope, intercept, unit = 1.0, 0.0, steps.modality.kind
            if isinstance(steps.voi, Lut):
                windows, voi_table = (_window_of(steps.voi), *windows), packed(steps.voi)
        picture, values = _narrowed(decoded)
        stream = encode_htj2k(picture)
        rows, columns = picture.shape[:2]
        coarse_level = coarse_level_of(rows, columns)
        coarse = stream.resolution_ends[levels_of(rows, columns) - coarse_level] if coarse_level else len(stream.data)
        self._file.write(stream.data)
        overlays = overlays_of(dataset, source, frame)
        shutter, used = shutter_of(dataset, frame, overlays)
        kept = EncodedFrame(
            offset=self._size,
            length=len(stream.data),
            coarse=coarse,
            values=values,
            slope=slope,
            intercept=intercept,
            unit=unit,
            windows=windows,
            padding=padding,
            overlays=tuple(overlay for group, overlay in overlays.items() if group != used),
            shutter=shutter,
            voi_table=voi_table,
        )
        self._size += len(stream.data)
        return kept

    def read(self, frame: EncodedFrame) -> bytes:
        self._file.seek(frame.offset)
        return self._file.read(frame.length)


def _through_table(padding: tuple[float, float] | None, table: Lut) -> tuple[float, float] | None:
    """Pixel Padding Value is a stored value: a table that moves the pixels moves it too (PS3.3 C.7.5.1.1.2)."""
    if padding is None:
        return None
    last = table.first_mapped + len(table.entries) - 1
    low, high = (min(max(int(end), table.first_mapped), last) for end in padding)
    moved = table.apply(np.arange(low, high + 1))
    return float(moved.min()), float(moved.max())


def _narrowed(
    decoded: NDArray[np.generic],
) -> tuple[NDArray[np.uint8] | NDArray[np.int16] | NDArray[np.uint16], Values]:
    """To a type that browsers decode; 32 bits go in where no value needs more than 16."""
    if decoded.ndim == 3:
        return decoded.astype(np.uint8, copy=False), "rgb8"
    values = _TYPES[f"{decoded.dtype.kind}{decoded.dtype.itemsize}"]
    target = np.dtype(values)
    if decoded.dtype.itemsize > 2:
        low, high, bounds = int(decoded.min()), int(decoded.max()), np.iinfo(target)
        if low < bounds.min or high > bounds.max:
            raise Unreadable("values_too_wide", {"lowest": low, "highest": high, "most_bits": 16})
    return decoded.astype(target, copy=False), values


def _window_of(voi: Lut) -> Window:
    """The values that a VOI LUT maps, as a window: its ends are right, its curve is not (said by a caution)."""
    last = voi.first_mapped + len(voi.entries) - 1
    return Window(
        center=(voi.first_mapped + last) / 2,
        width=max(float(last - voi.first_mapped), 1.0),
        function="LINEAR_EXACT",
        explanation=voi.explanation,
    )
