"""People around one image: hands raised in their order, and everybody asked to follow again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser import stage
from tests.browser.contrast import faint_words
from tests.browser.stage import EMERGENCY_DOCTOR, NEURORADIOLOGIST, Case, Server, Window

pytestmark = pytest.mark.browser


@pytest.fixture
def case(server: Server) -> Case:
    return stage.open_case(server, words="synthetique sans injection", also=[EMERGENCY_DOCTOR])


def words(window: Window, where: str) -> list[str]:
    return window.page.locator(where).all_inner_texts()


def test_hands_are_heard_in_turn_and_who_walks_is_asked_to_come_back(
    case: Case, server: Server, open_as: Callable[..., Window]
) -> None:
    expert, guest = open_as(NEURORADIOLOGIST, size=(1400, 900)), open_as(EMERGENCY_DOCTOR, size=(1280, 800))
    for one in (expert, guest):
        stage.enter(one, server, case.room_id)
    assert stage.show_the_same(expert, guest), stage.differences(expert, guest)

    guest.page.keyboard.press("Shift+H")
    assert stage.eventually(expert, lambda: len(words(expert, ".hands li")) == 1)
    assert stage.eventually(guest, lambda: len(words(guest, ".hands li")) == 1)
    # Who waits takes their own hand down and raises it again.
    guest.page.keyboard.press("Shift+H")
    assert stage.eventually(expert, lambda: words(expert, ".hands li") == [])
    guest.page.keyboard.press("Shift+H")
    assert stage.eventually(expert, lambda: len(words(expert, ".hands li")) == 1)
    # However often it went up, it is told once.
    assert len(words(expert, ".toast:has-text('lève la main')")) <= 1
    assert not faint_words(expert) + faint_words(guest)
    # Whoever answers for the case hears hands without presenting, on a phone by a dot.
    expert.page.keyboard.press("b")
    assert stage.eventually(
        expert, lambda: expert.page.get_by_role("button", name="Présenter", exact=True).is_visible()
    )
    expert.page.set_viewport_size({"width": 412, "height": 840})
    assert stage.eventually(expert, expert.page.locator(".phone-tabs .attention").is_visible)
    assert not faint_words(expert)
    expert.page.set_viewport_size({"width": 1400, "height": 900})
    expert.page.keyboard.press("b")
    assert stage.eventually(expert, expert.page.locator(".with-me").is_visible)
    expert.page.locator(".hands li button").nth(1).click()
    assert stage.eventually(guest, lambda: words(guest, ".hands li") == [])

    stage.scroll(guest, "stack", 3)
    gather = expert.page.locator(".with-me button")
    assert stage.eventually(expert, gather.is_visible)
    before = stage.views(guest)["stack"]["sop_instance_uid"]
    gather.click()
    asked = guest.page.locator(".bar.warn[role=alert]")
    assert stage.eventually(guest, asked.is_visible)
    assert stage.views(guest)["stack"]["sop_instance_uid"] == before
    assert not faint_words(expert) + faint_words(guest)
    asked.locator("button").nth(1).click()
    assert stage.eventually(guest, lambda: not asked.is_visible())
    assert stage.views(guest)["stack"]["sop_instance_uid"] == before
    gather.click()
    assert stage.eventually(guest, asked.is_visible)
    asked.locator("button").nth(0).click()
    assert stage.show_the_same(expert, guest), stage.differences(expert, guest)
    assert stage.eventually(expert, lambda: not gather.is_visible())


def test_r44_a_window_of_ones_own_keeps_the_slice_with_the_presenter(
    case: Case, server: Server, open_as: Callable[..., Window]
) -> None:
    expert, guest = open_as(NEURORADIOLOGIST, size=(1400, 900)), open_as(EMERGENCY_DOCTOR, size=(1280, 800))
    for one in (expert, guest):
        stage.enter(one, server, case.room_id)
    assert stage.show_the_same(expert, guest), stage.differences(expert, guest)
    counted = expert.page.locator(".with-me [role=status]")
    assert stage.eventually(
        expert, lambda: "1" in counted.inner_text() and "ok" in (counted.get_attribute("class") or "")
    )

    guest.page.keyboard.press("4")
    own = [stage.views(guest)["stack"]["window"]]
    told = expert.page.locator(".people .chip.warn")
    assert stage.eventually(expert, lambda: any("fenêtrage propre" in one for one in told.all_inner_texts()))
    assert "warn" in (counted.get_attribute("class") or "")
    # The presenter's next slice comes, and leaves the window as it is.
    stage.scroll(expert, "stack", 4)
    image = stage.eventually(
        guest,
        lambda: stage.views(guest)["stack"]["sop_instance_uid"] == stage.views(expert)["stack"]["sop_instance_uid"],
    )
    assert image, stage.differences(expert, guest)
    assert [stage.views(guest)["stack"]["window"]] == own != [stage.views(expert)["stack"]["window"]]
    assert stage.eventually(expert, lambda: any("même coupe" in one for one in told.all_inner_texts()))
    assert guest.page.locator(".follow-choice input:not(:checked)").count() == 1

    assert not faint_words(expert) + faint_words(guest)
    guest.page.keyboard.press("f")
    assert stage.show_the_same(expert, guest), stage.differences(expert, guest)
    assert stage.eventually(expert, lambda: "ok" in (counted.get_attribute("class") or ""))
    assert guest.errors == expert.errors == []


def test_r45_a_view_goes_with_a_line_of_chat_and_by_its_address(
    case: Case, server: Server, open_as: Callable[..., Window]
) -> None:
    expert, guest = open_as(NEURORADIOLOGIST, size=(1400, 900)), open_as(EMERGENCY_DOCTOR, size=(1280, 800))
    for one in (expert, guest):
        stage.enter(one, server, case.room_id)
    assert stage.show_the_same(expert, guest), stage.differences(expert, guest)

    def image(window: Window) -> str:
        return stage.views(window)["stack"]["sop_instance_uid"]

    # The guest says something about a slice of their own, which the expert then sees for all.
    stage.scroll(guest, "stack", 5)
    assert stage.eventually(guest, lambda: image(guest) != image(expert))
    spoken_of = image(guest)
    guest.page.locator("#panel-chat button").click()
    guest.page.locator(".chat-line button[aria-pressed]").click()
    guest.page.locator(".chat-line input").fill("Et ici ?")
    guest.page.keyboard.press("Enter")
    expert.page.locator("#panel-chat button").click()
    shown = expert.page.locator(".shown-view button").first
    assert stage.eventually(expert, shown.is_visible)
    assert "coupe" in shown.inner_text()
    shown.click()
    assert stage.eventually(expert, lambda: image(expert) == spoken_of)
    guest.page.keyboard.press("Escape")
    guest.page.locator(".bar .primary").click()
    assert stage.show_the_same(expert, guest), stage.differences(expert, guest)

    # An address of that view brings a member to it, walking freely; F follows the presenter again.
    expert.page.locator(".shown-view button.tool").click()
    address = expert.page.locator("dialog.view-link input").input_value()
    assert address.startswith(f"{server.origin}/rooms/{case.room_id}#view=")
    assert "2.25" not in address
    assert not faint_words(expert)
    expert.page.keyboard.press("Escape")
    stage.scroll(expert, "stack", -8)
    assert stage.eventually(guest, lambda: image(guest) == image(expert) != spoken_of)
    guest.page.goto("about:blank")
    # Also by way of the login, which keeps what the address says.
    guest.context.clear_cookies()
    guest.page.goto(address)
    guest.page.fill("input[name=email]", EMERGENCY_DOCTOR)
    guest.page.fill("input[name=password]", stage.PASSWORD)
    guest.page.locator("form[action^='/login'] button").click()
    bar = guest.page.locator(".bar.walk")
    assert stage.eventually(guest, bar.is_visible, timeout_s=60)
    assert stage.eventually(guest, lambda: image(guest) == spoken_of)
    assert "lien" in bar.inner_text()
    assert not faint_words(guest)
    assert "#" not in guest.page.url
    guest.page.keyboard.press("f")
    assert stage.show_the_same(expert, guest), stage.differences(expert, guest)
    assert guest.errors == expert.errors == []
