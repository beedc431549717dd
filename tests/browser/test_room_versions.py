"""A page that was open while Consilium was updated: it says so, loses nothing, and goes on once it is reloaded."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser import stage
from tests.browser.stage import NEURORADIOLOGIST, Server, Window

pytestmark = pytest.mark.browser

# Until the tab is told otherwise its sockets speak the version that they were written for.
OLD_PAGE = """
    const Real = window.WebSocket;
    window.WebSocket = class extends Real {
      constructor(url, protocol) {
        super(url, sessionStorage.getItem("is_old") ? protocol.replace(/v[0-9]+/, "v0") : protocol);
      }
    };
"""
ENDED = ".bar.danger[role=alert]"


def test_r43_an_old_page_asks_to_be_reloaded_and_loses_nothing(server: Server, open_as: Callable[..., Window]) -> None:
    case = stage.open_case(server, words="synthetique sans injection")
    window = open_as(NEURORADIOLOGIST, size=(1280, 800))
    page = window.page
    page.add_init_script(OLD_PAGE)
    stage.enter(window, server, case.room_id)
    page.evaluate("() => sessionStorage.setItem('is_old', 'yes')")
    window.link.cut()
    say(window, "écrit pendant la mise à jour")
    window.link.mend()
    assert stage.eventually(window, lambda: page.locator(ENDED).count() == 1, timeout_s=40)
    said = page.locator(ENDED).inner_text()
    assert "rechargez" in said or "reload" in said

    page.evaluate("() => sessionStorage.removeItem('is_old')")
    page.locator(f"{ENDED} button").click()
    line = page.get_by_text("écrit pendant la mise à jour")
    assert stage.eventually(window, lambda: line.count() == 1, timeout_s=40)


def say(window: Window, text: str) -> None:
    """A line of chat."""
    field = window.page.locator(".chat-line input")
    if not field.is_visible():
        window.page.locator("#panel-chat button").click()
    field.fill(text)
    field.press("Enter")
