"""What a person lays upon what: bounds of the message."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import pytest

from collab.rooms.registration import Registration, StandingRegistration, between
from tests.collab.rooms import make


@pytest.mark.parametrize(
    "change",
    [
        {"to_frame_of_reference_uid": "2.25.7"},
        {"from_frame_of_reference_uid": ""},
        {"to_frame_of_reference_uid": "2" * 65},
        {"by_mm": (0.0, 0.0, 1e6)},
        {"by_mm": (0.0, 0.0, math.inf)},
        {"how": "guessed"},
        {"author": "PER-1"},
    ],
)
def test_r51_what_lays_nothing_upon_anything_is_no_message(change: dict[str, Any]) -> None:
    told = msgspec.to_builtins(make.registration()) | change
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(told, Registration)


def test_r51_the_one_between_two_is_found_from_either_side() -> None:
    standing = StandingRegistration(7, "me", 0, make.registration())
    assert between((standing,), make.turned_round().pair) is standing
    assert between((standing,), frozenset({"2.25.7", "2.25.9"})) is None
