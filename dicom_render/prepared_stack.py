"""A prepared stack on disk as a source of values: frames, and its volume once it has been cut; no pictures."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dicom_render.grey import Rescale, to_modality
from dicom_render.htj2k import decode_htj2k
from dicom_render.limits import MAX_VOLUME_BYTES
from dicom_render.lut import Lut
from dicom_render.pack import PackReader
from dicom_render.refusal import NotAVolume
from dicom_render.resampling import resampled
from dicom_render.stack_header import StackHeader

# Decoded frames of one stack: 128 of 512 x 512 at 16 bits, or the last one whatever its size.
MAX_KEPT_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Voxels:
    """A decoded volume, (slices, rows, columns), and what takes its values to modality values."""

    values: NDArray[np.generic]
    rescale: Rescale


class PreparedStack:
    """A stack on disk; what was decoded last is kept. Usable from several threads.

    `make_room` is called with the bytes of the volume before it is read.
    """

    def __init__(self, prepared: Path, stack: int, *, make_room: Callable[[int], None] | None = None) -> None:
        self._reader = PackReader(prepared, stack)
        self._make_room = make_room
        self.header: StackHeader = self._reader.header
        self._voxels: Voxels | None = None
        self._frames: dict[int, NDArray[np.generic]] = {}
        self._lock = threading.Lock()

    @property
    def kept_bytes(self) -> int:
        """How much memory the values take that are kept."""
        frames = sum(each.nbytes for each in self._frames.values())
        return frames + (self._voxels.values.nbytes if self._voxels else 0)

    def index_of(self, sop_instance_uid: str, frame: int) -> int:
        """Where in the stack a frame lies. Raises `NoSuchPack`."""
        return self._reader.index_of(sop_instance_uid, frame)

    def values(self, index: int) -> NDArray[np.generic]:
        """Stored values of one frame, (rows, columns) or (rows, columns, 3). The newest are kept."""
        with self._lock:
            if index in self._frames:
                return self._frames[index]
        values = self._decoded(index)
        with self._lock:
            self._frames[index] = values
            while len(self._frames) > 1 and sum(each.nbytes for each in self._frames.values()) > MAX_KEPT_BYTES:
                del self._frames[next(iter(self._frames))]
        return values

    def rescale(self, index: int) -> Rescale:
        """What takes the stored values of one frame to modality values (PS3.3 C.11.1.1.2)."""
        frame = self.header.frames[index]
        return Rescale(frame.slope, frame.intercept)

    def modality(self, index: int) -> NDArray[np.generic]:
        """Modality values of one frame as float32; RGB as it is."""
        stored = self.values(index)
        return stored if self.header.values == "rgb8" else to_modality(stored, self.rescale(index))

    def voi_table(self, index: int | None) -> Lut | None:
        """The VOI LUT that the file of a frame asks for; a cut through the volume (None) has none."""
        return next((each.table.unpacked() for each in self.header.voi_tables if index in each.frames), None)

    @property
    def volume_bytes(self) -> int:
        """How much memory the volume takes, a resampled one while it is made of the slices."""
        header, grid = self.header, self.header.resampling
        made = 0 if grid is None else 4 * len(grid.layers) * grid.rows * grid.columns
        return made + self._voxel_type().itemsize * len(header.frames) * header.rows * header.columns

    def voxels(self) -> Voxels:
        """The volume on the stack's grid; NaN where a resampled one knows none. Raises `NotAVolume` with the reason."""
        if self.header.kind != "volume" and self.header.resampling is None:
            raise NotAVolume(self.header.reason or "no_geometry")
        if self.volume_bytes > MAX_VOLUME_BYTES:
            raise NotAVolume("too_large", {"bytes": self.volume_bytes, "most": MAX_VOLUME_BYTES})
        with self._lock:
            if self._voxels is None:
                if self._make_room is not None:
                    self._make_room(self.volume_bytes)
                self._voxels = self._read_voxels()
            return self._voxels

    def _read_voxels(self) -> Voxels:
        header, dtype = self.header, self._voxel_type()
        voxels = np.empty((len(header.frames), header.rows, header.columns), dtype)
        for index in range(len(header.frames)):
            stored = self._decoded(index)
            voxels[index] = to_modality(stored, self.rescale(index)) if dtype == np.float32 else stored
        if header.resampling is not None:
            voxels = resampled(list(voxels), header.resampling, empty=np.nan)
        return Voxels(voxels, Rescale() if dtype == np.float32 else self.rescale(0))

    def _voxel_type(self) -> np.dtype[np.generic]:
        """As stored, a half or a quarter of a float, if one line takes all frames to modality values."""
        is_one_line = len({(frame.slope, frame.intercept) for frame in self.header.frames}) == 1
        is_one_line &= self.header.resampling is None
        return np.dtype(self.header.values if is_one_line and self.header.values != "rgb8" else "float32")

    def _decoded(self, index: int) -> NDArray[np.generic]:
        return decode_htj2k(self._reader.codestream(index))
