"""The shared view: what is shown, in patient millimetres; it decides nothing about who may change it."""

from __future__ import annotations

from typing import Literal

import msgspec

# World = DICOM patient coordinates, LPS, millimetres (PS3.3 C.7.6.2.1.1).
Vector = tuple[float, float, float]
ViewportId = Literal["stack", "axial", "coronal", "sagittal"]
Layout = Literal["stack", "mpr"]


class Window(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """VOI window in `unit` (HU for CT); followed only where modality and unit are the same."""

    center: float
    width: float
    unit: str


class ViewportView(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one viewport shows.

    `point_world_mm` is the patient point at the viewport's centre, `normal` and `up` unit vectors,
    `fov_mm` the visible (width, height). `sop_instance_uid` and `frame` (1-based) name the exact image where the
    viewport shows one; a reslice has neither. Images without a frame of reference carry image millimetres or
    pixels of that very image in `point_world_mm` and are followed on the same image only.
    """

    id: ViewportId
    point_world_mm: Vector
    normal: Vector
    up: Vector
    fov_mm: tuple[float, float]
    sop_instance_uid: str | None = None
    frame: int | None = None


class View(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole shared view: one series (`stack` numbers the display stacks that a series was split into)."""

    study_uid: str
    series_uid: str
    stack: int
    frame_of_reference_uid: str | None
    layout: Layout
    active: ViewportId
    window: Window
    invert: bool
    viewports: tuple[ViewportView, ...]


class Pointer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where somebody points: a patient point, and the image it was seen on."""

    series_uid: str
    frame_of_reference_uid: str | None
    point_world_mm: Vector
    sop_instance_uid: str | None = None
    frame: int | None = None
