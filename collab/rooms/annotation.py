"""Measurements and annotations: what somebody draws on an image, in patient millimetres; numbers are never sent.

A value is computed in each browser from the voxels themselves, so that no screen shows a number that its images do not
have.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

AnnotationKind = Literal["length", "angle", "bidirectional", "ellipse", "rectangle", "arrow", "text"]

# Ends of a length and of an arrow (its head first); an angle's arm, vertex, arm; long axis, then short axis;
# opposite corners of a box whose sides run along `up` and across it; where a text begins.
POINTS: dict[AnnotationKind, int] = {
    "length": 2,
    "angle": 3,
    "bidirectional": 4,
    "ellipse": 2,
    "rectangle": 2,
    "arrow": 2,
    "text": 1,
}

# The bounds of `view`.
_Mm = Annotated[float, msgspec.Meta(ge=-1e5, le=1e5)]
_Point = tuple[_Mm, _Mm, _Mm]
_Part = Annotated[float, msgspec.Meta(ge=-1.001, le=1.001)]
_Unit = tuple[_Part, _Part, _Part]
_Uid = Annotated[str, msgspec.Meta(max_length=64)]
_Frame = Annotated[int, msgspec.Meta(ge=1, le=(1 << 31) - 1)]

Points = Annotated[tuple[_Point, ...], msgspec.Meta(min_length=1, max_length=4)]
TextPoint = Annotated[_Point, msgspec.Meta(description="the middle of words that were moved from beside their shape")]
Words = Annotated[str, msgspec.Meta(max_length=200)]


class Drawing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A shape in the plane in which it was drawn (`normal` and `up` as those of a viewport).

    `sop_instance_uid` and `frame` (1-based) name the image, neither stands where it was drawn on a reslice. Points of
    images without a frame of reference are image millimetres, or pixels, as pointers are.
    """

    kind: AnnotationKind
    study_uid: _Uid
    series_uid: _Uid
    stack: Annotated[int, msgspec.Meta(ge=0, le=1 << 20)]
    frame_of_reference_uid: _Uid | None
    sop_instance_uid: _Uid | None
    frame: _Frame | None
    normal: _Unit
    up: _Unit
    points: Points
    text: Words
    text_point: TextPoint | None = None

    def __post_init__(self) -> None:
        # ValueError is what msgspec turns into its refusal of the message.
        if len(self.points) != POINTS[self.kind]:
            raise ValueError(f"points: not those of a {self.kind}")
        if (self.sop_instance_uid is None) != (self.frame is None):
            raise ValueError("frame: an image has both names or none")


class Annotation(msgspec.Struct, frozen=True):
    """A drawing that stands in the room, and whose it is; `version` grows with each change, also over a removal."""

    annotation_id: str
    author: str
    version: int
    drawing: Drawing
