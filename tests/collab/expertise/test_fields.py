"""Forms made from the types, and what people type into them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from collab.expertise.asking import PATHWAYS
from collab.expertise.fields import fields_of, read_fields, read_moment, write_fields
from collab.expertise.pathways import KINDS, Stroke
from collab.expertise.rules import Pathway
from collab.kit.i18n import LANGUAGES, catalogue

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize("pathway", PATHWAYS)
def test_every_field_and_every_choice_has_its_words(pathway: Pathway) -> None:
    for language in LANGUAGES:
        words = catalogue(language)
        for field in fields_of(pathway):
            assert f"expertise.field.{field.name}" in words
            spoken = [code for code in field.choices if not code.isdigit() and code != "UN"]
            assert all(f"expertise.field.{field.name}.{code}" in words for code in spoken)


@pytest.mark.parametrize("pathway", PATHWAYS)
def test_a_form_asks_everything_that_the_type_holds(pathway: Pathway) -> None:
    assert [field.name for field in fields_of(pathway)] == list(KINDS[pathway].__struct_fields__)


def test_what_was_typed_becomes_typed_values() -> None:
    given = {"onset": "known", "onset_at": "2026-11-24T03:10", "glycaemia": "1,12", "glycaemia_unit": "g/L"}
    given |= {"nihss_ataxia": "UN", "nihss_gaze": "2", "systolic_mmhg": "178"}
    data, wrong = read_fields("stroke", given, PARIS)
    assert not wrong
    assert isinstance(data, Stroke)
    assert (data.glycaemia, data.nihss_ataxia, data.nihss_gaze, data.systolic_mmhg) == (1.12, "UN", 2, 178)
    # In November Paris is one hour ahead of UTC.
    assert data.onset_at == datetime(2026, 11, 24, 2, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("inr", "deux", "not_a_number"),
        ("inr", "nan", "not_a_number"),
        ("inr", "28", "out_of_range"),
        ("platelets", "210,5", "not_whole"),
        ("anticoagulant", "warfarine", "not_a_choice"),
        ("nihss_gaze", "3", "not_a_choice"),
        ("onset_at", "hier soir", "not_a_moment"),
        ("history", "x" * 4001, "too_long"),
        ("onset", "", "missing"),
    ],
)
def test_a_mistake_is_named_at_its_field(name: str, text: str, why: str) -> None:
    data, wrong = read_fields("stroke", {"onset": "unknown", name: text}, PARIS)
    assert (data, wrong) == (None, {name: why})


def test_all_mistakes_are_told_at_once() -> None:
    _, wrong = read_fields("stroke", {"inr": "x", "platelets": "y"}, PARIS)
    assert set(wrong) == {"inr", "platelets", "onset"}


def test_a_form_shows_again_what_it_was_given() -> None:
    given = {"onset": "known", "onset_at": "2026-11-24T03:10", "nihss_gaze": "2", "inr": "1.2"}
    data, _ = read_fields("stroke", given, PARIS)
    assert data is not None
    assert write_fields(data, PARIS) == given


def test_a_local_time_is_the_site_s() -> None:
    at, _ = read_moment("2026-07-14T12:00", PARIS)
    assert at == datetime(2026, 7, 14, 10, 0, tzinfo=UTC)
