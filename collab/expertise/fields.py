"""What a form asks and a brief tells, read from the key data types themselves, so that neither can forget a field."""

from __future__ import annotations

import math
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from collab.expertise.pathways import KINDS, NIHSS_ITEMS, KeyData
from collab.expertise.rules import Pathway

Kind = Literal["text", "whole", "decimal", "choice", "yes_no", "moment"]
_LOCAL_MOMENT = "%Y-%m-%dT%H:%M"
_YES_NO: Mapping[str, bool] = {"yes": True, "no": False}


@dataclass(frozen=True, kw_only=True)
class Field:
    """One thing asked: `choices` are codes, `low` and `high` the plausible range, `unit` what the number counts."""

    name: str
    kind: Kind
    is_required: bool
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    unit: str = ""

    @property
    def is_nihss_item(self) -> bool:
        return self.name in NIHSS_ITEMS


@cache
def fields_of(pathway: Pathway) -> Sequence[Field]:
    """The fields of a pathway's key data, in the order of asking."""
    struct = KINDS[pathway]
    hints = get_type_hints(struct, include_extras=True)
    return tuple(
        _field(each.name, hints[each.name], is_required=each.required) for each in msgspec.structs.fields(struct)
    )


def _field(name: str, hint: Any, *, is_required: bool) -> Field:  # Any: a type hint has no type
    parts = [part for part in _parts(hint) if part is not type(None)]
    literals = tuple(str(value) for part in parts if get_origin(part) is Literal for value in get_args(part))
    if get_origin(parts[0]) is Literal:
        return Field(name=name, kind="choice", is_required=is_required, choices=literals)
    plain, meta = _annotated(parts[0])
    low, high = (meta.ge if meta.ge is not None else meta.gt), meta.le
    # A short scale is chosen from, so that no digit can slip; so is one that also has a letter.
    if plain is int and low is not None and high is not None and high - low <= 6:
        scale = tuple(str(number) for number in range(int(low), int(high) + 1))
        return Field(name=name, kind="choice", is_required=is_required, choices=scale + literals)
    unit = str((meta.extra or {}).get("unit", ""))
    return Field(name=name, kind=_KINDS[plain], is_required=is_required, low=low, high=high, unit=unit)


_KINDS: Mapping[Any, Kind] = {str: "text", int: "whole", float: "decimal", bool: "yes_no", datetime: "moment"}


def _parts(hint: Any) -> Sequence[Any]:
    return get_args(hint) if get_origin(hint) in {Union, types.UnionType} else (hint,)


def _annotated(hint: Any) -> tuple[Any, Meta]:
    if get_origin(hint) is Annotated:
        plain, *extras = get_args(hint)
        return plain, next((extra for extra in extras if isinstance(extra, Meta)), Meta())
    return hint, Meta()


def read_fields(pathway: Pathway, given: Mapping[str, str], zone: ZoneInfo) -> tuple[KeyData | None, Mapping[str, str]]:
    """Key data from a form's texts, or which fields are wrong and why; local times are the zone's."""
    values: dict[str, object] = {"pathway": pathway}
    wrong: dict[str, str] = {}
    for field in fields_of(pathway):
        text = given.get(field.name, "").strip()
        if text:
            value, problem = _read(field, text, zone)
            values[field.name] = value
            if problem:
                wrong[field.name] = problem
        elif field.is_required:
            wrong[field.name] = "missing"
    if wrong:
        return None, wrong
    # Every value was checked against its own field; what is left can only be a fault of ours.
    return msgspec.convert(values, KINDS[pathway]), {}


def _read(field: Field, text: str, zone: ZoneInfo) -> tuple[object, str]:
    match field.kind:
        case "text":
            return text, "too_long" if len(text) > 4000 else ""
        case "choice":
            is_score = text.isdigit()
            return (int(text) if is_score else text), "" if text in field.choices else "not_a_choice"
        case "yes_no":
            return _YES_NO.get(text), "" if text in _YES_NO else "not_a_choice"
        case "moment":
            return read_moment(text, zone)
        case "whole" | "decimal":
            return _read_number(field, text)


def _read_number(field: Field, text: str) -> tuple[object, str]:
    """French keyboards write a comma."""
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return None, "not_a_number"
    if not math.isfinite(number):
        return None, "not_a_number"
    if (field.low is not None and number < field.low) or (field.high is not None and number > field.high):
        return None, "out_of_range"
    if field.kind == "whole":
        return int(number), "" if number.is_integer() else "not_whole"
    return number, ""


def read_moment(text: str, zone: ZoneInfo) -> tuple[datetime | None, str]:
    """A browser's `datetime-local`, which has no zone: it is the site's."""
    try:
        return datetime.strptime(text[:16], _LOCAL_MOMENT).replace(tzinfo=zone), ""
    except ValueError:
        return None, "not_a_moment"


def write_fields(data: KeyData, zone: ZoneInfo) -> Mapping[str, str]:
    """The texts that a form shows for key data that are already there."""
    return dict(_written(data, zone))


def _written(data: KeyData, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    for name in data.__struct_fields__:
        match getattr(data, name):
            case None:
                continue
            case bool() as answer:
                yield name, "yes" if answer else "no"
            case datetime() as at:
                yield name, at.astimezone(zone).strftime(_LOCAL_MOMENT)
            case value:
                yield name, str(value)
