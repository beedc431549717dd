"""Planes through a volume are turned by their lines and by keys, on both screens alike, and straightened again."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from tests.browser import stage
from tests.browser.stage import NEURORADIOLOGIST, RADIOLOGIST, Server, Window

pytestmark = pytest.mark.browser


def rotation_between(one: list[float], other: list[float]) -> float:
    return math.degrees(math.acos(max(-1.0, min(1.0, sum(a * b for a, b in zip(one, other, strict=True))))))


def test_planes_are_turned_by_their_lines_and_followed(server: Server, open_as: Callable[..., Window]) -> None:
    case = stage.open_case(server, words="synthetique sans injection")
    expert = open_as(NEURORADIOLOGIST, size=(1280, 800))
    requester = open_as(RADIOLOGIST, size=(1000, 900))
    stage.enter(expert, server, case.room_id)
    stage.enter(requester, server, case.room_id)
    assert stage.show_the_same(expert, requester), stage.differences(expert, requester)
    expert.page.keyboard.press("l")
    assert stage.eventually(expert, lambda: "axial" in stage.views(expert))
    assert stage.show_the_same(expert, requester), stage.differences(expert, requester)
    before = stage.views(expert)

    # From the front end of the sagittal plane's line, 30 degrees along the circle around the middle.
    x, y, width, height = stage.box_of(expert, "axial")
    reach = 0.4 * min(width, height)
    mouse = expert.page.mouse
    mouse.move(x + width / 2, y + height / 2 - reach)
    assert stage.viewport(expert, "axial").get_attribute("data-held") is not None
    mouse.down()
    for step in range(1, 7):
        angle = math.radians(5 * step)
        mouse.move(x + width / 2 + reach * math.sin(angle), y + height / 2 - reach * math.cos(angle))
    mouse.up()
    turned = stage.views(expert)
    assert turned["axial"]["normal"] == before["axial"]["normal"]
    assert turned["axial"]["window"] == before["axial"]["window"]
    assert rotation_between(turned["sagittal"]["normal"], before["sagittal"]["normal"]) == pytest.approx(30, abs=1)
    assert rotation_between(turned["coronal"]["normal"], before["coronal"]["normal"]) == pytest.approx(30, abs=1)
    assert stage.show_the_same(expert, requester), stage.differences(expert, requester)
    for window in (expert, requester):
        words = window.page.locator("[data-viewport=sagittal] .in-layers")
        assert stage.eventually(window, lambda words=words: "plan oblique" in (words.text_content() or ""))
        assert window.page.locator("[data-viewport=sagittal] .at-right").text_content() in {"PL", "PR"}

    expert.page.keyboard.press("Shift+ArrowLeft")
    assert stage.eventually(
        expert, lambda: rotation_between(stage.views(expert)["coronal"]["normal"], turned["coronal"]["normal"]) > 4.9
    )
    assert stage.show_the_same(expert, requester), stage.differences(expert, requester)

    expert.page.get_by_role("button", name="Redresser les plans").click()
    assert stage.eventually(expert, lambda: stage.views(expert)["coronal"]["normal"] == before["coronal"]["normal"])
    assert stage.show_the_same(expert, requester), stage.differences(expert, requester)
