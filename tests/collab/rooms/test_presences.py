"""Who is there, and what they see."""

from __future__ import annotations

from collab.rooms.presences import Presences
from collab.rooms.protocol import EVERYTHING, Facets, Presence, Tell

NOTHING = Facets(slice=False, window=False, zoom=False, layout=False)


def test_r21_whoever_has_just_come_is_loading_and_follows() -> None:
    assert Presences((), at_ms=0).of("a", at_ms=5) == Presence("a", True, "loading", EVERYTHING, 0)


def test_r21_saying_the_same_again_is_no_news() -> None:
    presences = Presences((), at_ms=0)
    assert presences.tell("a", Tell("same", EVERYTHING))
    assert not presences.tell("a", Tell("same", EVERYTHING))
    assert presences.tell("a", Tell("same", NOTHING))
    assert presences.of("a", at_ms=0) == Presence("a", True, "same", NOTHING, 0)


def test_r21_a_lost_member_is_lost_since_an_instant_until_they_come_or_leave() -> None:
    presences = Presences(("a",), at_ms=100)
    presences.lost("b", at_ms=150)
    assert presences.lost_for(200) == [("a", 100), ("b", 50)]
    assert presences.of("a", at_ms=200) == Presence("a", False, "lost", EVERYTHING, 100)
    presences.came("a")
    presences.left("b")
    assert not presences.waits
    assert presences.of("a", at_ms=200).connected


def test_r21_whoever_comes_back_is_loading_until_they_say_what_they_see() -> None:
    presences = Presences((), at_ms=0)
    presences.tell("a", Tell("same", NOTHING))
    presences.lost("a", at_ms=100)
    presences.came("a")
    assert presences.of("a", at_ms=200) == Presence("a", True, "loading", EVERYTHING, 0)
    assert presences.tell("a", Tell("same", NOTHING))


def test_r36_a_member_of_two_windows_is_lost_since_the_one_that_was_there_longer() -> None:
    presences = Presences((), at_ms=0)
    presences.parted("a", at_ms=100)
    presences.lost("a", at_ms=90)
    assert presences.of("a", at_ms=200).lost_ms == 100
    presences.came("a")
    presences.lost("a", at_ms=150)
    assert presences.of("a", at_ms=200).lost_ms == 50


def test_a_clock_that_steps_back_makes_no_negative_time() -> None:
    assert Presences(("a",), at_ms=100).of("a", at_ms=50).lost_ms == 0
