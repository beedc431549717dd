"""Key views of a room as printed pictures, drawn on the server from prepared stacks; a view it cannot draw is None."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from collab.conclusions.document import Edges, KeyImage, KeyViewSeen, LaidOver, sha256_hex
from collab.expertise.laying import Laid, Laying
from collab.kit.caller import Caller
from collab.kit.refusals import NotFound
from collab.kit.settings import Settings
from collab.rooms.protocol import KeyViewAdded
from collab.rooms.view import ViewportView
from collab.rooms.view import Window as ShownWindow
from collab.studies import service as studies
from collab.studies.models import Study
from collab.studies.prepared import PreparedFolders
from dicom_render.headers import Window
from dicom_render.picture import to_jpeg
from dicom_render.prepared_stack import PreparedStack
from dicom_render.refusal import Refusal
from dicom_render.space import Vector, cross
from dicom_render.volume import PlaneView, own_slice, render_view

# On paper 110 mm wide this is 140 dots an inch, more than a CT slice has to show.
LONG_SIDE_PX = 640
QUALITY = 92
# World is LPS: x grows to the patient's left, y to the back, z to the head. First the negative end.
_AXES = (("R", "L"), ("A", "P"), ("F", "H"))


@dataclass(frozen=True, slots=True)
class Pictured:
    """The printed picture of a key view, and what was drawn over it."""

    image: KeyImage
    laid: Laid


class Picturing:
    """Draws the key views of one conclusion; each stack is opened once."""

    def __init__(
        self, session: Session, settings: Settings, caller: Caller, at: datetime, over: Laying | None = None
    ) -> None:
        self._session = session
        self._folders = PreparedFolders(settings)
        self._caller = caller
        self._at = at
        self._over = over
        self._stacks: dict[tuple[str, int], PreparedStack | None] = {}

    def draw(self, key_view: KeyViewAdded, by_uid: dict[str, Study]) -> Pictured | None:
        """The picture as JPEG with what lay over it, or None for a view without a prepared stack to draw it from."""
        pane, viewport = key_view.view.only_pane, shown_viewport(key_view)
        study = by_uid.get(pane.study_uid) if pane else None
        source = self._stack(study, pane.series_uid, pane.stack) if study and pane else None
        # A slab drawn as the thin plane in its middle would be another picture than the one that was kept.
        if pane is None or source is None or viewport is None or viewport.slab is not None:
            return None
        width, height = _size(viewport.fov_mm)
        plane = PlaneView(
            point_world_mm=viewport.point_world_mm,
            normal=viewport.normal,
            up=viewport.up,
            fov_mm=viewport.fov_mm,
            window=_window(pane.window, source.header.windows),
            invert=pane.invert,
            sop_instance_uid=viewport.sop_instance_uid,
            frame=viewport.frame or 1,
            overlays=pane.layers.overlays,
            shutters=pane.layers.shutters,
            mirrored=viewport.mirrored,
        )
        try:
            picture = render_view(source, plane, width, height)
        except Refusal:
            return None
        laid = self._over.lay(picture, source, plane, pane=pane, viewport=viewport) if self._over else Laid(picture)
        jpeg = to_jpeg(laid.picture, QUALITY)
        is_cut = own_slice(source, plane) is None
        is_resampled = is_cut and source.header.resampling is not None
        return Pictured(KeyImage(jpeg=jpeg, sha256=sha256_hex(jpeg), is_resampled=is_resampled), laid)

    def _stack(self, study: Study, series_uid: str, stack: int) -> PreparedStack | None:
        if (series_uid, stack) not in self._stacks:
            self._stacks[series_uid, stack] = self._open(study, series_uid, stack)
        return self._stacks[series_uid, stack]

    def _open(self, study: Study, series_uid: str, stack: int) -> PreparedStack | None:
        try:
            series = studies.access_series(self._session, study.id, self._caller, series_uid=series_uid, at=self._at)
            if series.prepared_version is None:
                return None
            return PreparedStack(self._folders.of(series.id, series.prepared_version), stack)
        except (NotFound, Refusal):
            return None


def shown_viewport(key_view: KeyViewAdded) -> ViewportView | None:
    """The viewport that was kept."""
    pane = key_view.view.only_pane
    return next((each for each in pane.viewports if each.id == key_view.viewport), None) if pane else None


def key_view_seen(key_view: KeyViewAdded, pictured: Pictured | None) -> KeyViewSeen:
    """What the conclusion says of a key view."""
    pane, viewport = key_view.view.only_pane, shown_viewport(key_view)
    assert pane is not None, "the room keeps no other key views (R26)"
    titles = pictured.laid.titles if pictured else {}
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
        annotated_by=pictured.laid.authors if pictured else (),
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


def _window(shown: ShownWindow, of_file: tuple[Window, ...]) -> Window:
    """The window of a view under the function of the file's first one, as the screens draw it."""
    function = of_file[0].function if of_file else "LINEAR"
    # PS3.3 C.11.2.1.2.1: a width below 1 means something under LINEAR_EXACT and SIGMOID only.
    width = max(shown.width, 1.0) if function == "LINEAR" else shown.width
    return Window(shown.center, width, function)


def _size(fov_mm: tuple[float, float]) -> tuple[int, int]:
    longest = max(fov_mm)
    return max(1, round(fov_mm[0] / longest * LONG_SIDE_PX)), max(1, round(fov_mm[1] / longest * LONG_SIDE_PX))
