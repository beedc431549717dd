"""Limits of logins, passwords and numbers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from collab.accounts.rules import (
    LOGIN_IDLE,
    LOGIN_LIFE,
    address_key,
    has_valid_rpps,
    is_good_password,
    is_live,
    safe_next,
)
from tests.make import NIGHT


def test_a_login_lives_through_a_night_on_call() -> None:
    seen = NIGHT + LOGIN_LIFE - timedelta(minutes=1)
    assert is_live(created_at=NIGHT, seen_at=seen, ended_at=None, at=seen)


@pytest.mark.parametrize(
    ("seen_after", "at_after"),
    [(LOGIN_LIFE, LOGIN_LIFE), (timedelta(0), LOGIN_IDLE)],
    ids=["too old", "left alone"],
)
def test_a_login_ends_of_itself(seen_after: timedelta, at_after: timedelta) -> None:
    assert not is_live(created_at=NIGHT, seen_at=NIGHT + seen_after, ended_at=None, at=NIGHT + at_after)


def test_an_ended_login_is_dead_at_once() -> None:
    assert not is_live(created_at=NIGHT, seen_at=NIGHT, ended_at=NIGHT, at=NIGHT)


def test_one_ipv6_subscriber_counts_once() -> None:
    assert address_key("2001:db8::1") == address_key("2001:db8::ffff:2")
    assert address_key("2001:db8:0:1::1") != address_key("2001:db8::1")
    assert address_key("192.0.2.1") != address_key("192.0.2.2")


@pytest.mark.parametrize(
    ("password", "good"),
    [
        ("un mot de passe assez long", True),
        ("court", False),
        ("aaaaaaaaaaaaaaaa", False),
        ("claire@valmont.example", False),
        ("x" * 129, False),
    ],
)
def test_length_makes_a_good_password(password: str, *, good: bool) -> None:
    assert is_good_password(password, "claire@valmont.example") is good


@pytest.mark.parametrize(
    ("number", "valid"),
    [("10003519500", True), ("10003519501", False), ("1000351950", False), ("1000351950a", False)],
)
def test_an_rpps_number_carries_a_luhn_key(number: str, *, valid: bool) -> None:
    digits = [int(digit) for digit in number if digit.isdigit()]
    # The Luhn sum by the book (ISO/IEC 7812-1): from the right, every second digit doubled, its digits added.
    total = sum(sum(divmod(2 * d, 10)) if place % 2 else d for place, d in enumerate(reversed(digits)))
    assert (len(digits) == 11 and total % 10 == 0) is valid
    assert has_valid_rpps(number) is valid


@pytest.mark.parametrize(
    ("wanted", "got"),
    [("/rooms/ROO-1", "/rooms/ROO-1"), ("//evil.example", "/"), ("/\\evil.example", "/"), ("https://evil", "/")],
)
def test_nobody_is_sent_to_another_site_after_the_login(wanted: str, got: str) -> None:
    assert safe_next(wanted) == got
