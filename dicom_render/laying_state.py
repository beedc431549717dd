"""A presentation state over a slice as the screens draw it: grey scale, shutter, overlays, graphics, words."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dicom_render.cielab import Rgb
from dicom_render.contours import Points
from dicom_render.grey import Grey8, Real
from dicom_render.headers import Window
from dicom_render.laying import Sheet
from dicom_render.overlays import Overlay
from dicom_render.presentation_state import PresentationState
from dicom_render.sampling import bilinear
from dicom_render.shutters import hidden_by, set_at
from dicom_render.stack_header import pixel_sides_of
from dicom_render.state_applying import StateGrey, grey_of_state, is_of, levels_of
from dicom_render.state_graphics import Graphic, GraphicText
from dicom_render.volume import PlaneView, PreparedStack, plane_of

Coordinates = NDArray[np.float64]

# The colour of annotations where their layer names none, as on the screens.
_PLAIN: Rgb = (255, 226, 89)
_WHITE: Rgb = (255, 255, 255)
_ROUND_STEPS = 64
# Where the right and the bottom of the display lie in columns and rows, by clockwise quarters (PS3.3 C.10.6).
_RIGHT = ((1, 0), (0, -1), (-1, 0), (0, 1))
_DOWN = ((0, 1), (1, 0), (0, -1), (-1, 0))


@dataclass(frozen=True, slots=True)
class Slice:
    """One frame of a stack, its pixels in patient space."""

    source: PreparedStack
    index: int

    @property
    def name(self) -> tuple[str, int]:
        frame = self.source.header.frames[self.index]
        return frame.sop_instance_uid, frame.frame

    def world(self, columns_and_rows: Points) -> Points:
        """Patient points of (column, row), counted from 0 at the centre of the first pixel."""
        plane = plane_of(self.source.header, self.index)
        across = columns_and_rows[:, :1] * plane.column_step_mm * np.array(plane.along_row)
        down = columns_and_rows[:, 1:] * plane.row_step_mm * np.array(plane.along_column)
        return np.array(plane.origin) + across + down

    def rows_and_columns(self, places: NDArray[np.float64]) -> tuple[Coordinates, Coordinates]:
        plane = plane_of(self.source.header, self.index)
        off = places - np.array(plane.origin)
        row = off @ np.array(plane.along_column) / plane.row_step_mm
        return row, off @ np.array(plane.along_row) / plane.column_step_mm


def has_state(state: PresentationState, here: Slice) -> bool:
    """Whether the state is of this image."""
    return is_of(state.images, *here.name)


def lay_state(sheet: Sheet, state: PresentationState, here: Slice, view: PlaneView) -> None:
    """All of a state that is of this image; `view` bears the window and the shape that the screens had then."""
    header = here.source.header
    row, column = here.rows_and_columns(sheet.places())
    shown = (row >= -0.5) & (row < header.rows - 0.5) & (column >= -0.5) & (column < header.columns - 0.5)
    if header.values != "rgb8" and state.modality_table is None:
        grey = _levels(state, here, view, row=row, column=column)
        sheet.put(np.where(shown, grey, np.uint8(0)))
    if state.shutter is not None and view.shutters:
        height, width = pixel_sides_of(header)
        level = state.shutter.presentation_value >> 8
        hidden = hidden_by(state.shutter, row, column, row_per_column=height / width) & shown
        sheet.tint(hidden, state.shutter.rgb or (level, level, level), 1.0)
    if view.overlays:
        for overlay in _activated(state, here):
            sheet.tint(set_at(overlay, row, column) & shown, _WHITE, 1.0)
    _lay_graphics(sheet, state, here)


def _activated(state: PresentationState, here: Slice) -> list[Overlay]:
    """PS3.3 C.11.7; of what was prepared before groups were kept, any activation shows all."""
    own = [each.plane for each in state.overlays if each.plane is not None]
    groups = {each.group for each in state.overlays if each.plane is None}
    laid = [each.overlay for each in here.source.header.overlays if here.index in each.frames]
    return [*own, *(each for each in laid if each.kind == "graphic" and groups and (each.group or 0) in {0, *groups})]


def _levels(state: PresentationState, here: Slice, view: PlaneView, *, row: Coordinates, column: Coordinates) -> Grey8:
    frame, header = here.source.header.frames[here.index], here.source.header
    values = bilinear(here.source.modality(here.index), row, column)
    # Back to stored values, then on by the state's own line (PS3.4 N.2.1.1).
    factor = state.modality.slope / frame.slope
    of_state: Real = ((values - frame.intercept) * factor + state.modality.intercept).astype(np.float32)
    grey = grey_of_state(state, *here.name)
    assert grey is not None, "has_state was asked"
    window = _of_state(view.window or header.windows[0], 1 / factor, state, frame.intercept)
    chosen = StateGrey(
        modality=grey.modality,
        voi=grey.voi if _is_its_own(grey, window, state, here) else window,
        presentation=grey.presentation,
        inverse=view.invert != header.invert,
    )
    return levels_of(of_state, chosen, window=window)


def _of_state(window: Window, per_state: float, state: PresentationState, intercept: float) -> Window:
    """A window of the screens' values in those of the state; a LINEAR one spans width - 1 around centre - 0.5."""
    half = 0.5 if window.function == "LINEAR" else 0.0
    center = (window.center - half - intercept) / per_state + state.modality.intercept + half
    return Window(center, (window.width - 2 * half) / per_state + 2 * half, window.function)


def _is_its_own(grey: StateGrey, window: Window, state: PresentationState, here: Slice) -> bool:
    """Nobody has set another window since the state was laid over."""
    tables = (each.window for each in state.voi_tables if not each.images or is_of(each.images, *here.name))
    own = next(tables, grey.voi)
    if not isinstance(own, Window):
        return False
    return abs(own.center - window.center) < 0.01 and abs(own.width - window.width) < 0.01


def _lay_graphics(sheet: Sheet, state: PresentationState, here: Slice) -> None:
    layers = {each.name: each for each in state.layers}
    mine = [each for each in state.annotations if not each.images or is_of(each.images, *here.name)]
    for annotation in sorted(mine, key=lambda each: layers[each.layer].order if each.layer in layers else 0):
        layer = layers.get(annotation.layer)
        rgb = (layer.rgb if layer else None) or _PLAIN
        for graphic in annotation.graphics:
            points, is_closed = _outline(graphic)
            if len(points):
                placed = here.world(_pixels(points, graphic.units, state, here))
                sheet.line(placed, rgb, is_closed=is_closed, is_filled=graphic.filled and is_closed)
        for text in annotation.texts:
            _lay_text(sheet, text, rgb, state, here)


def _lay_text(sheet: Sheet, text: GraphicText, rgb: Rgb, state: PresentationState, here: Slice) -> None:
    anchor = None if text.anchor is None else _pixels(np.array([text.anchor]), text.anchor_units, state, here)
    box = None if text.box is None else _pixels(np.array(text.box).reshape(2, 2), text.units, state, here)
    at = anchor if box is None else box[:1]
    if at is None:
        return
    if text.is_joined and anchor is not None:
        sheet.line(here.world(np.concatenate([at, anchor])), rgb)
    sheet.write(text.text.replace("\r\n", "\n"), here.world(at)[0], rgb)


def _pixels(points: Points, units: str, state: PresentationState, here: Slice) -> Points:
    """(column, row) from 0 at the centre of the first pixel (PS3.3 C.10.5.1.1; DISPLAY: of C.10.4's area)."""
    if units == "PIXEL":
        return points - 0.5
    area = next((each for each in state.areas if not each.images or is_of(each.images, *here.name)), None)
    header = here.source.header
    corners = np.array([area.top_left, area.bottom_right] if area else [(1, 1), (header.columns, header.rows)], float)
    low, high = corners.min(axis=0) - 1.5, corners.max(axis=0) - 0.5
    quarter = state.rotation_deg // 90
    right = np.array(_RIGHT[quarter], float) * (-1 if state.flipped else 1)
    down = np.array(_DOWN[quarter], float)
    size = high - low
    wide, tall = size if quarter % 2 == 0 else size[::-1]
    first = np.where(right + down > 0, low, high)
    return first + points[:, :1] * wide * right + points[:, 1:] * tall * down


def _outline(graphic: Graphic) -> tuple[Points, bool]:
    """Corners of a graphic and whether it is closed; an interpolated curve is drawn through its points."""
    raw = np.array(graphic.points[: len(graphic.points) // 2 * 2], float).reshape(-1, 2)
    if graphic.kind == "CIRCLE" and len(raw) == 2:
        reach = float(np.hypot(*(raw[1] - raw[0])))
        return _round(raw[0], np.array([reach, 0.0]), np.array([0.0, reach])), True
    if graphic.kind == "ELLIPSE" and len(raw) == 4:
        return _round((raw[0] + raw[1]) / 2, (raw[1] - raw[0]) / 2, (raw[3] - raw[2]) / 2), True
    return raw, len(raw) > 2 and bool((raw[0] == raw[-1]).all())


def _round(middle: Points, one: Points, other: Points) -> Points:
    turn = np.linspace(0, 2 * np.pi, _ROUND_STEPS, endpoint=False)[:, None]
    return middle + np.cos(turn) * one + np.sin(turn) * other
