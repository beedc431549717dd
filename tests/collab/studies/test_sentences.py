"""Every code that a file can be set aside or refused with has its sentence in both languages."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path

import pytest

from collab.kit.i18n import Language, catalogue
from dicom_render.geometry import Reason
from tests.conftest import ROOT

READERS = ROOT / "dicom_render"
# Never why a file is set aside: asked of a finished pack or a stored image, or of whole groups before any is stored.
ELSEWHERE = {"no_such_stack", "no_such_frame", "no_such_region", "no_such_value", "not_its_plane", "busy"}
# Of pictures that wait to be drawn: `collab.studies.pictures` has refusals of its own for them.
ELSEWHERE |= {"too_many", "closed"}
# Asked of a report or document that is stored and stays so.
ELSEWHERE |= {"no_content", "no_document"}
# Why an uptake value cannot be computed: the file itself is kept and drawn.
OF_VALUES = {"suv.py", "pet_times.py"}
# Why a registration is not applied: the object is kept and listed.
OF_REGISTRATIONS = {"registration.py"}


def codes_raised(paths: Iterable[Path]) -> set[str]:
    """First arguments of `raise SomeRefusal("code", ...)` in modules."""
    found: set[str] = set()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
                first = node.exc.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str) and " " not in first.value:
                    found.add(first.value)
    return found


@pytest.mark.parametrize("language", ["fr", "en"])
def test_codes_of_the_readers_have_sentences(language: Language) -> None:
    others = (path for path in READERS.glob("*.py") if path.name not in OF_VALUES | OF_REGISTRATIONS)
    codes = codes_raised(others) - ELSEWHERE
    missing = {code for code in codes if f"studies.set_aside.{code}" not in catalogue(language)}
    assert missing == set()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_codes_of_registrations_have_sentences(language: Language) -> None:
    codes = codes_raised(READERS / name for name in OF_REGISTRATIONS)
    assert {code for code in codes if f"refused.{code}" not in catalogue(language)} == set()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_reasons_of_stacks_have_sentences(language: Language) -> None:
    reasons: tuple[str, ...] = Reason.__args__
    assert {reason for reason in reasons if f"studies.reason.{reason}" not in catalogue(language)} == set()
