"""Draws any plane of a prepared stack: one of its own slices as it is, or a cut through the volume; CPU only.

World is LPS in millimetres. In a `PlaneView`, `normal` points from the plane to the person who looks at it, `up` to
the top of the picture, so `up` x `normal` points to its right: an axial slice seen from the feet, as radiologists do,
has normal (0, 0, -1) and up (0, -1, 0).
"""

import dataclasses
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dicom_render.affine import Mask, Ramp, Real, known, sample_picture, sample_volume
from dicom_render.grey import Rescale, through_table, through_window, to_8_bits, to_modality
from dicom_render.headers import Window
from dicom_render.markings import Switches, marked
from dicom_render.padding import is_padding, padding_of_stack
from dicom_render.prepared_stack import PreparedStack
from dicom_render.refusal import NotAVolume
from dicom_render.slab import Slab, sample_slab
from dicom_render.space import Orientation, Vector, cross, dot, minus, row_and_column, unit
from dicom_render.stack_header import StackHeader, pixel_sides_of

# A plane turned less than this against the slices is theirs: over a field of 500 mm the edge lies 0.25 mm off.
_PARALLEL = 1 - 5e-7


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

    A frame without geometry lies at the origin, rows to +x and columns to +y, at its spacing or in pixels 1 mm wide.
    """
    frame = header.frames[index]
    orientation: Orientation = frame.orientation or (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    along_row, along_column = row_and_column(orientation)
    spacing = pixel_sides_of(header)
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
        values, shown = sample_picture(source.values(index), row, column, size)
        values = _rescaled(source, values, source.rescale(index))
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
    padding = padding_of_stack(source.header, source.voxels().rescale if index is None else source.rescale(index))
    if padding is not None:
        shown = shown & ~is_padding(values, padding)
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
    voxels = source.voxels()
    plane, spacing_mm = grid_of(source.header)
    normal = _normal(plane)
    depth = _ramp(view, size, plane.origin, normal, spacing_mm)
    row, column = _in_plane(plane, view, size)
    if view.slab is None:
        values, shown = known(*sample_volume(voxels.values, (depth, row, column), size))
        return _rescaled(source, values, voxels.rescale), shown
    facing = unit(view.normal)
    per_mm = (
        dot(facing, normal) / spacing_mm,
        dot(facing, plane.along_column) / plane.row_step_mm,
        dot(facing, plane.along_row) / plane.column_step_mm,
    )
    slab = view.slab.before(voxels.rescale.slope)
    values, shown = sample_slab(voxels.values, (depth, row, column), per_mm, slab, size)
    return _rescaled(source, values, voxels.rescale), shown


def _rescaled(source: PreparedStack, values: Real, rescale: Rescale) -> Real:
    """Modality values of what was sampled between stored ones: a straight line may come after a weighted mean."""
    return values if source.header.values == "rgb8" else to_modality(values, rescale)


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
