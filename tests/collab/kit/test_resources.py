"""The pages' files are found in a checkout as in an installed distribution."""

from __future__ import annotations

from collab.kit.resources import LOCALES, STATIC, TEMPLATES


def test_templates_sentences_and_styles_are_there() -> None:
    assert (TEMPLATES / "layout.html").is_file()
    assert (LOCALES / "fr" / "accounts.json").is_file()
    assert (STATIC / "consilium.css").is_file()
