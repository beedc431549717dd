"""What the picture door is asked, and what it says that it drew; their TypeScript twins are generated from here."""

from __future__ import annotations

import math
from collections import Counter
from typing import Annotated, Literal

import msgspec
from starlette.datastructures import QueryParams

from collab.kit.refusals import BadInput
from dicom_render.drawing import DrawnPlane as DrawnPlane
from dicom_render.drawing import OwnPlane
from dicom_render.headers import Window
from dicom_render.pack import PackHeader
from dicom_render.slab import Blend, Slab
from dicom_render.space import Vector, dot
from dicom_render.volume import PlaneView

# Screens of 4K; a larger one scales the picture up by less than two.
MAX_SIDE_PX = 4096
MAX_PIXELS = 4096 * 2304
MAX_SLAB_MM = 500
DEFAULT_QUALITY = 85

# A hundred metres, or the widest image in pixels.
_Mm = Annotated[float, msgspec.Meta(ge=-1e5, le=1e5)]
_Part = Annotated[float, msgspec.Meta(ge=-1.001, le=1.001)]
_Level = Annotated[float, msgspec.Meta(ge=-1e9, le=1e9)]
_Width = Annotated[float, msgspec.Meta(gt=0, le=1e9)]
_Side = Annotated[int, msgspec.Meta(ge=1, le=MAX_SIDE_PX)]
_Quality = Annotated[int, msgspec.Meta(ge=1, le=100)]

# How far from 1, and from a right angle, rounding may have taken the directions of a view.
_ROUNDING = 2e-3
_PLANE = ("point_world_mm", "normal", "up", "mm_per_px")
_LISTS = {"point_world_mm", "normal", "up", "window"}


class AskedPicture(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The query of the picture door, lists joined by commas; beside the picture, a header brings the `DrawnPlane`.

    `version` is that of the prepared series. Either a plane (`point_world_mm` the picture's centre, `normal` to the
    reader, `up` to the top, `mm_per_px`), or the own plane of the image named by `sop` and `frame`, whole, turned
    clockwise by `quarters`. An image that is named is drawn as it is, and only in its own plane; one that is not named
    is cut out of the volume. `screen` names a viewport of a page: its newer request takes the place of an older one.
    """

    version: Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
    width: _Side
    height: _Side
    sop: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] | None = None
    frame: Annotated[int, msgspec.Meta(ge=1, le=(1 << 31) - 1)] = 1
    point_world_mm: tuple[_Mm, _Mm, _Mm] | None = None
    normal: tuple[_Part, _Part, _Part] | None = None
    up: tuple[_Part, _Part, _Part] | None = None
    mm_per_px: Annotated[float, msgspec.Meta(gt=0, le=1e4)] | None = None
    quarters: Literal[0, 1, 2, 3] = 0
    mirrored: bool = False
    window: tuple[_Level, _Width, Literal["LINEAR", "LINEAR_EXACT", "SIGMOID"]] | None = None
    """centre, width and function; left out, what the file asks for"""
    invert: bool = False
    blend: Blend | None = None
    thickness_mm: Annotated[float, msgspec.Meta(gt=0, le=MAX_SLAB_MM)] | None = None
    markings: bool = True
    """shutters and overlays of the file, on an image drawn as it is"""
    quality: Literal["lossless"] | _Quality = DEFAULT_QUALITY
    """of a JPEG; `lossless` is a PNG"""
    screen: Annotated[str, msgspec.Meta(max_length=64)] = ""

    @property
    def view(self) -> PlaneView | OwnPlane:
        """What to draw."""
        window = Window(*self.window) if self.window else None
        if self.point_world_mm is None or self.normal is None or self.up is None or self.mm_per_px is None:
            assert self.sop is not None, "read_asked lets no other pass"
            return OwnPlane(
                sop_instance_uid=self.sop,
                frame=self.frame,
                quarters=self.quarters,
                window=window,
                invert=self.invert,
                mirrored=self.mirrored,
                markings=self.markings,
            )
        slab = Slab(self.blend, self.thickness_mm) if self.blend and self.thickness_mm else None
        return PlaneView(
            point_world_mm=self.point_world_mm,
            normal=self.normal,
            up=self.up,
            fov_mm=(self.width * self.mm_per_px, self.height * self.mm_per_px),
            window=window,
            invert=self.invert,
            sop_instance_uid=self.sop,
            frame=self.frame,
            markings=self.markings,
            mirrored=self.mirrored,
            slab=slab,
        )


class OpenedStack(msgspec.Struct, frozen=True, kw_only=True):
    """A stack for a screen that fetches pictures instead of the pack: `header` lists no chunks.

    `version` is what pictures of it are asked with.
    """

    version: str
    header: PackHeader


def read_asked(query: QueryParams) -> AskedPicture:
    """The query as a value. Raises `BadInput`."""
    names = Counter(name for name, _ in query.multi_items())
    for name, times in names.items():
        if times > 1:
            raise BadInput(field=name)
    try:
        asked = msgspec.convert({name: _read(name, query[name]) for name in names}, AskedPicture, strict=False)
    except msgspec.ValidationError as wrong:
        raise BadInput(detail=str(wrong)) from wrong
    _check(asked)
    return asked


def _read(name: str, text: str) -> object:
    if name in _LISTS:
        parts = text.split(",")
        return [*parts, "LINEAR"] if name == "window" and len(parts) == 2 else parts
    return int(text) if name == "quality" and text.isascii() and text.isdigit() and len(text) < 4 else text


def _check(asked: AskedPicture) -> None:
    """What the types cannot say. Raises `BadInput`."""
    if asked.width * asked.height > MAX_PIXELS:
        raise BadInput(field="width")
    for name in (*_PLANE, "window", "thickness_mm"):
        if not _is_finite(getattr(asked, name)):
            raise BadInput(field=name)
    given = [name for name in _PLANE if getattr(asked, name) is not None]
    if not given and asked.sop is None:
        raise BadInput(field="sop")
    if given and len(given) < len(_PLANE):
        raise BadInput(field=next(name for name in _PLANE if name not in given))
    if given and asked.quarters:
        raise BadInput(field="quarters")
    if asked.normal and asked.up and not _is_square(asked.normal, asked.up):
        raise BadInput(field="up")
    # A slab is cut out of the volume, never an image drawn as it is.
    if (asked.blend is None) != (asked.thickness_mm is None) or (asked.blend and asked.sop):
        raise BadInput(field="blend")
    # PS3.3 C.11.2.1.2.1: a width below 1 means something under LINEAR_EXACT and SIGMOID only.
    if asked.window and asked.window[2] == "LINEAR" and asked.window[1] < 1:
        raise BadInput(field="window")


def _is_finite(value: object) -> bool:
    parts = value if isinstance(value, tuple) else (value,)
    return all(math.isfinite(part) for part in parts if isinstance(part, float))


def _is_square(normal: Vector, up: Vector) -> bool:
    lengths = (math.sqrt(dot(each, each)) for each in (normal, up))
    return abs(dot(normal, up)) < _ROUNDING and all(abs(length - 1) < _ROUNDING for length in lengths)
