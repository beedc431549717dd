"""Some windows in one room, people who do whatever comes to their minds, and bad luck: in the end all is the same.

`ROOM_WALKS=50` tries as many seeds from `ROOM_SEED` on, `ROOM_WINDOWS=6` up to as many windows, `ROOM_STEPS=200` goes
on for longer. A walk that fails prints what was done.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import closing
from random import Random

import pytest

from collab.kit.database import Database
from collab.rooms.fold import fold
from collab.rooms.protocol import KeyViewAdded, RoomState, Said
from tests.browser import stage
from tests.browser.stage import (
    EMERGENCY_DOCTOR,
    NAMES,
    NEURORADIOLOGIST,
    NEUROSURGEON,
    ONCOLOGIST,
    RADIOLOGIST,
    Server,
    Window,
)
from tests.browser.walking import Walker
from tests.browser.wiretap import Wiretap
from tests.collab.faults.checking import violations
from tests.collab.faults.history import Written
from tests.collab.faults.region import read_journal

pytestmark = pytest.mark.browser

# The requester has a second window: two of one person are two in the room.
PEOPLE = (NEURORADIOLOGIST, RADIOLOGIST, EMERGENCY_DOCTOR, NEUROSURGEON, ONCOLOGIST, RADIOLOGIST)
SIZES = ((1600, 900), (1280, 1000), (1280, 720))
FIRST = int(os.environ.get("ROOM_SEED", "1"))
SEEDS = range(FIRST, FIRST + int(os.environ.get("ROOM_WALKS", "1")))
WINDOWS = int(os.environ.get("ROOM_WINDOWS", "3"))
STEPS = int(os.environ.get("ROOM_STEPS", "40"))
# Not a speed: a browser that was cut off tries again after some seconds.
SETTLED_S = 60.0


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_people_do_and_whatever_befalls_them_all_come_to_the_same(
    server: Server, open_as: Callable[..., Window], seed: int
) -> None:
    case = stage.open_case(
        server, words="synthetique sans injection", also=[EMERGENCY_DOCTOR, NEUROSURGEON, ONCOLOGIST]
    )
    wire, walkers = Wiretap(), list[Walker]()
    for number, email in enumerate(PEOPLE[:WINDOWS]):
        window = open_as(email, size=SIZES[number % len(SIZES)])
        wire.listen(window.page)
        stage.enter(window, server, case.room_id)
        devtools = window.context.new_cdp_session(window.page)
        chance = Random(seed * 100 + number)
        walkers.append(Walker(name=f"{number} {NAMES[email]}", window=window, chance=chance, devtools=devtools))
    walk(walkers, Random(seed))
    journal = settle(walkers, server, case.room_id)
    assert violations(wire.events, journal) == []
    state = fold(one.fact for one in journal).snapshot()
    said = [one.fact.done.text for one in journal if isinstance(one.fact.done, Said)]
    assert sorted(said) == sorted(line for one in walkers for line in one.said), "each line once"
    kept = [one.fact.done.caption for one in journal if isinstance(one.fact.done, KeyViewAdded)]
    assert sorted(kept) == sorted(each for one in walkers for each in one.captions), "each key view once"
    for one in walkers:
        assert_shown(one.window, state, said)
    meet(walkers)


def walk(walkers: Sequence[Walker], chance: Random) -> None:
    for step in range(STEPS):
        awake = [one for one in walkers if not one.is_frozen]
        if awake:
            one = chance.choice(awake)
            print(f"{step}: {one.name} {one.act()}")
        for one in walkers:
            one.time_passes()


def settle(walkers: Sequence[Walker], server: Server, room_id: str) -> list[Written]:
    """Nobody does anything more: until everybody has the whole journal, which is given."""
    for one in walkers:
        one.end()
    journal: list[Written] = []

    def have_all() -> bool:
        with closing(Database(f"sqlite:///{server.data / 'consilium.sqlite3'}")) as database:
            journal[:] = read_journal(database, room_id)
        seqs = [one.window.page.evaluate("window.consilium?.seq() ?? 0") for one in walkers]
        # Twice alike: an ask that a window has kept may still be on its way.
        return all(seq == len(journal) for seq in seqs) and not any(map(is_lost, walkers))

    assert stage.eventually(walkers[0].window, have_all, timeout_s=SETTLED_S), "not everybody has all"
    # An ask that a window has kept is sent as soon as it is welcomed.
    walkers[0].window.page.wait_for_timeout(1000)
    assert stage.eventually(walkers[0].window, have_all, timeout_s=SETTLED_S), "not everybody has all"
    return journal


def is_lost(walker: Walker) -> bool:
    return walker.window.page.locator(".frozen, .lost-bar, .bar.danger").count() > 0


def assert_shown(window: Window, state: RoomState, said: Sequence[str]) -> None:
    """What a page shows of a room's state is that of the journal."""
    page = window.page
    if not page.locator(".chat-line input").is_visible():
        page.locator("#panel-chat button").first.click()
    lines = page.locator("ol.chat li").all_inner_texts()
    assert [line.splitlines()[-1] for line in lines] == list(said)
    assert page.locator(".key-views .name").all_inner_texts() == [one.caption for one in state.key_views]
    people = page.evaluate("window.consilium.participants()")
    names = {one.actor: one.name for one in state.members}
    assert sorted(one["name"] for one in people) == sorted(names[actor] for actor in state.present), "no ghost"
    assert [one["name"] for one in people if one["presenter"]] == [names[one] for one in [state.holder] if one]
    assert len(measured(window)) == len(state.annotations)
    hands = page.locator(".hands li .name").all_inner_texts()
    assert [name.split("(")[0].strip() for name in hands] == [names[actor] for actor in state.hands]


def meet(walkers: Sequence[Walker]) -> None:
    """The expert takes the baton, everybody follows: all see one image, and are known to."""
    first, *others = walkers
    if not presents(first):
        take = stage.sentences("fr")["room.control.take"]
        first.window.page.get_by_role("button", name=take, exact=True).click()
    assert stage.eventually(first.window, lambda: presents(first))
    rejoin = ".bar.walk button.primary, .bar.warn[role=alert] button.primary"
    for one in others:
        page = one.window.page
        page.wait_for_timeout(200)
        if page.locator(rejoin).count():
            page.locator(rejoin).first.click()
    first.scroll()
    for one in others:
        assert stage.show_the_same(first.window, one.window), stage.differences(first.window, one.window)
        assert measured(one.window) == measured(first.window)

    def is_known() -> bool:
        people = first.window.page.evaluate("window.consilium.participants()")
        return all(one["presenter"] or one["state"] == "same" for one in people)

    assert stage.eventually(first.window, is_known), first.window.page.evaluate("window.consilium.participants()")


def presents(walker: Walker) -> bool:
    people = walker.window.page.evaluate("window.consilium.participants()")
    return any(one["presenter"] and walker.name.endswith(one["name"]) for one in people)


def measured(window: Window) -> list[str]:
    """The list of annotations, with their values and authors."""
    return window.page.locator("button.annotation").all_inner_texts()
