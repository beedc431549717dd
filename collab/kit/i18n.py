"""Sentences in French and English, looked up by key; a missing key is a bug, not a blank."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from collab.kit.resources import LOCALES

Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = ("fr", "en")


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """Every sentence of a language: the union of `web/locales/<language>/*.json`."""
    sentences: dict[str, str] = {}
    for path in sorted((LOCALES / language).glob("*.json")):
        sentences |= _read(path)
    return sentences


def _read(path: Path) -> dict[str, str]:
    return json.loads(path.read_text("utf-8"))


def translate(language: Language, key: str, /, **blanks: object) -> str:
    """The sentence of `key` with its `{blanks}` filled. Raises `KeyError` for a key that no catalogue has."""
    return catalogue(language)[key].format_map(blanks)


def pick_language(chosen: str | None, accepted: str, default: Language) -> Language:
    """The language chosen by the person, else the first that the browser accepts, else the default."""
    for want in (chosen or "", *(part.split(";")[0].strip()[:2].lower() for part in accepted.split(","))):
        if want in LANGUAGES:
            return want
    return default
