"""Annotations of a room over one of its key views, as strokes on paper, with what they measure; draws nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from collab.rooms.annotation import Annotation, Drawing
from collab.rooms.protocol import Member
from collab.rooms.view import Pane, Vector, ViewportView
from dicom_render.cielab import Rgb
from dicom_render.laying import Stroke
from dicom_render.space import cross, dot, minus

# The six of the stylesheet (--person-0 to --person-5): a person has one colour on screens and on paper.
PERSONS: tuple[Rgb, ...] = (
    (76, 201, 240),
    (249, 160, 63),
    (128, 237, 153),
    (255, 111, 181),
    (200, 182, 255),
    (255, 224, 102),
)
# Projections magnify what is far from the detector (PS3.3 10.7.1.3): their millimetres are not printed as true ones.
_PROJECTIONS = frozenset({"CR", "DX", "MG", "XA", "RF", "RG", "IO", "PX"})
_ROUND_STEPS = 48
_BARB_MM = 6.0


def is_shown(drawing: Drawing, pane: Pane, viewport: ViewportView, *, half_mm: float) -> bool:
    """As the screens have it: on the image it was drawn on, or a plane that passes through all of it."""
    if (drawing.study_uid, drawing.series_uid, drawing.stack) != (pane.study_uid, pane.series_uid, pane.stack):
        return False
    if viewport.sop_instance_uid is not None and drawing.sop_instance_uid is not None:
        return (drawing.sop_instance_uid, drawing.frame) == (viewport.sop_instance_uid, viewport.frame)
    if pane.frame_of_reference_uid is None:
        return False
    is_box = drawing.kind in ("ellipse", "rectangle")
    if is_box and abs(dot(drawing.normal, viewport.normal)) < 0.9995:
        return False
    heights = (dot(minus(point, viewport.point_world_mm), viewport.normal) for point in drawing.points)
    return all(abs(height) <= half_mm + 1e-3 for height in heights)


def strokes_of(annotation: Annotation, members: Sequence[Member], modality: str) -> Iterator[Stroke]:
    """In the colour of their author; lengths and angles are those of the patient points."""
    color = next((each.color for each in members if each.actor == annotation.author), 0)
    rgb = PERSONS[color % len(PERSONS)]
    drawing = annotation.drawing
    is_true = drawing.frame_of_reference_uid is not None and modality not in _PROJECTIONS
    words = "\n".join(filter(None, (drawing.text, measured(drawing) if is_true else "")))
    for number, (points, is_closed) in enumerate(_lines(drawing)):
        yield Stroke(points, rgb, is_closed=is_closed, words=words if number == 0 else "")


def measured(drawing: Drawing) -> str:
    """What follows from the points alone; statistics stay on the screens, which have the voxels."""
    points = drawing.points
    match drawing.kind:
        case "length":
            return f"{_mm(points[0], points[1])} mm"
        case "bidirectional":
            return f"{_mm(points[0], points[1])} × {_mm(points[2], points[3])} mm"
        case "angle":
            one, other = minus(points[0], points[1]), minus(points[2], points[1])
            sizes = math.sqrt(dot(one, one) * dot(other, other))
            return f"{math.degrees(math.acos(max(-1.0, min(1.0, dot(one, other) / sizes)))):.1f}°" if sizes else ""
        case "ellipse" | "rectangle" | "arrow" | "text":
            return ""


def _mm(one: Vector, other: Vector) -> str:
    return f"{math.dist(one, other):.1f}"


_Line = tuple[tuple[Vector, ...], bool]


def _lines(drawing: Drawing) -> list[_Line]:
    points = drawing.points
    match drawing.kind:
        case "length" | "angle" | "text":
            return [(points, False)]
        case "bidirectional":
            return [(points[:2], False), (points[2:], False)]
        case "arrow":
            return [(points, False), (_barbs(drawing), False)]
        case "rectangle" | "ellipse":
            return [(_box(drawing, is_round=drawing.kind == "ellipse"), True)]


def _box(drawing: Drawing, *, is_round: bool) -> tuple[Vector, ...]:
    """Opposite corners of a box whose sides run along `up` and across it."""
    first, last = drawing.points
    up, right = drawing.up, cross(drawing.up, drawing.normal)
    across, down = dot(minus(last, first), right) / 2, dot(minus(last, first), up) / 2
    middle = _moved(_moved(first, right, across), up, down)
    turns = [2 * math.pi * step / _ROUND_STEPS for step in range(_ROUND_STEPS)]
    corners = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]
    shares = [(math.cos(turn), math.sin(turn)) for turn in turns] if is_round else corners
    return tuple(_moved(_moved(middle, right, x * across), up, y * down) for x, y in shares)


def _barbs(drawing: Drawing) -> tuple[Vector, ...]:
    head, tail = drawing.points
    length = math.dist(head, tail) or 1.0
    along = tuple(part / length for part in minus(tail, head))
    back = (along[0], along[1], along[2])
    side = cross(back, drawing.normal)
    reach = min(_BARB_MM, length / 3)
    foot = _moved(head, back, reach)
    return (_moved(foot, side, reach / 2), head, _moved(foot, side, -reach / 2))


def _moved(point: Vector, along: Vector, by: float) -> Vector:
    return (point[0] + along[0] * by, point[1] + along[1] * by, point[2] + along[2] * by)
