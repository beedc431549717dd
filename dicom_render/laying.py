"""Draws over a picture what was laid over it on the screens: segments, contours, a state's graphics, annotations."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from dicom_render.cielab import Rgb
from dicom_render.contours import PARALLEL, Points, bands_of, half_step, sheets_of
from dicom_render.segmentation import Segmentation, SegmentPlane
from dicom_render.space import cross
from dicom_render.structure_set import Structure, StructureSet
from dicom_render.volume import PlaneView

Picture = NDArray[np.uint8]

# For parts without a colour of their own: the same as on the screens (Okabe and Ito, 2008).
COLOURS: tuple[Rgb, ...] = (
    (230, 159, 0),
    (86, 180, 233),
    (0, 158, 115),
    (240, 228, 66),
    (213, 94, 0),
    (204, 121, 167),
)
_LINE_PX = 2
_FONT_PX = 16
_BAND_OPACITY = 0.3


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line through patient points, closed or not, with words at its first point."""

    points: tuple[tuple[float, float, float], ...]
    rgb: Rgb
    is_closed: bool = False
    words: str = ""


class Sheet:
    """A picture of a plane, (H, W) or (H, W, 3), that takes drawings in patient millimetres."""

    def __init__(self, picture: Picture, view: PlaneView) -> None:
        colours = picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, axis=2)
        self._picture = Image.fromarray(np.ascontiguousarray(colours))
        self._view = view
        self._normal = np.array(view.normal)
        self._centre = np.array(view.point_world_mm)
        self._up, self._right = np.array(view.up), np.array(cross(view.up, view.normal))

    @property
    def picture(self) -> Picture:
        return np.asarray(self._picture)

    def put(self, picture: Picture) -> None:
        """Another grey picture, (H, W), beneath all that is laid over it from now on."""
        self._picture = Image.fromarray(np.repeat(picture[..., None], 3, axis=2))

    def lay_segments(
        self, content: Segmentation, *, hidden: Sequence[int], opacity: float, half_mm: float | None
    ) -> None:
        """`half_mm`: how thick the picture's own slice is, to either side; None for a plane through a volume."""
        spacing = content.pixel_spacing_mm
        if spacing is None:
            return
        placed = [(each, frame) for each in content.planes if (frame := _frame_of(each)) is not None]
        steps = half_step([float(frame[0] @ placed[0][1][3]) for _, frame in placed]) if placed else 0.0
        places = self.places()
        for segment in content.segments:
            inside = np.zeros(places.shape[:2], bool)
            for plane, frame in placed:
                if segment.number in hidden or plane.segment != segment.number:
                    continue
                is_parallel = abs(float(frame[3] @ self._normal)) > PARALLEL
                reach = half_mm if half_mm is not None and is_parallel else steps
                _fill(inside, places, plane, frame, content=content, spacing=spacing, half_mm=reach)
            self.tint(inside, segment.rgb or COLOURS[segment.number % len(COLOURS)], opacity)

    def lay_structures(
        self, content: StructureSet, *, frame_of_reference_uid: str | None, hidden: Sequence[int], half_mm: float | None
    ) -> None:
        """Contours of this frame of reference, in the picture's slice or cut by its plane."""
        for structure in content.structures:
            is_here = structure.frame_of_reference_uid == frame_of_reference_uid
            if is_here and structure.number not in hidden:
                self._lay_structure(structure, half_mm)

    def _lay_structure(self, structure: Structure, half_mm: float | None) -> None:
        rgb = structure.rgb or COLOURS[structure.number % len(COLOURS)]
        closed = [np.array(each.points_mm).reshape(-1, 3) for each in structure.contours if "CLOSED" in each.kind]
        for sheet in sheets_of(closed):
            if abs(float(sheet.normal @ self._normal)) > PARALLEL:
                reach = sheet.half_mm if half_mm is None else half_mm
                if abs(float((sheet.origin - self._centre) @ self._normal)) <= reach:
                    for outline in sheet.outlines:
                        self.line(outline, rgb, is_closed=True)
                continue
            for band in bands_of(sheet, self._centre, self._normal):
                mask = Image.new("1", self._picture.size)
                ImageDraw.Draw(mask).polygon(self._px(band), fill=1)
                self.tint(np.asarray(mask, bool), rgb, _BAND_OPACITY)
                self.line(band[:2], rgb)
                self.line(band[2:], rgb)

    def stroke(self, strokes: Iterable[Stroke]) -> None:
        for each in strokes:
            points = np.array(each.points)
            self.line(points, each.rgb, is_closed=each.is_closed)
            if each.words:
                self.write(each.words, points[0], each.rgb)

    def line(self, points: Points, rgb: Rgb, *, is_closed: bool = False, is_filled: bool = False) -> None:
        """Dark beneath, so that it is seen on bone and on air."""
        path = self._px(points)
        pen = ImageDraw.Draw(self._picture)
        if is_filled and len(path) > 2:
            pen.polygon(path, fill=rgb)
        if len(path) == 1:
            (x, y) = path[0]
            pen.line([(x - 5, y), (x + 5, y)], fill=rgb, width=_LINE_PX)
            pen.line([(x, y - 5), (x, y + 5)], fill=rgb, width=_LINE_PX)
            return
        joined = [*path, path[0]] if is_closed else path
        pen.line(joined, fill=(0, 0, 0), width=_LINE_PX + 2)
        pen.line(joined, fill=rgb, width=_LINE_PX)

    def write(self, words: str, point: Points, rgb: Rgb) -> None:
        (x, y) = self._px(np.atleast_2d(point))[0]
        font = ImageFont.load_default(_FONT_PX)
        pen = ImageDraw.Draw(self._picture)
        _, _, right, bottom = pen.multiline_textbbox((0, 0), words, font=font)
        width, height = self._picture.size
        # Words that begin within the picture are read to their end.
        x, y = max(0.0, min(x + 6, width - right - 2)), max(0.0, min(y + 4, height - bottom - 2))
        pen.multiline_text((x, y), words, fill=rgb, font=font, stroke_width=2, stroke_fill=(0, 0, 0))

    def _px(self, points: Points) -> list[tuple[float, float]]:
        width, height = self._picture.size
        off = points - self._centre
        x = (off @ self._right / self._view.fov_mm[0] + 0.5) * width
        y = (0.5 - off @ self._up / self._view.fov_mm[1]) * height
        across = width - x if self._view.mirrored else x
        return [(float(a), float(b)) for a, b in zip(across - 0.5, y - 0.5, strict=True)]

    def places(self) -> NDArray[np.float64]:
        """(height, width, 3): the patient point in the middle of each pixel."""
        width, height = self._picture.size
        across = ((np.arange(width) + 0.5) / width - 0.5) * self._view.fov_mm[0]
        down = (0.5 - (np.arange(height) + 0.5) / height) * self._view.fov_mm[1]
        if self._view.mirrored:
            across = -across
        return self._centre + across[None, :, None] * self._right + down[:, None, None] * self._up

    def tint(self, where: NDArray[np.bool_], rgb: Rgb, opacity: float) -> None:
        if not where.any():
            return
        picture = np.array(self._picture)
        picture[where] = np.rint(picture[where] * (1 - opacity) + np.array(rgb) * opacity).astype(np.uint8)
        self._picture = Image.fromarray(picture)


_Frame = tuple[Points, Points, Points, Points]


def _frame_of(plane: SegmentPlane) -> _Frame | None:
    """Origin, directions of a row and of a column, and the normal."""
    if plane.position_mm is None or plane.orientation is None:
        return None
    row, column = np.array(plane.orientation[:3]), np.array(plane.orientation[3:])
    normal = np.cross(row, column)
    length = math.hypot(*normal)
    return (np.array(plane.position_mm), row, column, normal / length) if length > 1e-6 else None


def _fill(
    inside: NDArray[np.bool_],
    places: NDArray[np.float64],
    plane: SegmentPlane,
    frame: _Frame,
    *,
    content: Segmentation,
    spacing: tuple[float, float],
    half_mm: float,
) -> None:
    origin, along_row, along_column, normal = frame
    corners = (places[[0, 0, -1, -1], [0, -1, 0, -1]] - origin) @ normal
    if corners.min() > half_mm or corners.max() < -half_mm:
        return
    off = places - origin
    column = np.rint(off @ along_row / spacing[1]).astype(np.intp)
    row = np.rint(off @ along_column / spacing[0]).astype(np.intp)
    near = np.abs(off @ normal) <= half_mm
    near &= (row >= 0) & (row < content.rows) & (column >= 0) & (column < content.columns)
    mask = plane.mask(content.rows, content.columns)
    inside[near] |= mask[row[near], column[near]]
