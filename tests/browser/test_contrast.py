"""Every word of the room and its menus stands out enough from its ground (WCAG AA), in both languages.

What stands there only while people do something together is judged where they do (test_together, test_papers).
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser import stage
from tests.browser.contrast import contrast, faint_words
from tests.browser.stage import NEURORADIOLOGIST, Case, Server, Window

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def case(server: Server) -> Case:
    return stage.open_case(server, words="CT")


def test_contrast_is_what_wcag_says() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    # #777 on white misses AA by a hair, #767676 passes.
    assert contrast((0x77, 0x77, 0x77), (255, 255, 255)) == pytest.approx(4.478, abs=0.001)
    assert contrast((0x76, 0x76, 0x76), (255, 255, 255)) == pytest.approx(4.542, abs=0.001)


def choose_language(window: Window, language: str) -> None:
    window.page.evaluate(
        """language => fetch('/language', { method: 'POST', body: new URLSearchParams({ chosen: language }) })""",
        language,
    )


@pytest.mark.parametrize(
    ("language", "size"), [("fr", (1280, 800)), ("en", (1280, 800)), ("fr", (412, 915)), ("en", (412, 915))]
)
def test_no_word_of_the_room_is_too_faint(
    case: Case, server: Server, open_as: Callable[..., Window], language: str, size: tuple[int, int]
) -> None:
    window = open_as(NEURORADIOLOGIST, size=size)
    choose_language(window, language)
    stage.enter(window, server, case.room_id)
    assert window.page.evaluate("document.documentElement.lang") == language
    keyboard = window.page.keyboard
    for keys in ((), ("g",), ("Escape", "?"), ("Escape", "l"), ("t",), ("a",)):
        for key in keys:
            keyboard.press(key)
        assert not faint_words(window), keys
    choose_language(window, "fr")


def test_a_faint_word_would_be_found(case: Case, server: Server, open_as: Callable[..., Window]) -> None:
    window = open_as(NEURORADIOLOGIST, size=(1280, 800))
    stage.enter(window, server, case.room_id)
    assert stage.eventually(window, lambda: window.page.locator(".foot .quality.full").count() == 1)
    window.page.evaluate("document.querySelector('.foot .quality').style.color = '#444'")
    assert [each.classes for each in faint_words(window)] == ["quality full"]
