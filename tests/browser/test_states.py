"""Every state in which somebody may be, as the others read it and as they read it themselves, in both languages."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.browser import stage
from tests.browser.stage import (
    EMERGENCY_DOCTOR,
    NAMES,
    NEURORADIOLOGIST,
    ONCOLOGIST,
    RADIOLOGIST,
    Case,
    Server,
    Window,
)
from tests.link import Shape

pytestmark = pytest.mark.browser

# Who leads and who looks on, in either language.
LANGUAGES = {NEURORADIOLOGIST: "fr", RADIOLOGIST: "en", EMERGENCY_DOCTOR: "fr", ONCOLOGIST: "en"}
SENTENCES = {language: stage.sentences(language) for language in ("fr", "en")}
# Slow enough for each step of the images' coming to be seen.
SLOW = Shape(mbit_s=0.8)


class Person:
    """Somebody at a window, who reads in their language."""

    def __init__(self, email: str, window: Window) -> None:
        self.email, self.window, self.language = email, window, LANGUAGES[email]

    def reads(self, key: str, *, at: Person | None = None, within_s: float = 20.0, **facts: str) -> bool:
        """Whether a sentence comes to stand on the screen, or at somebody's name, to be seen."""
        pattern = re.escape(SENTENCES[self.language][key])
        for name in re.findall(r"\\{(\w+)\\}", pattern):
            pattern = pattern.replace(rf"\{{{name}\}}", re.escape(facts[name]) if name in facts else r"\d+")
        place = self.window.page.locator("body" if at is None else ".person")
        if at is not None:
            place = place.filter(has_text=NAMES[at.email])
        found = place.get_by_text(re.compile(pattern))
        return stage.eventually(self.window, lambda: any(one.is_visible() for one in found.all()), timeout_s=within_s)

    def shot(self, name: str) -> None:
        """A picture for people to look at, when a folder for them is given."""
        folder = os.environ.get("SCREENSHOTS")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.window.page.screenshot(path=f"{folder}/{name}-{self.language}.png")

    def choose_language(self, server: Server, language: str) -> None:
        answer = self.window.context.request.post(
            f"{server.origin}/language", form={"chosen": language}, headers={"origin": server.origin}
        )
        assert answer.ok, answer.text()


@pytest.fixture
def people(server: Server, open_as: Callable[..., Window]) -> Iterator[list[Person]]:
    """The expert, who presents; the requester; and two guests. Everybody's language is French again afterwards."""
    case: Case = stage.open_case(server, words="synthetique sans injection", also=[EMERGENCY_DOCTOR, ONCOLOGIST])
    there = [Person(email, open_as(email, size=(1280, 800))) for email in LANGUAGES]
    for one in there:
        one.choose_language(server, one.language)
        stage.enter(one.window, server, case.room_id)
    yield there
    for one in there:
        one.window.link.shape = Shape()
        one.window.link.mend()
        one.choose_language(server, "fr")
        # The browser itself reports what the cut wire broke.
        one.window.errors.clear()


def test_every_state_of_a_participant_is_said_in_both_languages(people: list[Person]) -> None:
    expert, requester, *guests = people
    lookers = (expert, requester)
    for guest in guests:
        for one in lookers:
            assert one.reads("room.seen.same", at=guest)
    for one in people:
        assert one.reads("room.control.presents", at=expert)
    assert expert.reads("room.with_you", count="3", of="3")
    for one in people:
        one.shot("same")

    for guest in guests:
        stage.scroll(guest.window, "stack", 3)
        assert guest.reads("room.walk", name=NAMES[expert.email])
        for one in lookers:
            assert one.reads("room.seen.elsewhere", at=guest)
            assert one.reads("room.seen.alone", at=guest)
    expert.window.page.keyboard.press("Shift+F")
    for guest in guests:
        assert guest.reads("room.walk.called", name=NAMES[expert.email])
        guest.shot("called")
    for one in lookers:
        one.shot("elsewhere")
    for guest in guests:
        guest.window.page.keyboard.press("f")
        assert expert.reads("room.seen.same", at=guest)

    for guest in guests:
        guest.window.page.keyboard.press("Shift+H")
        guest.window.page.get_by_role("button", name=SENTENCES[guest.language]["room.control.ask"]).click()
        assert guest.reads("room.control.asked_already")
        assert expert.reads("room.control.asked", name=NAMES[guest.email])
        assert requester.reads("room.control.asks", at=guest)
    for one in lookers:
        assert one.reads("room.hands", count="2")
        one.shot("asked-and-hands")


def test_what_is_lost_and_what_is_on_its_way_is_said_in_both_languages(people: list[Person]) -> None:
    expert, requester, *guests = people
    lookers = (expert, requester)
    for guest in guests:
        guest.window.link.cut()
    for guest in guests:
        assert guest.reads("room.frozen", within_s=30)
        assert guest.reads("room.frozen.says")
        for one in lookers:
            assert one.reads("room.seen.lost_since", at=guest, within_s=30)
        guest.shot("frozen")
    for one in lookers:
        one.shot("lost")

    for guest in guests:
        guest.window.link.mend()
        for one in lookers:
            assert one.reads("room.seen.same", at=guest, within_s=40)
        guest.window.link.shape = SLOW
        guest.window.page.reload(wait_until="commit")
        assert expert.reads("room.seen.loading", at=guest)
        assert requester.reads("room.seen.loading", at=guest)
        for one in lookers:
            one.shot("loading")
        # The image that is looked at comes first, then a preview of all the others.
        assert expert.reads("room.seen.same", at=guest, within_s=60)
        stage.scroll(expert.window, "stack", 5)
        assert expert.reads("room.seen.coarse", at=guest)
        assert requester.reads("room.seen.coarse", at=guest)
        for one in lookers:
            one.shot("coarse")
        guest.shot("coarse-own")
        guest.window.link.shape = Shape()

    stage.scroll(requester.window, "stack", 2)
    assert requester.reads("room.walk", name=NAMES[expert.email])
    for one in lookers:
        one.window.link.cut()
    assert expert.reads("room.lost.presenter", within_s=30)
    assert requester.reads("room.lost.walking", within_s=30)
    for one in lookers:
        one.shot("lost-own")
