"""What a stack is called among those of its series, and which of them show the same places; pure."""

from collections import Counter
from collections.abc import Sequence
from typing import Literal, get_args

import msgspec

from dicom_render.refusal import Fact
from dicom_render.splitting import Placed, has_geometry, is_localizer, place_of

LabelCode = Literal[
    "localizer",
    "laterality",
    "view_position",
    "image_type",
    "stack_id",
    "energy_window",
    "detector",
    "b_value",
    "direction",
    "echo_time_ms",
    "echo_number",
    "inversion_time_ms",
    "cardiac_phase",
    "temporal_position",
    "trigger_time_ms",
    "time_s",
    "acquisition_number",
    "repetition",
    "instance_number",
]
# A part of less than half of the places shows something else.
_SHARED_PLACES = 0.5
# Each says what the ones after it only number.
_SAID_BETTER: dict[str, tuple[str, ...]] = {
    "echo_number": ("echo_time_ms",),
    "repetition": ("direction", "time_s", "temporal_position", "b_value"),
    "acquisition_number": ("direction", "time_s", "temporal_position", "b_value", "echo_time_ms"),
    "temporal_position": ("time_s",),
    "trigger_time_ms": ("time_s", "temporal_position"),
}


class LabelPart(msgspec.Struct, frozen=True):
    """One word of a stack's name: a code with its number (or term); the sentence is looked up by the code."""

    code: LabelCode
    value: Fact


class Family(msgspec.Struct, frozen=True):
    """Groups (by index) that show the same places, in the order of b-value, echo and time."""

    members: tuple[int, ...]


def families_of(groups: Sequence[Sequence[Placed]]) -> list[Family]:
    """Every group stands in exactly one; those alone at their places in a family of one."""
    families: list[list[int]] = []
    for index, group in enumerate(groups):
        family = next((each for each in families if _same_places(groups[each[0]], group)), None)
        if family is None:
            families.append([index])
        else:
            family.append(index)
    return [Family(tuple(sorted(family, key=lambda index: order_of(groups[index])))) for family in families]


def label_of(
    index: int, groups: Sequence[Sequence[Placed]], family: Family, distinction: dict[str, Fact]
) -> tuple[LabelPart, ...]:
    """Empty for a stack that is alone in its series."""
    said = dict(distinction)
    said.pop("gradient", None)
    if is_localizer(groups[index][0].header):
        said["localizer"] = 1
    said |= _direction(index, groups, family) | _time(index, groups, family)
    kept = {code: value for code, value in said.items() if not any(name in said for name in _SAID_BETTER.get(code, ()))}
    return tuple(LabelPart(code, kept[code]) for code in get_args(LabelCode) if code in kept)


def told_apart(
    labels: Sequence[tuple[LabelPart, ...]], groups: Sequence[Sequence[Placed]]
) -> list[tuple[LabelPart, ...]]:
    """The labels, with the number of the image where single pictures, or clips, would be called alike."""
    times = Counter(labels)
    return [
        (*label, *_number(group)) if times[label] > 1 else label for label, group in zip(labels, groups, strict=True)
    ]


def _number(group: Sequence[Placed]) -> tuple[LabelPart, ...]:
    """Slices with a place are counted along it: the number of one of them names no stack."""
    if has_geometry(group[0].header) or len({placed.instance.sop_instance_uid for placed in group}) > 1:
        return ()
    number = group[0].instance.instance_number
    return () if number is None else (LabelPart("instance_number", number),)


def order_of(group: Sequence[Placed]) -> tuple[str, float, float, float, float, float, int, int]:
    """By kind of picture, echo, b-value, time: the order in which one wants to step through them."""
    header = group[0].header
    return (
        "\\".join(header.image_type[2:]),
        header.echo_time_ms or 0.0,
        header.b_value or 0.0,
        float(header.temporal_position or 0),
        min(placed.header.trigger_time_ms or 0.0 for placed in group),
        _began_s(group) or 0.0,
        group[0].repetition,
        min(placed.instance.instance_number or 0 for placed in group),
    )


def _same_places(one: Sequence[Placed], other: Sequence[Placed]) -> bool:
    a, b = one[0].header, other[0].header
    if not has_geometry(a) or not has_geometry(b) or is_localizer(a) or is_localizer(b):
        return False
    if (a.rows, a.columns, a.pixel_spacing_mm) != (b.rows, b.columns, b.pixel_spacing_mm):
        return False
    here, there = ({place_of(placed) for placed in group} for group in (one, other))
    return len(here & there) >= _SHARED_PLACES * max(len(here), len(there))


def _direction(index: int, groups: Sequence[Sequence[Placed]], family: Family) -> dict[str, Fact]:
    """Gradient directions are counted among those of the same b-value."""
    b_value = groups[index][0].header.b_value
    alike = [each for each in family.members if groups[each][0].header.b_value == b_value]
    directions = {groups[each][0].header.gradient for each in alike}
    return {"direction": alike.index(index) + 1} if b_value and len(alike) > 1 and len(directions) > 1 else {}


def _time(index: int, groups: Sequence[Sequence[Placed]], family: Family) -> dict[str, Fact]:
    """Seconds since the earliest of the family, where time is what tells them apart."""
    began = [_began_s(groups[each]) for each in family.members]
    own = _began_s(groups[index])
    known = [each for each in began if each is not None]
    first = groups[family.members[0]][0].header
    alike = all(
        (groups[each][0].header.b_value, groups[each][0].header.echo_time_ms, groups[each][0].header.image_type)
        == (first.b_value, first.echo_time_ms, first.image_type)
        for each in family.members
    )
    if own is None or len(known) < len(began) or len(set(known)) < len(known) or len(known) < 2 or not alike:
        return {}
    return {"time_s": round(own - min(known), 2)}


def _began_s(group: Sequence[Placed]) -> float | None:
    times = [placed.header.acquired_s for placed in group if placed.header.acquired_s is not None]
    return min(times) if times else None
