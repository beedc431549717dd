"""Sentences: the language a person chose, then what the browser accepts, then the site's."""

from __future__ import annotations

import pytest

from collab.kit.i18n import catalogue, pick_language, translate


@pytest.mark.parametrize(
    ("chosen", "accepted", "expected"),
    [
        ("en", "fr-FR,fr;q=0.9", "en"),
        (None, "de-DE,en-GB;q=0.8", "en"),
        (None, "de-DE", "fr"),
        ("xx", "", "fr"),
    ],
)
def test_the_first_language_that_fits_is_taken(chosen: str | None, accepted: str, expected: str) -> None:
    assert pick_language(chosen, accepted, "fr") == expected


def test_blanks_are_filled() -> None:
    assert "15 minutes" in translate("en", "refused.too_many_tries", minutes=15)


def test_a_missing_sentence_is_an_error() -> None:
    with pytest.raises(KeyError):
        translate("fr", "no.such.sentence")


def test_both_languages_have_every_sentence() -> None:
    assert catalogue("fr").keys() == catalogue("en").keys()
