"""The room in the hand: every act within reach of finger and keyboard, and most of the screen for the image."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser import stage
from tests.browser.stage import NEURORADIOLOGIST, Server, Window

pytestmark = pytest.mark.browser


def test_a_phone_shows_the_main_acts_and_keeps_the_others_under_more(
    server: Server, open_as: Callable[..., Window]
) -> None:
    case = stage.open_case(server, words="synthetique sans injection")
    window = open_as(NEURORADIOLOGIST, size=(390, 844))
    stage.enter(window, server, case.room_id)
    page = window.page
    width = page.locator(".toolbar").evaluate("bar => [bar.scrollWidth, bar.clientWidth]")
    assert width[0] <= width[1]
    menu = page.locator("#more-tools")
    assert not menu.is_visible()

    page.locator(".toolbar .more").focus()
    page.keyboard.press("Enter")
    assert menu.is_visible()
    invert = menu.locator("[aria-keyshortcuts=I]")
    for _ in range(30):
        page.keyboard.press("Tab")
        if invert.evaluate("button => button === document.activeElement"):
            break
    page.keyboard.press("Enter")
    assert not menu.is_visible()
    page.locator(".toolbar .more").click()
    assert stage.eventually(window, lambda: invert.get_attribute("aria-pressed") == "true")

    groups = "nodes => nodes.map(node => node.dataset.group)"
    in_bar = page.locator(".toolbar [data-group]").evaluate_all(groups)
    in_menu = menu.locator("[data-group]").evaluate_all(groups)
    assert in_bar[:3] == ["window", "layout", "measure"]
    assert len(in_bar + in_menu) == len(set(in_bar + in_menu)) >= 12


@pytest.mark.parametrize(("size", "share"), [((390, 844), 0.3), ((844, 390), 0.5), ((820, 1180), 0.45)])
def test_the_image_has_its_part_of_the_screen_and_more_with_the_rest_folded(
    server: Server, open_as: Callable[..., Window], size: tuple[int, int], share: float
) -> None:
    case = stage.open_case(server, words="synthetique sans injection")
    window = open_as(NEURORADIOLOGIST, size=size)
    stage.enter(window, server, case.room_id)
    _, _, width, height = stage.box_of(window, "stack")
    assert height > share * size[1]

    window.page.locator(".phone-tabs [aria-expanded=true]").click()
    _, _, wide, high = stage.box_of(window, "stack")
    assert wide * high > 1.3 * width * height
    assert window.page.locator(".side").is_visible() is False


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)], ids=["desk", "phone"])
def test_no_screen_is_for_primary_diagnosis_until_its_user_declares_it_so(
    server: Server, open_as: Callable[..., Window], size: tuple[int, int]
) -> None:
    case = stage.open_case(server, words="synthetique sans injection")
    window = open_as(NEURORADIOLOGIST, size=size)
    stage.enter(window, server, case.room_id)
    notice, declared = window.page.locator(".diagnosis .not-primary"), window.page.locator(".diagnosis .declared")
    assert notice.is_visible()
    assert notice.inner_text() == "NON DESTINÉ AU DIAGNOSTIC PRIMAIRE"
    notice.click()
    window.page.get_by_role("button", name="Je lis sur un écran de diagnostic étalonné").click()
    assert stage.eventually(window, lambda: declared.is_visible() and not notice.is_visible())
    window.page.reload()
    stage.enter(window, server, case.room_id)
    assert declared.is_visible()
    declared.click()
    window.page.get_by_role("button", name="Retirer la déclaration").click()
    assert stage.eventually(window, notice.is_visible)

    other = open_as(NEURORADIOLOGIST, size=size)
    stage.enter(other, server, case.room_id)
    assert other.page.locator(".diagnosis .not-primary").is_visible(), "another machine was declared by nobody"
