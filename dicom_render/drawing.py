"""Pictures of prepared stacks as bytes for a screen, drawn where few stacks are kept decoded; no HTTP, no queue."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

import msgspec

from dicom_render.headers import Window
from dicom_render.kept_stacks import KeptStacks
from dicom_render.picture import to_jpeg, to_png
from dicom_render.prepared_stack import PreparedStack
from dicom_render.refusal import Refusal
from dicom_render.space import Vector, cross, scaled
from dicom_render.stack_header import StackHeader, pixel_sides_of
from dicom_render.volume import PlaneView, own_slice, plane_of, render_view

Quality = Literal["lossless"] | int
T = TypeVar("T")


class NotThisPlane(Refusal):
    """An image was named, and asked for in a plane that is not its own: `not_its_plane`."""


@dataclass(frozen=True, slots=True)
class OwnPlane:
    """The whole of one image in its own plane, as large as the picture takes it, turned clockwise by quarters."""

    sop_instance_uid: str
    frame: int
    quarters: int
    window: Window | None
    invert: bool
    mirrored: bool
    markings: bool


class DrawnPlane(msgspec.Struct, frozen=True, kw_only=True):
    """What a picture shows: the plane and, if an image was drawn as it is, which; None for a cut through the volume."""

    version: str
    width: int
    height: int
    sop_instance_uid: str | None
    frame: int | None
    point_world_mm: Vector
    normal: Vector
    up: Vector
    mm_per_px: float
    mirrored: bool
    is_lossless: bool


class DrawnPicture(msgspec.Struct, frozen=True, kw_only=True):
    """JPEG or PNG bytes, and what they show."""

    picture: bytes
    drawn: DrawnPlane


def draw_picture(
    source: PreparedStack, view: PlaneView | OwnPlane, *, version: str, size: tuple[int, int], quality: Quality
) -> DrawnPicture:
    """A picture of (width, height) pixels. Raises `NoSuchPack`, `NotAVolume`, `NotThisPlane`."""
    width, height = size
    plane = view if isinstance(view, PlaneView) else _whole(source, view, size)
    index = own_slice(source, plane)
    if plane.sop_instance_uid is not None and index is None:
        raise NotThisPlane("not_its_plane", {"sop_instance_uid": plane.sop_instance_uid})
    picture = render_view(source, plane, width, height)
    image = None if index is None else source.header.frames[index]
    return DrawnPicture(
        picture=to_png(picture) if quality == "lossless" else to_jpeg(picture, quality),
        drawn=DrawnPlane(
            version=version,
            width=width,
            height=height,
            sop_instance_uid=image.sop_instance_uid if image else None,
            frame=image.frame if image else None,
            point_world_mm=plane.point_world_mm,
            normal=plane.normal,
            up=plane.up,
            mm_per_px=plane.fov_mm[0] / width,
            mirrored=plane.mirrored,
            is_lossless=quality == "lossless",
        ),
    )


# What this process has drawn from; each drawing process has its own.
_kept = KeptStacks()


def draw_stack(
    folder: str, stack: int, view: PlaneView | OwnPlane, version: str, size: tuple[int, int], quality: Quality
) -> DrawnPicture:
    """`draw_picture` of a prepared stack on disk; the stacks drawn last stay decoded."""
    return kept_stack(
        folder, stack, lambda source: draw_picture(source, view, version=version, size=size, quality=quality)
    )


def kept_stack(folder: str, stack: int, draw: Callable[[PreparedStack], T]) -> T:
    """What is drawn from a stack that this process keeps. Raises `NoSuchPack`."""
    try:
        return draw(_kept.open(folder, stack))
    except MemoryError:
        # What is kept may be what fills the process: without it there is room for one more try.
        _kept.clear()
        return draw(_kept.open(folder, stack))


def _whole(source: PreparedStack, view: OwnPlane, size: tuple[int, int]) -> PlaneView:
    header = source.header
    plane = plane_of(header, source.index_of(view.sop_instance_uid, view.frame))
    wide, high = header.columns * plane.column_step_mm, header.rows * plane.row_step_mm
    if view.quarters % 2:
        wide, high = high, wide
    mm_per_px = max(wide / size[0], high / size[1])
    right, up = plane.along_row, scaled(plane.along_column, -1)
    return PlaneView(
        point_world_mm=_centre(header, plane.origin, plane.along_row, plane.along_column),
        normal=cross(right, up),
        # A picture turned clockwise has its left at the top.
        up=(up, scaled(right, -1), scaled(up, -1), right)[view.quarters],
        fov_mm=(size[0] * mm_per_px, size[1] * mm_per_px),
        window=view.window,
        invert=view.invert,
        sop_instance_uid=view.sop_instance_uid,
        frame=view.frame,
        markings=view.markings,
        mirrored=view.mirrored,
    )


def _centre(header: StackHeader, origin: Vector, along_row: Vector, along_column: Vector) -> Vector:
    row_mm, column_mm = pixel_sides_of(header)
    across, down = (header.columns - 1) / 2 * column_mm, (header.rows - 1) / 2 * row_mm
    x, y, z = (o + across * a + down * d for o, a, d in zip(origin, along_row, along_column, strict=True))
    return (x, y, z)
