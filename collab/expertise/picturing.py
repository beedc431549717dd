"""Key views of a room as asks for printed pictures, and what the conclusion says of each; draws nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from sqlalchemy.orm import Session

from collab.conclusions.document import Edges, KeyImage, KeyViewSeen, LaidOver, SlabSeen
from collab.expertise.laying import Inked, KeptObject, inked, objects_over
from collab.kit.caller import Caller
from collab.kit.refusals import NotFound
from collab.kit.settings import Settings
from collab.rooms.protocol import KeyViewAdded, RoomState
from collab.rooms.view import Pane, ViewportView
from collab.rooms.view import Window as ShownWindow
from collab.studies import service as studies
from collab.studies.models import Study
from collab.studies.prepared import PreparedFolders
from dicom_render.headers import Window
from dicom_render.pack import NoSuchPack, PackReader
from dicom_render.slab import Slab
from dicom_render.space import Vector, cross
from dicom_render.stack_header import StackHeader
from dicom_render.volume import PlaneView

# On paper 110 mm wide this is 140 dots an inch, more than a CT slice has to show.
LONG_SIDE_PX = 640
# World is LPS: x grows to the patient's left, y to the back, z to the head. First the negative end.
_AXES = (("R", "L"), ("A", "P"), ("F", "H"))


@dataclass(frozen=True, slots=True)
class AskedImage:
    """Everything that the picture of a key view depends on: two that are equal have the same picture."""

    folder: Path
    stack: int
    plane: PlaneView
    size: tuple[int, int]
    frame_of_reference_uid: str | None
    objects: tuple[KeptObject, ...]
    ink: Inked


@dataclass(frozen=True, slots=True)
class Pictured:
    """The printed picture of a key view; titles of the objects over it by SOP Instance UID, and whose annotations."""

    image: KeyImage
    titles: Mapping[str, str] = field(default_factory=dict[str, str])
    authors: tuple[str, ...] = ()


def asked_images(
    session: Session, settings: Settings, room: RoomState, seen: Sequence[Study], *, by: Caller, at: datetime
) -> tuple[AskedImage | None, ...]:
    """In the order of the room's key views; None for one without a prepared stack to draw it from."""
    folders, by_uid = PreparedFolders(settings), {study.study_uid: study for study in seen}

    def folder_of(pane: Pane) -> Path | None:
        study = by_uid.get(pane.study_uid)
        try:
            series = studies.access_series(session, study.id, by, series_uid=pane.series_uid, at=at) if study else None
        except NotFound:
            return None
        return folders.of(series.id, series.prepared_version) if series and series.prepared_version else None

    def asked(key_view: KeyViewAdded) -> AskedImage | None:
        pane, viewport = key_view.view.only_pane, shown_viewport(key_view)
        folder = folder_of(pane) if pane else None
        header = _header(folder, pane.stack) if folder and pane else None
        if pane is None or viewport is None or folder is None or header is None:
            return None
        return AskedImage(
            folder=folder,
            stack=pane.stack,
            plane=_plane(pane, viewport, header),
            size=_size(viewport.fov_mm),
            frame_of_reference_uid=pane.frame_of_reference_uid,
            objects=objects_over(session, [study.id for study in seen], pane),
            ink=inked(room, header, pane=pane, viewport=viewport),
        )

    return tuple(asked(each) for each in room.key_views)


@lru_cache(maxsize=32)
def _header(folder: Path, stack: int) -> StackHeader | None:
    """A folder has a name of its own for each content; None if it has no such stack."""
    try:
        return PackReader(folder, stack).header
    except NoSuchPack:
        return None


def _plane(pane: Pane, viewport: ViewportView, header: StackHeader) -> PlaneView:
    slab = viewport.slab
    return PlaneView(
        point_world_mm=viewport.point_world_mm,
        normal=viewport.normal,
        up=viewport.up,
        fov_mm=viewport.fov_mm,
        window=_window(pane.window, header.windows),
        invert=pane.invert,
        sop_instance_uid=viewport.sop_instance_uid,
        frame=viewport.frame or 1,
        overlays=pane.layers.overlays,
        shutters=pane.layers.shutters,
        mirrored=viewport.mirrored,
        slab=Slab(slab.blend, slab.thickness_mm) if slab else None,
    )


def shown_viewport(key_view: KeyViewAdded) -> ViewportView | None:
    """The viewport that was kept."""
    pane = key_view.view.only_pane
    return next((each for each in pane.viewports if each.id == key_view.viewport), None) if pane else None


def key_view_seen(key_view: KeyViewAdded, pictured: Pictured | None) -> KeyViewSeen:
    """What the conclusion says of a key view."""
    pane, viewport = key_view.view.only_pane, shown_viewport(key_view)
    assert pane is not None, "the room keeps no other key views (R26)"
    titles = pictured.titles if pictured else {}
    return KeyViewSeen(
        caption=key_view.caption,
        study_uid=pane.study_uid,
        series_uid=pane.series_uid,
        sop_instance_uid=(viewport.sop_instance_uid if viewport else None) or "",
        frame=viewport.frame if viewport else None,
        window_center=pane.window.center,
        window_width=pane.window.width,
        window_unit=pane.window.unit,
        image_sha256=pictured.image.sha256 if pictured else "",
        edges=_edges(viewport) if viewport and pane.frame_of_reference_uid else None,
        is_resampled=pictured is not None and pictured.image.is_resampled,
        laid_over=tuple(
            LaidOver(uid, is_drawn=uid in titles, title=titles.get(uid, ""))
            for uid in (each.sop_instance_uid for each in pane.layers.objects)
        ),
        annotated_by=pictured.authors if pictured else (),
        slab=SlabSeen(viewport.slab.blend, viewport.slab.thickness_mm) if viewport and viewport.slab else None,
    )


def _edges(viewport: ViewportView) -> Edges:
    """`up` x `normal` points to the right of the picture, or to its left if mirrored; `normal` points to the reader."""
    right, sign = cross(viewport.up, viewport.normal), -1 if viewport.mirrored else 1
    return Edges(
        left=_letters(right, -sign),
        right=_letters(right, sign),
        top=_letters(viewport.up, 1),
        bottom=_letters(viewport.up, -1),
    )


def _letters(direction: Vector, sign: int) -> str:
    """The main direction first, then what it leans to by more than about six degrees: `R`, `RA`, `HLP`."""
    parts = sorted(((abs(part), sign * part > 0, axis) for axis, part in enumerate(direction)), reverse=True)
    return "".join(_AXES[axis][is_positive] for size, is_positive, axis in parts if size > 0.1)


def _window(shown: ShownWindow, of_file: tuple[Window, ...]) -> Window | None:
    """The window of a view as the screens draw it; None: the first of the stack, or the table of the file it spans.

    Any other is under its own function where the file has it, else under the file's: that of its last window, for the
    first may be the ends of a table.
    """
    same = next((each for each in of_file if (each.center, each.width) == (shown.center, shown.width)), None)
    if same is not None and same is of_file[0]:
        return None
    function = (same or of_file[-1]).function if of_file else "LINEAR"
    # PS3.3 C.11.2.1.2.1: a width below 1 means something under LINEAR_EXACT and SIGMOID only.
    width = max(shown.width, 1.0) if function == "LINEAR" else shown.width
    return Window(shown.center, width, function)


def _size(fov_mm: tuple[float, float]) -> tuple[int, int]:
    longest = max(fov_mm)
    return max(1, round(fov_mm[0] / longest * LONG_SIDE_PX)), max(1, round(fov_mm[1] / longest * LONG_SIDE_PX))
