"""The fold of facts: for every fact, old snapshot + fact = fresh snapshot."""

from __future__ import annotations

import json
from typing import get_args

import msgspec
import pytest

from collab.rooms.fold import CHAT_LINES, EMPTY, Fold, apply, fold
from collab.rooms.protocol import (
    ControlTaken,
    Done,
    Fact,
    HandLowered,
    HandRaised,
    MemberJoined,
    MemberLeft,
    RegistrationLaid,
    RegistrationRemoved,
    RoomState,
    Said,
)
from tests.collab.rooms import golden, make

FACTS = golden.facts()


@pytest.mark.parametrize("fact", FACTS, ids=lambda one: f"{one.seq} {type(one.done).__name__}")
def test_r13_old_snapshot_and_fact_give_the_fresh_snapshot(fact: Fact) -> None:
    before = fold(FACTS[: fact.seq - 1]).snapshot()
    resumed = Fold(as_it_travels(before))
    resumed.add(fact)
    assert resumed.snapshot() == fold(FACTS[: fact.seq]).snapshot()


def as_it_travels(state: RoomState) -> RoomState:
    return msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=RoomState)


def test_r13_the_story_has_every_kind_of_fact() -> None:
    assert {type(one.done) for one in FACTS} == set(get_args(Done))


@pytest.mark.parametrize("step", json.loads((golden.GOLDEN / "fold.json").read_text("utf-8")), ids=lambda s: s["name"])
def test_r13_each_golden_step_holds(step: dict[str, object]) -> None:
    state = msgspec.convert(step["state"], RoomState)
    after = apply(state, msgspec.convert(step["fact"], Fact))
    assert after == msgspec.convert(step["after"], RoomState)


def test_r13_a_fact_over_a_hole_is_never_applied() -> None:
    with pytest.raises(AssertionError):
        apply(EMPTY, FACTS[1])


def test_r13_the_story_ends_as_people_would_tell_it() -> None:
    state = golden.state()
    assert state.present == ("PER-1", "PER-2")
    assert [(one.actor, one.role) for one in state.members] == [("PER-1", "expert"), ("PER-2", "participant")]
    assert (state.holder, state.term) == ("PER-1", 4)
    assert state.hands == ()
    assert [one.key_view_id for one in state.key_views] == ["kv-2"]
    assert state.requested == ()
    assert state.identity_confirmed == ("PER-2", "PER-1")
    assert state.conclusion_id == "EXC-1"
    assert fold(FACTS).text() == "Pas"


def test_r29_the_state_keeps_the_last_lines_of_chat() -> None:
    lines = [Fact(number, 0, "a", "", 0, Said(str(number))) for number in range(1, CHAT_LINES + 11)]
    chat = fold(lines).snapshot().chat
    assert len(chat) == CHAT_LINES
    assert (chat[0].text, chat[-1].text) == ("11", str(CHAT_LINES + 10))


def test_a_member_keeps_their_place_in_the_list() -> None:
    first, second = make.member("a"), make.member("b")
    joined = [MemberJoined(first), MemberJoined(second), MemberJoined(first)]
    facts = [Fact(number, 0, done.member.actor, "", 0, done) for number, done in enumerate(joined, 1)]
    assert [one.actor for one in fold(facts).state.members] == ["a", "b"]


def test_r51_the_last_registration_between_two_frames_of_reference_stands_with_who_laid_it_and_when() -> None:
    laid = [
        Fact(1, 1000, "a", "", 0, RegistrationLaid(make.registration())),
        Fact(2, 2000, "b", "", 0, RegistrationLaid(make.registration(to_frame_of_reference_uid="2.25.9"))),
        Fact(3, 3000, "b", "", 0, RegistrationLaid(make.turned_round())),
    ]
    standing = fold(laid).state.registrations
    assert [(one.version, one.author, one.at_ms) for one in standing] == [(2, "b", 2000), (3, "b", 3000)]
    assert standing[1].registration == make.turned_round()
    removed = fold([*laid, Fact(4, 4000, "a", "", 0, RegistrationRemoved(3))]).state.registrations
    assert removed == standing[:1]


def hands_after(*done: tuple[str, Done]) -> tuple[str, ...]:
    facts = [Fact(number, 0, actor, "", 0, one) for number, (actor, one) in enumerate(done, 1)]
    return fold(facts).state.hands


def test_r46_hands_stand_in_the_order_in_which_they_were_raised() -> None:
    raised: tuple[tuple[str, Done], ...] = (("a", HandRaised()), ("b", HandRaised()), ("c", HandRaised()))
    assert hands_after(*raised) == ("a", "b", "c")
    assert hands_after(*raised, ("x", HandLowered("b"))) == ("a", "c")
    assert hands_after(*raised, ("a", HandLowered("a")), ("a", HandRaised())) == ("b", "c", "a")


def test_r46_a_hand_goes_down_with_the_baton_in_it_and_with_its_owner() -> None:
    raised: tuple[tuple[str, Done], ...] = (("a", HandRaised()), ("b", HandRaised()))
    assert hands_after(*raised, ("x", ControlTaken("a", 1, "given"))) == ("b",)
    assert hands_after(*raised, ("b", MemberLeft("b"))) == ("a",)
