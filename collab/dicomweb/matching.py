"""Does a value match a query key (PS3.4 C.2.2.2)? Pure; it knows no database and no HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable

from collab.studies.patients import plain

_DATE_RANGE = re.compile(r"(\d{8})?(-)?(\d{8})?\Z")
_TIME_RANGE = re.compile(r"([\d.]{2,13})?(-)?([\d.]{2,13})?\Z")
_LIST = re.compile(r"[,\\]")
# C.2.2.2.1: whether names are matched with case and accents is ours to choose; descriptions are treated alike.
_PLAIN = {"PN", "LO"}


class BadKey(Exception):
    """The key does not have the form of its attribute."""


Test = Callable[[str], bool]


def matcher(vr: str, key: str, *, fuzzy: bool = False) -> Test:
    """A test for values of an attribute. Raises `BadKey`."""
    if key in {"", "*"}:  # C.2.2.2.3 universal matching
        return lambda _: True
    match vr:
        case "UI":
            return frozenset(uids_of(key)).__contains__
        case "DA":
            low, high = bounds_of(key, _DATE_RANGE)
            return lambda value: bool(value) and low <= value and (not high or value <= high)
        case "TM":
            return _times(key)
        case "IS" | "US":
            return _number(key)
        case "PN" if fuzzy:
            return _fuzzy(key)
        case "PN":
            return _name(key)
        case _:
            return _text(key, vr)


def uids_of(key: str) -> list[str]:
    """C.2.2.2.2: a list of UIDs; in a URL the separator is a comma (PS3.18 8.3.4.1) or the usual backslash."""
    return [uid.strip() for uid in _LIST.split(key) if uid.strip()]


def bounds_of(key: str, form: re.Pattern[str] = _DATE_RANGE) -> tuple[str, str]:
    """C.2.2.2.5: the two ends, both included; an open end is empty."""
    found = form.match(key)
    if not found or (found[2] is None and found[3] is not None):
        raise BadKey
    low, dash, high = found.groups()
    return (low or "", (high or "") if dash else low or "")


def literals_of(key: str) -> list[str]:
    """Plain pieces that every name matching the key has in it, whatever its wildcards stand for."""
    return plain(re.sub(r"[*?^=]", " ", key)).split()


def wildcard(pattern: str, value: str) -> bool:
    """C.2.2.2.4: `*` is any run, `?` any one character. Linear but for the last `*`: no pattern makes it slow."""
    at = place = 0
    star, resume = -1, 0
    while at < len(value):
        if place < len(pattern) and pattern[place] == "*":
            star, resume = place, at
            place += 1
        elif place < len(pattern) and pattern[place] in ("?", value[at]):
            at, place = at + 1, place + 1
        elif star >= 0:
            resume += 1
            at, place = resume, star + 1
        else:
            return False
    return pattern[place:].strip("*") == ""


def _times(key: str) -> Test:
    low, high = bounds_of(key, _TIME_RANGE)
    # A time of fewer digits means all that begin with it: 23 is until 23:59:59.
    return lambda value: bool(value) and low <= value and (not high or value <= high or value.startswith(high))


def _number(key: str) -> Test:
    if not re.fullmatch(r"-?\d{1,11}", key):
        raise BadKey
    return lambda value: bool(value) and int(value) == int(key)


def _name(key: str) -> Test:
    pattern = plain(key.rstrip("^"))

    def is_match(value: str) -> bool:
        return any(wildcard(pattern, plain(group.rstrip("^"))) for group in value.split("="))

    return is_match


def _fuzzy(key: str) -> Test:
    """PS3.18 8.3.4.2: each word asked for begins a word of the name, in any order."""
    asked = literals_of(key)

    def is_match(value: str) -> bool:
        words = literals_of(value)
        return all(any(word.startswith(piece) for word in words) for piece in asked)

    return is_match


def _text(key: str, vr: str) -> Test:
    if vr in _PLAIN:
        pattern = plain(key)
        return lambda value: wildcard(pattern, plain(value))
    patterns = uids_of(key) if vr == "CS" else [key]
    return lambda value: any(wildcard(each, value) for each in patterns)
