"""Who may ask what: every act for every role, and the baton in every position."""

from __future__ import annotations

from typing import get_args

import pytest
from msgspec.structs import replace

from collab.rooms.fold import EMPTY
from collab.rooms.policy import MAY, refusal_of_control, refusal_of_hand
from collab.rooms.protocol import (
    Act,
    AddKeyView,
    GatherEveryone,
    GiveControl,
    LowerHand,
    MemberRole,
    RaiseHand,
    ReleaseControl,
    RemoveKeyView,
    RequestControl,
    Say,
    SettleView,
    TakeControl,
    UpdateText,
)
from tests.collab.rooms import make

FREE = replace(EMPTY, term=4, present=("me", "other"))
MINE = replace(FREE, holder="me")
THEIRS = replace(FREE, holder="other")


def test_r14_every_act_says_who_may() -> None:
    assert set(MAY) == set(get_args(Act))


def test_r14_a_participant_may_not_touch_the_conclusion() -> None:
    closed = {act for act, roles in MAY.items() if "participant" not in roles}
    assert closed == {AddKeyView, RemoveKeyView, UpdateText}


@pytest.mark.parametrize("role", ["requester", "expert", "participant"])
@pytest.mark.parametrize(
    "act", [SettleView(4, make.view()), GiveControl(4, "other"), ReleaseControl(4)], ids=lambda one: type(one).__name__
)
def test_r22_only_the_holder_settles_gives_and_releases(act: Act, role: MemberRole) -> None:
    assert refusal_of_control(MINE, "me", role, act) is None
    assert refusal_of_control(THEIRS, "me", role, act) == "not_presenter"
    assert refusal_of_control(FREE, "me", role, act) == "not_presenter"
    assert refusal_of_control(replace(MINE, term=5), "me", role, act) == "control_moved"


@pytest.mark.parametrize(
    ("role", "from_other"), [("requester", None), ("expert", None), ("participant", "not_your_role")]
)
def test_r22_who_takes_the_baton_from_whom(role: MemberRole, from_other: str | None) -> None:
    assert refusal_of_control(FREE, "me", role, TakeControl(4)) is None
    assert refusal_of_control(THEIRS, "me", role, TakeControl(4)) == from_other
    assert refusal_of_control(MINE, "me", role, TakeControl(4)) == "already_presenter"
    assert refusal_of_control(THEIRS, "me", role, TakeControl(3)) == "control_moved"


def test_r22_the_baton_is_asked_for_once() -> None:
    assert refusal_of_control(THEIRS, "me", "participant", RequestControl()) is None
    asked = replace(THEIRS, requested=("me",))
    assert refusal_of_control(asked, "me", "participant", RequestControl()) == "already_requested"
    assert refusal_of_control(MINE, "me", "participant", RequestControl()) == "already_presenter"


def test_other_acts_do_not_depend_on_the_baton() -> None:
    assert refusal_of_control(THEIRS, "me", "participant", Say("x")) is None


@pytest.mark.parametrize("role", ["requester", "expert", "participant"])
def test_r47_only_who_presents_gathers_everyone(role: MemberRole) -> None:
    assert refusal_of_control(THEIRS, "me", role, GatherEveryone(4)) == "not_presenter"
    assert refusal_of_control(FREE, "me", role, GatherEveryone(4)) == "not_presenter"
    assert refusal_of_control(MINE, "me", role, GatherEveryone(3)) == "control_moved"
    assert refusal_of_control(MINE, "me", role, GatherEveryone(4)) is None


# ---- raised hands

UP = replace(THEIRS, hands=("me", "third"))


def test_r46_a_participant_takes_down_their_own_hand_and_no_other() -> None:
    assert refusal_of_hand(UP, "me", "participant", LowerHand("third")) == "not_your_role"
    assert refusal_of_hand(UP, "me", "participant", LowerHand("me")) is None


def test_r46_who_presents_or_answers_for_the_case_takes_down_anothers_hand() -> None:
    assert refusal_of_hand(replace(UP, holder="me"), "me", "participant", LowerHand("third")) is None
    assert refusal_of_hand(UP, "me", "expert", LowerHand("third")) is None
    assert refusal_of_hand(UP, "me", "requester", LowerHand("third")) is None


def test_r46_a_hand_is_raised_once_and_not_by_who_has_the_floor() -> None:
    assert refusal_of_hand(THEIRS, "me", "participant", RaiseHand()) is None
    assert refusal_of_hand(UP, "me", "participant", RaiseHand()) == "hand_up"
    assert refusal_of_hand(MINE, "me", "participant", RaiseHand()) == "already_presenter"


def test_r46_a_hand_that_is_down_is_not_taken_down_again() -> None:
    assert refusal_of_hand(UP, "me", "expert", LowerHand("other")) == "no_hand"


def test_r46_who_answers_for_the_case_gives_the_baton_to_a_raised_hand_whoever_holds_it() -> None:
    give = GiveControl(4, "third")
    assert refusal_of_control(UP, "me", "participant", give) == "not_presenter"
    assert refusal_of_control(UP, "me", "expert", give) is None
    assert refusal_of_control(UP, "me", "expert", GiveControl(3, "third")) == "control_moved"
    assert refusal_of_control(replace(UP, hands=("me",)), "me", "expert", give) == "not_presenter"
