"""After a meeting its replay shows, at a chosen fact, the image that both people saw then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser import stage
from tests.browser.stage import NEURORADIOLOGIST, RADIOLOGIST, Server, Window

pytestmark = pytest.mark.browser

WIDE, TALL = (1600, 900), (1000, 1100)
SYNTHETIC, REAL = "synthetique sans injection", "trauma plain head"


def shows(window: Window, then: dict[str, Any]) -> bool:
    """Whether a window shows the very image, window and place of another one's earlier moment."""
    now = stage.views(window).get("stack")
    # An earlier meeting of the room may have ended on planes, which stand there until the fact's own view does.
    if now is None:
        return False
    exact = ("study_uid", "series_uid", "sop_instance_uid", "frame", "window", "mirrored")
    return all(now[key] == then[key] for key in exact) and now["quality"] == "full"


def seq_of(window: Window) -> int:
    return window.page.evaluate("window.consilium.seq()")


def go_to(replay: Window, seq: int) -> None:
    """By the keyboard alone: to the beginning, then fact by fact."""
    replay.page.keyboard.press("Home")
    for _ in range(seq - 1):
        replay.page.keyboard.press("ArrowRight")
    assert seq_of(replay) == seq


@pytest.mark.parametrize("words", [SYNTHETIC, REAL], ids=["made", "real"])
def test_a_chosen_fact_shows_the_image_that_was_shown_then(
    request: pytest.FixtureRequest, server: Server, open_as: Callable[..., Window], words: str
) -> None:
    if words == REAL:
        request.getfixturevalue("real_data")
    case = stage.open_case(server, words=words)
    expert, requester = open_as(NEURORADIOLOGIST, size=WIDE), open_as(RADIOLOGIST, size=TALL)
    stage.enter(expert, server, case.room_id)
    stage.enter(requester, server, case.room_id)
    assert stage.show_the_same(expert, requester), stage.differences(expert, requester)

    moments: list[tuple[int, dict[str, Any]]] = []
    for notches in (1, -2, 3):
        before, seq = stage.views(expert)["stack"]["sop_instance_uid"], seq_of(expert)
        stage.scroll(expert, "stack", notches)
        assert stage.eventually(expert, lambda: stage.views(expert)["stack"]["sop_instance_uid"] != before)  # noqa: B023
        assert stage.eventually(expert, lambda: seq_of(expert) > seq)  # noqa: B023
        assert stage.show_the_same(expert, requester), stage.differences(expert, requester)
        assert stage.eventually(requester, lambda: seq_of(requester) == seq_of(expert))
        moments.append((seq_of(requester), stage.views(requester)["stack"]))
    expert.page.keyboard.press("d")
    stage.drag(expert, "stack", (60, 30))
    assert stage.eventually(expert, lambda: seq_of(expert) > moments[-1][0])

    requester.page.goto(f"{server.origin}/rooms/{case.room_id}/replay")
    assert stage.eventually(requester, lambda: seq_of(requester) > 0)
    assert requester.page.get_by_text("RELECTURE de la réunion du").is_visible()
    for seq, then in [moments[1], moments[0], moments[2]]:
        go_to(requester, seq)
        assert stage.eventually(requester, lambda: shows(requester, then)), (then, stage.views(requester))  # noqa: B023
        assert stage.eventually(requester, lambda: requester.page.locator(".replay-cover").count() == 0)
