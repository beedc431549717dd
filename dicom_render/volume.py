"""Draws any plane of a prepared stack: one of its own slices as it is, or a cut through the volume; CPU only.

World is LPS in millimetres. In a `PlaneView`, `normal` points from the plane to the person who looks at it, `up` to
the top of the picture, so `up` x `normal` points to its right: an axial slice seen from the feet, as radiologists do,
has normal (0, 0, -1) and up (0, -1, 0).
"""

import dataclasses
import math
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dicom_render.affine import Mask, Ramp, Real, sample_picture, sample_volume
from dicom_render.grey import Rescale, through_table, through_window, to_8_bits, to_modality
from dicom_render.headers import Window
from dicom_render.htj2k import decode_htj2k
from dicom_render.limits import MAX_VOLUME_BYTES
from dicom_render.lut import Lut
from dicom_render.markings import Switches, marked
from dicom_render.pack import PackReader
from dicom_render.refusal import NotAVolume
from dicom_render.resampling import resampled
from dicom_render.space import Orientation, Vector, cross, dot, minus, row_and_column, unit
from dicom_render.stack_header import StackHeader

Blend = Literal["mip", "minip", "mean"]

# A plane turned less than this against the slices is theirs: over a field of 500 mm the edge lies 0.25 mm off.
_PARALLEL = 1 - 5e-7
# Decoded frames of one stack: 64 of 512 x 512, or the last one whatever its size.
MAX_KEPT_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Slab:
    """So much of the volume, half of it on each side of the plane, drawn as one picture."""

    blend: Blend
    thickness_mm: float


@dataclass(frozen=True, slots=True)
class PlaneView:
    """What to draw. `point_world_mm` is the centre of the picture, on the plane; `fov_mm` is (width, height)."""

    point_world_mm: Vector
    normal: Vector
    up: Vector
    fov_mm: tuple[float, float]
    window: Window | None = None
    invert: bool = False
    sop_instance_uid: str | None = None
    frame: int = 1
    markings: bool = True
    """shutter and overlays of the file, on a slice drawn as it is; a cut through the volume never has them"""
    overlays: bool = True
    shutters: bool = True
    """which of the markings"""
    mirrored: bool = False
    """left and right of the picture changed over, as the last step"""
    slab: Slab | None = None


class PreparedStack:
    """A stack on disk as a source of pictures; keeps its volume once it has been cut. Usable from several threads."""

    def __init__(self, prepared: Path, stack: int) -> None:
        self._reader = PackReader(prepared, stack)
        self.header: StackHeader = self._reader.header
        self._volume: NDArray[np.generic] | None = None
        self._frames: dict[int, NDArray[np.generic]] = {}
        self._lock = threading.Lock()

    def index_of(self, sop_instance_uid: str, frame: int) -> int:
        """Where in the stack a frame lies. Raises `NoSuchPack`."""
        return self._reader.index_of(sop_instance_uid, frame)

    def values(self, index: int) -> NDArray[np.generic]:
        """Stored values of one frame, (rows, columns) or (rows, columns, 3)."""
        return decode_htj2k(self._reader.codestream(index))

    def modality(self, index: int) -> NDArray[np.generic]:
        """Modality values of one frame as float32; RGB as it is. The newest are kept: a view is drawn many times."""
        with self._lock:
            kept = self._frames.get(index)
        if kept is not None:
            return kept
        values = self._modality(index)
        with self._lock:
            self._frames[index] = values
            while len(self._frames) > 1 and sum(each.nbytes for each in self._frames.values()) > MAX_KEPT_BYTES:
                del self._frames[next(iter(self._frames))]
        return values

    def _modality(self, index: int) -> NDArray[np.generic]:
        if self.header.values == "rgb8":
            return self.values(index)
        frame = self.header.frames[index]
        return to_modality(self.values(index), Rescale(frame.slope, frame.intercept))

    def voi_table(self, index: int | None) -> Lut | None:
        """The VOI LUT that the file of a frame asks for; a cut through the volume (None) has none."""
        return next((each.table.unpacked() for each in self.header.voi_tables if index in each.frames), None)

    def volume(self) -> NDArray[np.generic]:
        """Modality values on the stack's grid, (layers, rows, columns) float32, NaN where a resampled one knows none.

        Raises `NotAVolume` with the stack's reason.
        """
        header, grid = self.header, self.header.resampling
        if header.kind != "volume" and grid is None:
            raise NotAVolume(header.reason or "no_geometry")
        size = 4 * len(header.frames) * header.rows * header.columns
        if grid is not None:
            size += 4 * len(grid.layers) * grid.rows * grid.columns
        if size > MAX_VOLUME_BYTES:
            raise NotAVolume("too_large", {"bytes": size, "most": MAX_VOLUME_BYTES})
        with self._lock:
            if self._volume is None:
                slices = np.stack([self._modality(index) for index in range(len(header.frames))])
                self._volume = slices if grid is None else resampled(list(slices), grid, empty=np.nan)
            return self._volume


@dataclass(frozen=True, slots=True)
class Plane:
    """Where a frame's pixels lie: centre of the first pixel, direction and size of a step along a row and a column."""

    origin: Vector
    along_row: Vector
    along_column: Vector
    row_step_mm: float
    """from one row to the next"""
    column_step_mm: float


def plane_of(header: StackHeader, index: int) -> Plane:
    """The plane of one frame (PS3.3 C.7.6.2.1.1).

    A frame without geometry lies at the origin, rows to +x and columns to +y, at its pixel spacing or 1 mm a pixel.
    """
    frame = header.frames[index]
    orientation: Orientation = frame.orientation or (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    along_row, along_column = row_and_column(orientation)
    spacing = header.pixel_spacing_mm or (1.0, 1.0)
    placed = frame.position_mm is not None and frame.orientation is not None
    origin = frame.position_mm if placed and frame.position_mm is not None else (0.0, 0.0, 0.0)
    return Plane(origin, unit(along_row), unit(along_column), spacing[0], spacing[1])


def grid_of(header: StackHeader) -> tuple[Plane, float]:
    """The first layer of the volume, and the millimetres to the next. Raises `NotAVolume`."""
    plane, resampling = plane_of(header, 0), header.resampling
    if resampling is not None:
        return dataclasses.replace(plane, origin=resampling.origin_mm), resampling.spacing_mm
    if header.spacing_mm is None or header.orientation is None:
        raise NotAVolume(header.reason or "no_geometry")
    return plane, header.spacing_mm


def render_view(source: PreparedStack, view: PlaneView, width_px: int, height_px: int) -> NDArray[np.uint8]:
    """(height_px, width_px) grey or (height_px, width_px, 3) RGB; black outside of the pixels.

    The instance named by the view is drawn as it is, bilinear in its own plane, if the view lies parallel to it.
    Otherwise the volume is cut, trilinear. Raises `NotAVolume` with the reason of a stack that is none.
    """
    size, index = (height_px, width_px), own_slice(source, view)
    if index is None:
        values, shown = _cut(source, view, size)
    else:
        row, column = _in_plane(plane_of(source.header, index), view, size)
        values, shown = sample_picture(source.modality(index), row, column, size)
    picture = _picture(source, view, index, values=values, shown=shown)
    if index is not None and view.markings and (source.header.shutters or source.header.overlays):
        row, column = _in_plane(plane_of(source.header, index), view, size)
        on = Switches(overlays=view.overlays, shutters=view.shutters)
        picture = marked(picture, source.header, index, row=row.at(size), column=column.at(size), shown=shown, on=on)
    return picture[:, ::-1] if view.mirrored else picture


def _picture(
    source: PreparedStack, view: PlaneView, index: int | None, *, values: Real, shown: Mask
) -> NDArray[np.uint8]:
    if source.header.values == "rgb8":
        picture = np.clip(np.rint(values), 0, 255).astype(np.uint8)
        return np.where(shown[..., None], picture, np.uint8(0))
    table = None if view.window is not None else source.voi_table(index)
    if table is not None:
        levels = through_table(values, table)
    else:
        levels = through_window(values, view.window or source.header.windows[0])
    grey = to_8_bits(levels, invert=view.invert != source.header.invert)
    return np.where(shown, grey, np.uint8(0))


def own_slice(source: PreparedStack, view: PlaneView) -> int | None:
    """The frame to draw as it is: the one named, or the nearest of a parallel stack that cannot be cut; no slab."""
    if view.slab is not None:
        return None
    if view.sop_instance_uid is not None:
        index = source.index_of(view.sop_instance_uid, view.frame)
        return index if _is_parallel(plane_of(source.header, index), view) else None
    if source.header.kind == "volume" or source.header.resampling is not None:
        return None
    planes = [plane_of(source.header, index) for index in range(len(source.header.frames))]
    parallel = [index for index, plane in enumerate(planes) if _is_parallel(plane, view)]
    return min(parallel, key=lambda index: _distance_mm(planes[index], view), default=None)


def _is_parallel(plane: Plane, view: PlaneView) -> bool:
    return abs(dot(_normal(plane), unit(view.normal))) >= _PARALLEL


def _normal(plane: Plane) -> Vector:
    return unit(cross(plane.along_row, plane.along_column))


def _distance_mm(plane: Plane, view: PlaneView) -> float:
    return abs(dot(minus(view.point_world_mm, plane.origin), _normal(plane)))


def _cut(source: PreparedStack, view: PlaneView, size: tuple[int, int]) -> tuple[Real, Mask]:
    header, volume = source.header, source.volume()
    plane, spacing_mm = grid_of(header)
    normal = _normal(plane)
    depth = _ramp(view, size, plane.origin, normal, spacing_mm)
    row, column = _in_plane(plane, view, size)
    if view.slab is None:
        return _known(*sample_volume(volume, (depth, row, column), size))
    facing = unit(view.normal)
    per_mm = (
        dot(facing, normal) / spacing_mm,
        dot(facing, plane.along_column) / plane.row_step_mm,
        dot(facing, plane.along_row) / plane.column_step_mm,
    )
    return _blended(volume, (depth, row, column), per_mm, view.slab, size)


def _known(values: Real, shown: Mask) -> tuple[Real, Mask]:
    """Nothing is shown where a resampled volume has nothing, nor half a voxel around it."""
    known = ~np.isnan(values)
    return np.where(known, values, np.float32(0)), shown & known


def _blended(
    volume: NDArray[np.generic],
    ramps: tuple[Ramp, Ramp, Ramp],
    per_mm: Vector,
    slab: Slab,
    size: tuple[int, int],
) -> tuple[Real, Mask]:
    """Planes half a voxel apart or closer, each sampled, then blended; what lies outside of the volume does not count.

    `per_mm`: how far along each index a step of one millimetre towards the reader leads.
    """
    steps = max(1, math.ceil(2 * slab.thickness_mm * max(abs(each) for each in per_mm)))
    start = {"mip": -np.inf, "minip": np.inf, "mean": 0.0}[slab.blend]
    total, count = np.full(size, start, np.float32), np.zeros(size, np.int32)
    for step in range(steps + 1):
        away = (step / steps - 0.5) * slab.thickness_mm
        depth, row, column = (ramp.moved(by * away) for ramp, by in zip(ramps, per_mm, strict=True))
        values, shown = _known(*sample_volume(volume, (depth, row, column), size))
        join = {"mip": np.maximum, "minip": np.minimum, "mean": np.add}[slab.blend]
        join(total, values, out=total, where=shown)
        count += shown
    shown = count > 0
    if slab.blend == "mean":
        total /= np.maximum(count, 1)
    return np.where(shown, total, np.float32(0)), shown


def _in_plane(plane: Plane, view: PlaneView, size: tuple[int, int]) -> tuple[Ramp, Ramp]:
    """(row, column) of the picture's pixels, projected onto the plane."""
    row = _ramp(view, size, plane.origin, plane.along_column, plane.row_step_mm)
    return row, _ramp(view, size, plane.origin, plane.along_row, plane.column_step_mm)


def _ramp(view: PlaneView, size: tuple[int, int], origin: Vector, direction: Vector, step_mm: float) -> Ramp:
    """How far from `origin` the picture's pixels lie along `direction`, in steps."""
    normal = unit(view.normal)
    right = unit(cross(view.up, normal))
    height, width = size
    across = dot(right, direction) * view.fov_mm[0] / width / step_mm
    down = -dot(cross(normal, right), direction) * view.fov_mm[1] / height / step_mm
    centre = dot(minus(view.point_world_mm, origin), direction) / step_mm
    return Ramp(centre - across * (width - 1) / 2 - down * (height - 1) / 2, across, down)
