"""Several panes in one room: priors side by side, linked scrolling, and what a small screen says of them."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from tests.browser import stage
from tests.browser.stage import EMERGENCY_DOCTOR, NEURORADIOLOGIST, RADIOLOGIST, Case, Server, Window

pytestmark = pytest.mark.browser

CT, PRIOR, MR = "synthetique sans injection", "SYN-CT-0000", "SYN-MR-0003"
TWO_BY_TWO = {"stack", "2:stack", "3:stack", "4:stack"}


@pytest.fixture
def case(server: Server) -> Case:
    return stage.open_case(server, words=CT, also=[EMERGENCY_DOCTOR], beside=[PRIOR, MR])


@pytest.fixture
def meeting(case: Case, server: Server, open_as: Callable[..., Window]) -> tuple[Window, Window]:
    """The expert, who presents, and the requester, who follows."""
    expert, requester = open_as(NEURORADIOLOGIST, size=(1600, 900)), open_as(RADIOLOGIST, size=(1000, 1100))
    stage.enter(expert, server, case.room_id)
    stage.enter(requester, server, case.room_id)
    # Hung by the stroke's rule: head CT, diffusion, FLAIR.
    assert stage.eventually(requester, lambda: stage.views(requester).keys() == {"stack", "2:stack", "3:stack"})
    assert stage.show_the_same(expert, requester), stage.differences(expert, requester)
    arrange(expert, 1, 1)
    assert stage.eventually(requester, lambda: stage.views(requester).keys() == {"stack"})
    return expert, requester


def arrange(window: Window, rows: int, columns: int) -> None:
    window.page.locator("[popovertarget=arrangement]").click()
    window.page.locator(".picker .square").nth(3 * (rows - 1) + columns - 1).click()


def card(window: Window, name: str) -> None:
    window.page.locator(".series-card", has_text=name).first.click()


def activate(window: Window, pane: int) -> None:
    window.page.locator(f".pane[data-pane='{pane}'] .pane-head").click(position={"x": 20, "y": 8})


def fill(window: Window, pane: int, name: str) -> None:
    activate_empty = window.page.locator(f".pane[data-pane='{pane}'] .pane-empty")
    (activate_empty.click if activate_empty.is_visible() else lambda: activate(window, pane))()
    card(window, name)
    shown = f"{pane}:stack"
    assert stage.eventually(window, lambda: shown in stage.views(window)), stage.views(window).keys()


def two_by_two(expert: Window) -> None:
    """The CT, its prior, and both MR series."""
    arrange(expert, 2, 2)
    fill(expert, 2, "CRÂNE 2.5 mm")
    fill(expert, 3, "AX DIFFUSION")
    fill(expert, 4, "SAG")


def state_of(window: Window, name: str) -> str:
    people = window.page.evaluate("window.consilium.participants()")
    return next(person["state"] for person in people if person["name"] == name)


def point(window: Window, name: str) -> list[float]:
    return stage.views(window)[name]["point_world_mm"]


def test_a_prior_stands_beside_the_case_on_both_screens_and_is_marked(meeting: tuple[Window, Window]) -> None:
    expert, requester = meeting
    two_by_two(expert)
    assert stage.eventually(requester, lambda: stage.views(requester).keys() == TWO_BY_TWO), stage.views(requester)
    assert stage.show_the_same(expert, requester), stage.differences(expert, requester)
    for window in meeting:
        marked = window.page.locator(".pane:has(.pane-prior):visible")
        assert stage.eventually(window, lambda marked=marked: marked.count() == 1)
        assert marked.get_attribute("data-pane") == "2"
    assert stage.eventually(requester, lambda: state_of(requester, stage.NAMES[RADIOLOGIST]) == "same", timeout_s=60)

    # Whoever reloads, and whoever comes late, finds the same grid.
    requester.page.reload()
    assert stage.show_the_same(expert, requester, timeout_s=60), stage.differences(expert, requester)

    # What was closed comes back with one step.
    expert.page.locator(".pane[data-pane='2'] .pane-close").click()
    assert stage.eventually(requester, lambda: "2:stack" not in stage.views(requester))
    expert.page.keyboard.press("u")
    assert stage.eventually(requester, lambda: "2:stack" in stage.views(requester))
    assert stage.show_the_same(expert, requester), stage.differences(expert, requester)


def cuts_of(window: Window, pane: int) -> list[list[float]]:
    """Where other panes' planes cross one, as x1, y1, x2, y2."""
    return window.page.evaluate(
        """pane => [...document.querySelectorAll(`.pane[data-pane="${pane}"] [data-viewport=stack] line.cut`)]
        .map(line => ['x1', 'y1', 'x2', 'y2'].map(name => Number(line.getAttribute(name))))""",
        pane,
    )


def test_the_slice_of_another_pane_is_a_line_where_it_cuts_this_one(meeting: tuple[Window, Window]) -> None:
    expert, requester = meeting
    card(expert, "AX FLAIR")
    arrange(expert, 1, 2)
    fill(expert, 2, "SAG")
    assert stage.eventually(requester, lambda: stage.views(requester).keys() == {"stack", "2:stack"})
    for steps in (4, -9):
        stage.scroll(expert, "2:stack", steps)
        assert stage.show_the_same(expert, requester), stage.differences(expert, requester)
        for window in meeting:
            axial, sagittal = stage.views(window)["stack"], stage.views(window)["2:stack"]
            _, _, width, height = stage.box_of(window, "stack")
            # From the middle to the right until the other plane is met; the head lies a little askew.
            away = np.subtract(sagittal["point_world_mm"], axial["point_world_mm"]) @ sagittal["normal"]
            to_right_mm = away / (np.cross(axial["up"], axial["normal"]) @ sagittal["normal"])
            assert stage.eventually(window, lambda: len(cuts_of(window, 1)) == 1)  # noqa: B023
            ((x1, y1, x2, y2),) = cuts_of(window, 1)
            found_px = x1 + (x2 - x1) * (height / 2 - y1) / (y2 - y1)
            assert found_px == pytest.approx(width / 2 + to_right_mm * width / axial["fov_mm"][0], abs=1)
            assert abs(y1 - y2) > height, "it does not reach across"
            # It is the slice of the pane worked in that the others show.
            assert cuts_of(window, 2) == []


def test_scrolling_moves_linked_panes_by_position_and_studies_apart_only_by_hand(
    meeting: tuple[Window, Window],
) -> None:
    expert, requester = meeting
    arrange(expert, 1, 2)
    fill(expert, 2, "CRÂNE 2.5 mm")
    expert.page.keyboard.press("j")
    before = point(expert, "2:stack")
    stage.scroll(expert, "stack", 10)
    # Another frame of reference: nothing may move by itself.
    assert stage.eventually(expert, lambda: stage.show_the_same(expert, requester))
    assert point(expert, "2:stack") == before

    activate(expert, 1)
    expert.page.locator("[popovertarget=arrangement]").click()
    expert.page.locator("#arrangement button", has_text="coupes sont les mêmes").click()
    expert.page.keyboard.press("Escape")
    by_whom = f"Recalage manuel par {stage.NAMES[NEURORADIOLOGIST]}"
    for window in meeting:
        notes = window.page.locator(".pane-note:visible", has_text=by_whom)
        assert stage.eventually(window, lambda notes=notes: notes.count() == 2)
    apart = point(expert, "2:stack")[2] - point(expert, "stack")[2]
    stage.scroll(expert, "stack", -10)
    # 10 mm in steps of 2.5: never farther from the linked place than half a step of the prior.
    assert stage.eventually(expert, lambda: math.dist(point(expert, "2:stack"), before) > 1)
    assert abs(point(expert, "2:stack")[2] - point(expert, "stack")[2] - apart) <= 1.25 + 1e-6
    assert stage.show_the_same(expert, requester), stage.differences(expert, requester)


def test_a_phone_stacks_the_panes_and_says_what_it_cannot_show(
    case: Case, server: Server, open_as: Callable[..., Window]
) -> None:
    expert, phone = open_as(NEURORADIOLOGIST, size=(1600, 900)), open_as(EMERGENCY_DOCTOR, size=(390, 780))
    stage.enter(expert, server, case.room_id)
    stage.enter(phone, server, case.room_id)
    arrange(expert, 1, 1)
    two_by_two(expert)
    assert stage.show_the_same(expert, phone, timeout_s=60), stage.differences(expert, phone)
    assert phone.page.locator(".pane:visible").count() == 4
    assert phone.page.locator(".panes-missing:visible").count() == 0
    arrange(expert, 3, 3)
    fill(expert, 9, "CRÂNE 2.5 mm")
    assert stage.eventually(phone, lambda: "9:stack" in stage.views(phone))
    hidden = 9 - phone.page.locator(".pane:visible").count()
    missing = phone.page.locator(".panes-missing:visible")
    name = stage.NAMES[EMERGENCY_DOCTOR]
    if hidden:
        assert str(hidden) in (missing.text_content() or "")
        assert stage.eventually(phone, lambda: state_of(phone, name) == "elsewhere")
    else:
        assert stage.eventually(phone, lambda: state_of(phone, name) == "same", timeout_s=60)
