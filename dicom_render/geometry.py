"""Splits a DICOM series into stacks, orders each in space, and says whether it is a volume; pure, no pixels.

World is patient space, LPS, in millimetres. Order comes from Image Position along the normal of Image Orientation
(PS3.3 C.7.6.2.1.1), never from Instance Number unless there is no geometry at all.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from dicom_render.headers import FrameHeader, InstanceHeader
from dicom_render.labelling import Family, LabelPart, families_of, label_of, order_of, told_apart
from dicom_render.refusal import Fact
from dicom_render.resampling import Resampling, resampling_of
from dicom_render.space import Orientation, Vector, dot, normal_of
from dicom_render.spacing import Caution, Judgement, judge_positions
from dicom_render.splitting import (
    Placed,
    distinction_of,
    has_geometry,
    has_one_space,
    has_overlapping_acquisitions,
    is_colour,
    is_localizer,
    is_mosaic,
    is_one_plane,
    split,
)

Reason = Literal[
    "gantry_tilt",
    "uneven_spacing",
    "missing_slices",
    "duplicate_positions",
    "mixed_orientation",
    "no_geometry",
    "too_few",
    "colour",
    "localizer",
    "mosaic",
]


class StackFrame(msgspec.Struct, frozen=True):
    """One frame of a stack, where it lies, and where it came from (`frame` counts from 1)."""

    sop_instance_uid: str
    frame: int
    instance_number: int | None
    position_mm: Vector | None
    orientation: Orientation | None
    header: FrameHeader


class Stack(msgspec.Struct, frozen=True):
    """Frames of one size that are scrolled through together, in geometric order."""

    kind: Literal["volume", "stack"]
    reason: Reason | None
    """why it is not a volume"""
    rows: int
    columns: int
    colour: bool
    frames: tuple[StackFrame, ...]
    pixel_spacing_mm: tuple[float, float] | None
    spacing_mm: float | None
    """between neighbouring slices along the normal; None if there is no single distance"""
    orientation: Orientation | None
    normal: Vector | None
    """row direction x column direction: frames are in its order"""
    frame_of_reference_uid: str | None
    distinction: dict[str, Fact]
    """what sets this stack apart from the others of its series (echo, b-value, localizer...)"""
    warnings: tuple[Caution, ...]
    label: tuple[LabelPart, ...] = ()
    """the same for people: what to call it beside the others"""
    siblings: tuple[int, ...] = ()
    """the stacks of this series, itself among them, that show the same places in the order of b-value, echo or time"""
    resampling: Resampling | None = None
    """the grid to cut planes from where the slices themselves make no volume, but their places allow one"""


def arrange(headers: Sequence[InstanceHeader]) -> tuple[Stack, ...]:
    """The stacks of the instances of one series, largest first, localizers last."""
    groups = split(headers)
    families = {index: family for family in families_of(groups) for index in family.members}
    by_group = [_stack(index, groups, families[index]) for index in range(len(groups))]
    labels = told_apart([stack.label for stack in by_group], groups)
    order = sorted(
        range(len(groups)),
        key=lambda index: (by_group[index].reason == "localizer", -len(groups[index]), order_of(groups[index])),
    )
    number_of = {index: number for number, index in enumerate(order)}
    return tuple(
        msgspec.structs.replace(by_group[index], label=labels[index], siblings=_siblings(families[index], number_of))
        for index in order
    )


def _siblings(family: Family, number_of: Mapping[int, int]) -> tuple[int, ...]:
    return tuple(number_of[index] for index in family.members) if len(family.members) > 1 else ()


def _stack(index: int, groups: list[list[Placed]], family: Family) -> Stack:
    group = groups[index]
    first = group[0].header
    orientation = _shared_orientation(group)
    ordered = _in_order(group, orientation)
    judged = _judge(ordered, orientation)
    reason = _reason_before_spacing(ordered, orientation) or judged.reason
    distinction = distinction_of(group, groups)
    resampling = _resampling(ordered, orientation, judged) if reason == judged.reason else None
    planes = () if resampling is None else (Caution("resampled"),)
    return Stack(
        kind="stack" if reason else "volume",
        reason=reason,
        rows=first.rows,
        columns=first.columns,
        colour=is_colour(first),
        frames=tuple(_frame(placed) for placed in ordered),
        pixel_spacing_mm=first.pixel_spacing_mm,
        spacing_mm=judged.spacing_mm,
        orientation=orientation,
        normal=None if orientation is None else normal_of(orientation),
        frame_of_reference_uid=first.frame_of_reference_uid if has_one_space(group) and not is_mosaic(first) else None,
        distinction=distinction,
        warnings=(*judged.cautions, *planes, *_cautions(group)),
        label=label_of(index, groups, family, distinction),
        resampling=resampling,
    )


def _resampling(ordered: list[Placed], orientation: Orientation | None, judged: Judgement) -> Resampling | None:
    first = ordered[0].header
    positions = [placed.header.image_position_mm for placed in ordered]
    if orientation is None or first.pixel_spacing_mm is None:
        return None
    # The patient may have moved from one to the next: nothing is mixed of two.
    if has_overlapping_acquisitions(ordered):
        return None
    return resampling_of(
        [position for position in positions if position is not None],
        [placed.header.slice_thickness_mm for placed in ordered],
        judged,
        orientation=orientation,
        pixel_spacing_mm=first.pixel_spacing_mm,
        size=(first.rows, first.columns),
    )


def _frame(placed: Placed) -> StackFrame:
    # The place that a mosaic gives is that of a slice as large as all its tiles: none of them lies there.
    is_placed = not is_mosaic(placed.header)
    return StackFrame(
        sop_instance_uid=placed.instance.sop_instance_uid,
        frame=placed.number,
        instance_number=placed.instance.instance_number,
        position_mm=placed.header.image_position_mm if is_placed else None,
        orientation=placed.header.image_orientation if is_placed else None,
        header=placed.header,
    )


def _shared_orientation(group: list[Placed]) -> Orientation | None:
    first = group[0].header
    return first.image_orientation if has_geometry(first) and is_one_plane(group) else None


def _in_order(group: list[Placed], orientation: Orientation | None) -> list[Placed]:
    normal = None if orientation is None else normal_of(orientation)

    def place(placed: Placed) -> tuple[float, float, str, int]:
        position, number = placed.header.image_position_mm, placed.instance.instance_number
        height = 0.0 if normal is None or position is None else dot(position, normal)
        return (height, float("inf") if number is None else number, placed.instance.sop_instance_uid, placed.number)

    return sorted(group, key=place)


def _judge(ordered: list[Placed], orientation: Orientation | None) -> Judgement:
    first = ordered[0].header
    if orientation is None or first.pixel_spacing_mm is None:
        return Judgement(reason="too_few" if len(ordered) == 1 else None, spacing_mm=None)
    positions = [placed.header.image_position_mm for placed in ordered]
    return judge_positions(
        [position for position in positions if position is not None], orientation, min(first.pixel_spacing_mm)
    )


def _reason_before_spacing(ordered: list[Placed], orientation: Orientation | None) -> Reason | None:
    first = ordered[0].header
    if is_localizer(first):
        return "localizer"
    if is_mosaic(first):
        return "mosaic"
    if not has_geometry(first):
        return "no_geometry"
    if orientation is None:
        return "mixed_orientation"
    return "colour" if is_colour(first) else None


def _cautions(group: list[Placed]) -> list[Caution]:
    first = group[0].header
    cautions: list[Caution] = []
    if not has_one_space(group):
        cautions.append(Caution("frame_of_reference_differs"))
    if first.spacing_kind == "detector":
        cautions.append(Caution("spacing_at_detector"))
    return cautions
