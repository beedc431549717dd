"""Two windows of different shape show the same image of the same study, whatever is done and whatever breaks."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from tests.browser import stage
from tests.browser.stage import EMERGENCY_DOCTOR, NEURORADIOLOGIST, RADIOLOGIST, Case, Server, Window

pytestmark = pytest.mark.browser

WIDE, TALL, SMALL = (1600, 900), (1000, 1100), (1280, 720)
SYNTHETIC, REAL = "synthetique sans injection", "trauma plain head"


@pytest.fixture(params=[SYNTHETIC, REAL], ids=["made", "real"])
def case(request: pytest.FixtureRequest, server: Server) -> Case:
    if request.param == REAL:
        request.getfixturevalue("real_data")
    return stage.open_case(server, words=request.param, also=[EMERGENCY_DOCTOR])


@pytest.fixture
def meeting(case: Case, server: Server, open_as: Callable[..., Window]) -> tuple[Window, Window]:
    """The expert, who presents, and the requester, who follows."""
    expert, requester = open_as(NEURORADIOLOGIST, size=WIDE), open_as(RADIOLOGIST, size=TALL)
    stage.enter(expert, server, case.room_id)
    stage.enter(requester, server, case.room_id)
    assert stage.show_the_same(expert, requester), stage.differences(expert, requester)
    return expert, requester


def is_presenter(window: Window, name: str) -> bool:
    people = window.page.evaluate("window.consilium.participants()")
    return any(person["name"] == name and person["presenter"] for person in people)


def test_scroll_window_pan_and_zoom_are_followed(meeting: tuple[Window, Window]) -> None:
    expert, requester = meeting
    before = stage.views(expert)["stack"]
    stage.scroll(expert, "stack", 2)
    assert stage.eventually(
        expert, lambda: stage.views(expert)["stack"]["sop_instance_uid"] != before["sop_instance_uid"]
    )
    assert stage.show_the_same(expert, requester), stage.differences(expert, requester)

    stage.drag(expert, "stack", (80, 30))
    assert stage.eventually(expert, lambda: stage.views(expert)["stack"]["window"] != before["window"])
    assert stage.show_the_same(expert, requester), stage.differences(expert, requester)

    stage.drag(expert, "stack", (60, -40), button="middle")
    assert stage.eventually(
        expert,
        lambda: math.dist(stage.views(expert)["stack"]["point_world_mm"], before["point_world_mm"]) > 5,
    )
    assert stage.show_the_same(expert, requester), stage.differences(expert, requester)

    wide = stage.views(expert)["stack"]["fov_mm"]
    stage.drag(expert, "stack", (0, -80), button="right")
    assert stage.eventually(expert, lambda: stage.views(expert)["stack"]["fov_mm"] != wide)
    assert stage.show_the_same(expert, requester), stage.differences(expert, requester)
    # Whatever the shape of the screen, the follower sees at least what the presenter sees.
    assert stage.eventually(
        expert,
        lambda: all(
            theirs >= mine - 0.5
            for mine, theirs in zip(
                stage.views(expert)["stack"]["fov_mm"], stage.views(requester)["stack"]["fov_mm"], strict=True
            )
        ),
    )


def test_a_presenter_s_second_window_shows_what_the_first_does(
    case: Case, meeting: tuple[Window, Window], server: Server, open_as: Callable[..., Window]
) -> None:
    expert, requester = meeting
    beside = open_as(NEURORADIOLOGIST, size=SMALL)
    stage.enter(beside, server, case.room_id)
    assert stage.show_the_same(beside, expert), stage.differences(beside, expert)
    for hand, notches in ((beside, 3), (expert, -2), (beside, 1)):
        before = stage.views(hand)["stack"]["sop_instance_uid"]
        stage.scroll(hand, "stack", notches)
        assert stage.eventually(hand, lambda: stage.views(hand)["stack"]["sop_instance_uid"] != before)  # noqa: B023
        for window in (expert, beside, requester):
            assert stage.show_the_same(hand, window), stage.differences(hand, window)
    # One that was away takes nobody back to what it showed before.
    expert.link.cut()
    stage.scroll(beside, "stack", 4)
    assert stage.show_the_same(beside, requester), stage.differences(beside, requester)
    shown = stage.views(beside)["stack"]["sop_instance_uid"]
    assert stage.views(expert)["stack"]["sop_instance_uid"] != shown
    expert.link.mend()
    assert stage.show_the_same(beside, expert, timeout_s=40), stage.differences(beside, expert)
    assert stage.views(beside)["stack"]["sop_instance_uid"] == shown
    assert stage.show_the_same(beside, requester), stage.differences(beside, requester)
    expert.errors.clear()  # the browser itself reports what the cut wire broke


def test_three_planes_are_followed(meeting: tuple[Window, Window]) -> None:
    expert, requester = meeting
    expert.page.keyboard.press("l")
    assert stage.eventually(expert, lambda: {"axial", "coronal", "sagittal"} <= stage.views(expert).keys())
    assert stage.show_the_same(expert, requester), stage.differences(expert, requester)
    before = stage.views(expert)["coronal"]["point_world_mm"]
    stage.scroll(expert, "coronal", 5)
    assert stage.eventually(expert, lambda: math.dist(stage.views(expert)["coronal"]["point_world_mm"], before) > 0.4)
    assert stage.show_the_same(expert, requester), stage.differences(expert, requester)


def test_the_baton_goes_from_hand_to_hand_and_is_taken_back(meeting: tuple[Window, Window]) -> None:
    expert, requester = meeting
    requester.page.get_by_role("button", name="Demander à présenter").click()
    expert.page.get_by_role("button", name="Laisser présenter", exact=True).first.click()
    assert stage.eventually(requester, lambda: is_presenter(requester, "Dr Claire Aubry"))
    before = stage.views(requester)["stack"]["sop_instance_uid"]
    stage.scroll(requester, "stack", 1)
    assert stage.eventually(requester, lambda: stage.views(requester)["stack"]["sop_instance_uid"] != before)
    assert stage.show_the_same(requester, expert), stage.differences(requester, expert)
    expert.page.get_by_role("button", name="Présenter", exact=True).click()
    assert stage.eventually(expert, lambda: is_presenter(expert, "Dr Hélène Marchetti"))
    stage.scroll(expert, "stack", -1)
    assert stage.show_the_same(expert, requester), stage.differences(expert, requester)


def test_walking_freely_is_said_and_rejoining_is_one_key(meeting: tuple[Window, Window]) -> None:
    expert, requester = meeting
    stage.scroll(requester, "stack", 1)
    assert stage.eventually(requester, lambda: stage.differences(expert, requester) != [])
    requester.page.get_by_text("Vous naviguez librement").wait_for()
    assert stage.eventually(
        expert,
        lambda: any(
            person["name"] == "Dr Claire Aubry" and person["state"] == "elsewhere"
            for person in expert.page.evaluate("window.consilium.participants()")
        ),
    )
    requester.page.keyboard.press("f")
    assert stage.show_the_same(expert, requester), stage.differences(expert, requester)


def test_a_late_joiner_and_a_reload_land_on_the_same_view(
    meeting: tuple[Window, Window], case: Case, server: Server, open_as: Callable[..., Window]
) -> None:
    expert, requester = meeting
    stage.scroll(expert, "stack", 2)
    stage.drag(expert, "stack", (-50, 20))
    assert stage.show_the_same(expert, requester), stage.differences(expert, requester)
    late = open_as(EMERGENCY_DOCTOR, size=SMALL)
    stage.enter(late, server, case.room_id)
    assert stage.show_the_same(expert, late), stage.differences(expert, late)
    stage.enter(requester, server, case.room_id)
    assert stage.show_the_same(expert, requester), stage.differences(expert, requester)


def test_ten_seconds_without_network_are_covered_then_caught_up(meeting: tuple[Window, Window]) -> None:
    expert, requester = meeting
    requester.link.cut()
    requester.page.get_by_text("Vue figée depuis").wait_for(timeout=30_000)
    before = stage.views(expert)["stack"]["sop_instance_uid"]
    stage.scroll(expert, "stack", 1)
    assert stage.eventually(expert, lambda: stage.views(expert)["stack"]["sop_instance_uid"] != before)
    assert stage.differences(expert, requester) != []
    assert stage.eventually(
        expert,
        lambda: any(
            person["name"] == "Dr Claire Aubry" and person["state"] == "lost"
            for person in expert.page.evaluate("window.consilium.participants()")
        ),
        timeout_s=40,
    )
    requester.link.mend()
    assert stage.show_the_same(expert, requester, timeout_s=40), stage.differences(expert, requester)
    assert requester.page.get_by_text("Vue figée depuis").is_hidden()
    requester.errors.clear()  # the browser itself reports what the cut wire broke


def test_a_pointer_lands_on_the_same_anatomy_in_another_plane(meeting: tuple[Window, Window]) -> None:
    expert, requester = meeting
    # The requester looks at three planes on their own; the expert points on the acquired slice.
    requester.page.keyboard.press("l")
    assert stage.eventually(requester, lambda: "coronal" in stage.views(requester))
    x, y, width, height = stage.box_of(expert, "stack")
    expert.page.mouse.move(x + 0.4 * width, y + 0.55 * height, steps=3)
    shown = stage.views(expert)["stack"]
    # Axial: up is anterior (-y), the screen's right is the patient's left (+x). PS3.3 C.7.6.2.1.1.
    mm_per_px = shown["fov_mm"][0] / width
    centre = shown["point_world_mm"]
    pointed = (
        centre[0] + (0.4 - 0.5) * width * mm_per_px,
        centre[1] + (0.55 - 0.5) * height * mm_per_px,
        centre[2],
    )
    there = stage.views(requester)["coronal"]
    _, _, their_width, their_height = stage.box_of(requester, "coronal")
    their_mm_per_px = there["fov_mm"][0] / their_width
    expected = (
        their_width / 2 + (pointed[0] - there["point_world_mm"][0]) / their_mm_per_px,
        # Coronal: up is the head (+z).
        their_height / 2 - (pointed[2] - there["point_world_mm"][2]) / their_mm_per_px,
    )
    drawn = requester.page.locator("[data-viewport=coronal] .pointer")
    drawn.first.wait_for(state="attached")

    def lands() -> bool:
        transform = drawn.first.get_attribute("transform") or ""
        found = [float(part) for part in transform.removeprefix("translate(").removesuffix(")").split()]
        return len(found) == 2 and math.dist(found, expected) < 2

    assert stage.eventually(requester, lands), (drawn.first.get_attribute("transform"), expected)


def test_the_check_itself_tells_two_different_views_apart(meeting: tuple[Window, Window]) -> None:
    """Negative control: a follower who does not follow is found out."""
    expert, requester = meeting
    stage.scroll(requester, "stack", 2)
    assert stage.eventually(requester, lambda: stage.differences(expert, requester) != [])
    stage.scroll(expert, "stack", -2)
    assert not stage.show_the_same(expert, requester, timeout_s=3)
