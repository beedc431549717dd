"""The shared view: what is shown, in patient millimetres; it decides nothing about who may change it."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

# World = DICOM patient coordinates, LPS, millimetres (PS3.3 C.7.6.2.1.1).
Vector = tuple[float, float, float]
ViewportId = Literal["stack", "axial", "coronal", "sagittal"]
Layout = Literal["stack", "mpr"]

# A hundred metres, or the widest image in pixels: neither infinity nor "not a number" passes.
_Mm = Annotated[float, msgspec.Meta(ge=-1e5, le=1e5)]
_Point = tuple[_Mm, _Mm, _Mm]
_Part = Annotated[float, msgspec.Meta(ge=-1.001, le=1.001)]
_Unit = tuple[_Part, _Part, _Part]
_Fov = Annotated[float, msgspec.Meta(gt=0, le=1e5)]
_Level = Annotated[float, msgspec.Meta(ge=-1e9, le=1e9)]
_Uid = Annotated[str, msgspec.Meta(max_length=64)]  # PS3.5 9.1
_Frame = Annotated[int, msgspec.Meta(ge=1, le=(1 << 31) - 1)]


class Window(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """VOI window in `unit` (HU for CT); followed only where modality and unit are the same."""

    center: _Level
    width: _Level
    unit: Annotated[str, msgspec.Meta(max_length=16)]


class ViewportView(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one viewport shows.

    `point_world_mm` is the patient point at the viewport's centre, `normal` and `up` unit vectors,
    `fov_mm` the visible (width, height). `sop_instance_uid` and `frame` (1-based) name the exact image where the
    viewport shows one; a reslice has neither. Images without a frame of reference carry image millimetres or
    pixels of that very image in `point_world_mm` and are followed on the same image only.
    """

    id: ViewportId
    point_world_mm: _Point
    normal: _Unit
    up: _Unit
    fov_mm: tuple[_Fov, _Fov]
    sop_instance_uid: _Uid | None = None
    frame: _Frame | None = None


class View(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole shared view: one series (`stack` numbers the display stacks that a series was split into)."""

    study_uid: _Uid
    series_uid: _Uid
    stack: Annotated[int, msgspec.Meta(ge=0, le=1 << 20)]
    frame_of_reference_uid: _Uid | None
    layout: Layout
    active: ViewportId
    window: Window
    invert: bool
    viewports: Annotated[tuple[ViewportView, ...], msgspec.Meta(max_length=4)]


class Pointer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where somebody points: a patient point, and the image it was seen on."""

    series_uid: _Uid
    frame_of_reference_uid: _Uid | None
    point_world_mm: _Point
    sop_instance_uid: _Uid | None = None
    frame: _Frame | None = None
