"""Limits and shapes of accounts: how long a login lives, what a password must be, how many tries; pure."""

from __future__ import annotations

import ipaddress
from datetime import datetime, timedelta

# A night on call is 12 hours; a screen left alone must not stay open that long.
LOGIN_LIFE = timedelta(hours=12)
LOGIN_IDLE = timedelta(hours=2)
# Writing `seen_at` with every request would make each reading a write.
SEEN_EVERY = timedelta(minutes=1)
TOKEN_LIFE = timedelta(days=90)

# OWASP ASVS 5.0, 6.2: length counts, composition rules do not.
PASSWORD_MIN = 12
PASSWORD_MAX = 128

TRY_WINDOW = timedelta(minutes=15)
TRIES_PER_ACCOUNT = 10
TRIES_PER_ADDRESS = 60


def is_live(*, created_at: datetime, seen_at: datetime, ended_at: datetime | None, at: datetime) -> bool:
    """Whether a login still lets its browser in."""
    return ended_at is None and at - created_at < LOGIN_LIFE and at - seen_at < LOGIN_IDLE


def address_key(host: str) -> str:
    """What tries are counted by: an IPv4 address, or the /64 that one IPv6 subscriber holds whole."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return f"address:{host}"
    if isinstance(address, ipaddress.IPv6Address):
        return f"address:{ipaddress.ip_network((address, 64), strict=False)}"
    return f"address:{address}"


def is_good_password(password: str, email: str) -> bool:
    """Long enough, not the e-mail address, not one character repeated."""
    fits = PASSWORD_MIN <= len(password) <= PASSWORD_MAX
    return fits and password.lower() != email.lower() and len(set(password)) > 4


def has_valid_rpps(number: str) -> bool:
    """RPPS: eleven digits, the last one a Luhn key."""
    if len(number) != 11 or not number.isdigit():
        return False
    digits = [int(digit) for digit in reversed(number)]
    total = sum(digits[0::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return total % 10 == 0


def safe_next(path: str) -> str:
    """Where to go after the login: a path of ours, never another site."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"
