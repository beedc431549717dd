"""The case in lines of one language, for the room, the page and the conclusion; pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from collab.conclusions.document import Line
from collab.conclusions.sections import Words
from collab.expertise.fields import Field, fields_of
from collab.expertise.pathways import NIHSS_ITEMS, KeyData, Neurosurgery, Stroke, gcs_of, nihss_of, pathway_of
from collab.kit.i18n import translate

# Said together as one score or one value instead of one by one.
_GATHERED = frozenset(
    {
        *NIHSS_ITEMS,
        *("nihss_total", "gcs_eye", "gcs_verbal", "gcs_motor", "intubated"),
        *("glycaemia_unit", "diastolic_mmhg", "weight_source"),
    }
)


class Brief(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the people in the room read beside the images."""

    title: str
    question: str
    lines: tuple[Line, ...]


def key_lines(data: KeyData, words: Words) -> tuple[Line, ...]:
    """What was given, in the order of asking, scores counted."""
    return tuple(_lines(data, words))


def _lines(data: KeyData, words: Words) -> Iterator[Line]:
    for field in fields_of(pathway_of(data)):
        if field.name in {"nihss_total", "gcs_eye"}:
            yield from _score(data, words)
        value = getattr(data, field.name)
        if value is None or field.name in _GATHERED:
            continue
        yield _line(_name(data, field), _value(data, field, value, words), words)


def _name(data: KeyData, field: Field) -> str:
    is_pair = isinstance(data, Stroke) and data.diastolic_mmhg is not None
    return "blood_pressure" if field.name == "systolic_mmhg" and is_pair else field.name


def _line(name: str, value: str, words: Words) -> Line:
    return Line(label=translate(words.language, f"expertise.field.{name}"), value=value)


def _score(data: KeyData, words: Words) -> Iterator[Line]:
    if isinstance(data, Stroke) and (nihss := nihss_of(data)):
        yield _line("nihss_total", _nihss(nihss.total, nihss.missing, words), words)
        items = [(name, getattr(data, name)) for name in NIHSS_ITEMS]
        told = [f"{translate(words.language, f'expertise.field.{name}')} {item}" for name, item in items if item]
        if told:
            yield _line("nihss_items", ", ".join(told), words)
    elif isinstance(data, Neurosurgery) and (gcs := gcs_of(data)):
        yield _line("gcs", gcs, words)


def _nihss(total: int, missing: int, words: Words) -> str:
    if missing == 0:
        return f"{total} / 42"
    return translate(words.language, "expertise.nihss_missing", total=total, missing=missing)


def _value(data: KeyData, field: Field, value: object, words: Words) -> str:
    language = words.language
    match field.kind:
        case "moment":
            assert isinstance(value, datetime)
            return words.moment(value)
        case "yes_no":
            return translate(language, "kit.yes" if value else "kit.no")
        case "choice":
            return (
                str(value) if isinstance(value, int) else translate(language, f"expertise.field.{field.name}.{value}")
            )
        case "text":
            return str(value)
        case "whole" | "decimal":
            return _measured(data, field, value, words)


def _measured(data: KeyData, field: Field, value: object, words: Words) -> str:
    number = f"{value:g}" if isinstance(value, float) else str(value)
    if words.language == "fr":
        number = number.replace(".", ",")
    match field.name, data:
        case "glycaemia", Stroke(glycaemia_unit=unit):
            return f"{number} {unit}"
        case "systolic_mmhg", Stroke(diastolic_mmhg=int() as diastolic):
            return f"{number} / {diastolic} mmHg"
        case "weight_kg", Stroke(weight_source=str() as source):
            return f"{number} kg ({translate(words.language, f'expertise.field.weight_source.{source}')})"
        case _:
            return f"{number} {field.unit}".strip()
