"""Who may ask what: every act for every role, and the baton in every position."""

from __future__ import annotations

from typing import get_args

import pytest
from msgspec.structs import replace

from collab.rooms.fold import EMPTY
from collab.rooms.policy import MAY, refusal_of_control
from collab.rooms.protocol import (
    Act,
    AddKeyView,
    GiveControl,
    MemberRole,
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
