"""The shared view: what is shown, in patient millimetres; it decides nothing about who may change it."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

# World = DICOM patient coordinates, LPS, millimetres (PS3.3 C.7.6.2.1.1).
Vector = tuple[float, float, float]
ViewportId = Literal["stack", "axial", "coronal", "sagittal"]
Layout = Literal["stack", "mpr", "axial", "coronal", "sagittal"]
Blend = Literal["mip", "minip", "mean"]

# A hundred metres, or the widest image in pixels: neither infinity nor "not a number" passes.
Mm = Annotated[float, msgspec.Meta(ge=-1e5, le=1e5)]
_Point = tuple[Mm, Mm, Mm]
_Part = Annotated[float, msgspec.Meta(ge=-1.001, le=1.001)]
_Unit = tuple[_Part, _Part, _Part]
_Fov = Annotated[float, msgspec.Meta(gt=0, le=1e5)]
_Level = Annotated[float, msgspec.Meta(ge=-1e9, le=1e9)]
_Uid = Annotated[str, msgspec.Meta(max_length=64)]  # PS3.5 9.1
_Frame = Annotated[int, msgspec.Meta(ge=1, le=(1 << 31) - 1)]
_Thickness = Annotated[float, msgspec.Meta(gt=0, le=500)]
_Side = Annotated[int, msgspec.Meta(ge=1, le=3)]
_Opacity = Annotated[float, msgspec.Meta(gt=0, le=1)]
# Numbers of segments and regions of interest are 16 bits and 12 digits wide (PS3.3 C.8.20.2, C.8.8.5).
_PartNumber = Annotated[int, msgspec.Meta(ge=-(1 << 40), le=1 << 40)]


class Window(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """VOI window in `unit` (HU for CT); followed only where modality and unit are the same."""

    center: _Level
    width: _Level
    unit: Annotated[str, msgspec.Meta(max_length=16)]


class Slab(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Voxels of a thick plane drawn as one: the highest, the lowest, or their mean."""

    blend: Blend
    thickness_mm: _Thickness


class ViewportView(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one viewport shows.

    `point_world_mm` is the patient point at the viewport's centre, `normal` and `up` unit vectors,
    `fov_mm` the visible (width, height). `sop_instance_uid` and `frame` (1-based) name the exact image where the
    viewport shows one; a reslice has neither. Images without a frame of reference carry image millimetres or
    pixels of that very image in `point_world_mm` and are followed on the same image only. `normal` points to the
    reader and `up` x `normal` to the right of the screen, to its left where the picture is `mirrored`. An oblique
    plane is a plane with another normal.
    """

    id: ViewportId
    point_world_mm: _Point
    normal: _Unit
    up: _Unit
    fov_mm: tuple[_Fov, _Fov]
    sop_instance_uid: _Uid | None = None
    frame: _Frame | None = None
    mirrored: bool = False
    slab: Slab | None = None


class LaidObject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A segmentation, structure set or presentation state of the room's studies that lies over a pane.

    `hidden` are numbers of its segments or structures that are not drawn. Only its name travels: each browser asks the
    server for the object itself, with its own leave.
    """

    sop_instance_uid: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    hidden: Annotated[tuple[_PartNumber, ...], msgspec.Meta(max_length=128)] = ()
    opacity: _Opacity = 1.0


class Layers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What lies over a pane's pixels: the file's own overlays and shutters, and objects, the last one on top."""

    overlays: bool = True
    shutters: bool = True
    objects: Annotated[tuple[LaidObject, ...], msgspec.Meta(max_length=8)] = ()

    def __post_init__(self) -> None:
        if len({each.sop_instance_uid for each in self.objects}) != len(self.objects):
            raise ValueError("objects: one of them lies there twice")


class Pane(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One series (`stack` numbers the display stacks that a series was split into), as one or three viewports."""

    study_uid: _Uid
    series_uid: _Uid
    stack: Annotated[int, msgspec.Meta(ge=0, le=1 << 20)]
    frame_of_reference_uid: _Uid | None
    layout: Layout
    active: ViewportId
    window: Window
    invert: bool
    viewports: Annotated[tuple[ViewportView, ...], msgspec.Meta(max_length=4)]
    # Views of journals older than layers have none: their screens drew the file's own markings.
    layers: Layers = Layers()


class Arrangement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many panes stand below each other, and how many side by side."""

    rows: _Side
    columns: _Side


class Link(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Two frames of reference laid upon each other by a hand: p_to = p_from + `by_mm`.

    Journals of before have it; now it is a fact of its own (`registration`), and no screen applies it: nobody's name
    stands on it.
    """

    from_frame_of_reference_uid: _Uid
    to_frame_of_reference_uid: _Uid
    by_mm: _Point


class View(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole shared view: `panes` row by row, None where one is empty; `active` is the index of one of them."""

    arrangement: Arrangement
    active: Annotated[int, msgspec.Meta(ge=0, le=8)]
    panes: Annotated[tuple[Pane | None, ...], msgspec.Meta(min_length=1, max_length=9)]
    linked: bool
    links: Annotated[tuple[Link, ...], msgspec.Meta(max_length=8)]

    def __post_init__(self) -> None:
        # ValueError is what msgspec turns into its refusal of the message.
        if len(self.panes) != self.arrangement.rows * self.arrangement.columns:
            raise ValueError("panes: their number is not that of the arrangement")
        if self.active >= len(self.panes):
            raise ValueError("active: there is no such pane")

    @property
    def study_uids(self) -> frozenset[str]:
        """Studies of which something is shown."""
        return frozenset(pane.study_uid for pane in self.panes if pane is not None)

    @property
    def only_pane(self) -> Pane | None:
        """The pane of a view that is one pane and nothing else."""
        return self.panes[0] if len(self.panes) == 1 else None


class Pointer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where somebody points: a patient point, and the image it was seen on."""

    series_uid: _Uid
    frame_of_reference_uid: _Uid | None
    point_world_mm: _Point
    sop_instance_uid: _Uid | None = None
    frame: _Frame | None = None
