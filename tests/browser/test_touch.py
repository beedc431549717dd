"""Fingers on the images: one scrolls, two together set the window, two apart zoom; others see what they do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser import stage
from tests.browser.stage import NEURORADIOLOGIST, RADIOLOGIST, Server, Window

pytestmark = pytest.mark.browser

Fingers = list[tuple[float, float]]


def touch(window: Window, ways: list[Fingers]) -> None:
    """Fingers laid on the first places, moved through the others and lifted, as a touch screen reports them."""
    x, y, width, height = stage.box_of(window, "stack")
    devtools = window.context.new_cdp_session(window.page)
    kinds = ["touchStart"] + ["touchMove"] * (len(ways) - 1)
    for kind, places in zip(kinds, ways, strict=True):
        points = [
            {"id": number, "x": x + width / 2 + right, "y": y + height / 2 + down}
            for number, (right, down) in enumerate(places)
        ]
        devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


@pytest.mark.parametrize("size", [(412, 915), (820, 1180)], ids=["phone", "tablet"])
def test_fingers_scroll_window_and_zoom_and_are_followed(
    server: Server, open_as: Callable[..., Window], size: tuple[int, int]
) -> None:
    case = stage.open_case(server, words="synthetique sans injection")
    expert = open_as(NEURORADIOLOGIST, size=size)
    requester = open_as(RADIOLOGIST, size=(1280, 800))
    stage.enter(expert, server, case.room_id)
    stage.enter(requester, server, case.room_id)
    assert stage.show_the_same(expert, requester), stage.differences(expert, requester)
    before = stage.views(expert)["stack"]

    touch(expert, [[(0, 10.0 * step)] for step in range(6)])
    assert stage.eventually(
        expert, lambda: stage.views(expert)["stack"]["sop_instance_uid"] != before["sop_instance_uid"]
    )
    scrolled = stage.views(expert)["stack"]
    assert scrolled["window"] == before["window"]
    assert stage.show_the_same(expert, requester), stage.differences(expert, requester)

    touch(expert, [[(-60 + 10.0 * step, 0), (20 + 10.0 * step, 0)] for step in range(6)])
    assert stage.eventually(expert, lambda: stage.views(expert)["stack"]["window"] != before["window"])
    windowed = stage.views(expert)["stack"]
    assert windowed["window"]["width"] > before["window"]["width"]
    assert windowed["fov_mm"] == pytest.approx(scrolled["fov_mm"])
    assert windowed["sop_instance_uid"] == scrolled["sop_instance_uid"]
    assert stage.show_the_same(expert, requester), stage.differences(expert, requester)

    touch(expert, [[(-40 - 8.0 * step, 0), (40 + 8.0 * step, 0)] for step in range(6)])
    assert stage.eventually(expert, lambda: stage.views(expert)["stack"]["fov_mm"] != windowed["fov_mm"])
    zoomed = stage.views(expert)["stack"]
    # From 80 px apart to 160: twice as close.
    assert zoomed["fov_mm"][0] == pytest.approx(windowed["fov_mm"][0] / 2, rel=0.01)
    assert zoomed["window"] == windowed["window"]
    assert stage.show_the_same(expert, requester), stage.differences(expert, requester)


def test_two_fingers_zoom_while_a_length_is_measured_and_leave_none(
    server: Server, open_as: Callable[..., Window]
) -> None:
    case = stage.open_case(server, words="synthetique sans injection")
    expert = open_as(NEURORADIOLOGIST, size=(412, 915))
    stage.enter(expert, server, case.room_id)
    standing = expert.page.locator("[data-viewport=stack] .annotation")
    before = standing.count()
    expert.page.get_by_role("button", name="Mesurer et annoter").click()
    expert.page.locator("#measure-menu").get_by_role("button", name="Longueur", exact=True).click()
    fov = stage.views(expert)["stack"]["fov_mm"][0]
    touch(expert, [[(-40 - 8.0 * step, 0), (40 + 8.0 * step, 0)] for step in range(6)])
    assert stage.eventually(expert, lambda: stage.views(expert)["stack"]["fov_mm"][0] < fov / 1.9)
    # One finger first, which begins to draw, then another.
    first: list[Fingers] = [[(0, 60)], [(10, 60)], [(20, 60)]]
    touch(expert, [*first, *([(20 + 8.0 * step, 60), (-60 - 8.0 * step, 60)] for step in range(6))])
    assert standing.count() == before
    touch(expert, [[(-60, -60)], [(0, -60)], [(60, -60)]])
    assert stage.eventually(expert, lambda: standing.count() == before + 1)


def test_what_a_finger_covers_while_it_sets_a_point_is_enlarged(server: Server, open_as: Callable[..., Window]) -> None:
    case = stage.open_case(server, words="synthetique sans injection")
    expert = open_as(NEURORADIOLOGIST, size=(412, 915))
    stage.enter(expert, server, case.room_id)
    expert.page.get_by_role("button", name="Mesurer et annoter").click()
    expert.page.locator("#measure-menu").get_by_role("button", name="Longueur", exact=True).click()
    x, y, width, height = stage.box_of(expert, "stack")
    middle = (x + width / 2, y + height * 0.7)
    devtools = expert.context.new_cdp_session(expert.page)
    lens = expert.page.locator("[data-viewport=stack] .lens")

    def finger(kind: str, *right: int) -> None:
        points = [{"id": 0, "x": middle[0] + each, "y": middle[1]} for each in right]
        devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    finger("touchStart", 0)
    finger("touchMove", 20)
    finger("touchMove", 40)
    assert stage.eventually(expert, lambda: lens.count() == 1)
    # Above the finger, its middle over the place that the finger points at, once the last move has been drawn.
    assert stage.eventually(expert, lambda: abs(stage.middle_of(lens)[0] - (middle[0] + 40)) < 2), stage.middle_of(lens)
    assert stage.middle_of(lens)[1] < middle[1] - 60
    finger("touchEnd")
    assert stage.eventually(expert, lambda: lens.count() == 0)
    assert stage.eventually(expert, lambda: expert.page.locator("[data-viewport=stack] .annotation").count() > 0)
