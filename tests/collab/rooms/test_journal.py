"""The journal's chain: facts survive it unchanged, and every way of tampering with it shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from collab.rooms.journal import GENESIS, Entry, find_break, read_fact, seal
from tests.collab.rooms import golden

FACTS = golden.facts()
ROOM = "ROO-1"


def entries() -> list[Entry]:
    return seal(FACTS, room_id=ROOM, epoch=3, previous_hash=GENESIS)


def test_every_fact_comes_back_as_it_was() -> None:
    assert [read_fact(one) for one in entries()] == FACTS


def test_a_whole_chain_has_no_break() -> None:
    assert find_break(entries(), ROOM) is None
    assert find_break([], ROOM) is None


def test_a_chain_sealed_in_parts_is_the_same() -> None:
    first = seal(FACTS[:5], room_id=ROOM, epoch=3, previous_hash=GENESIS)
    rest = seal(FACTS[5:], room_id=ROOM, epoch=3, previous_hash=first[-1].hash)
    assert first + rest == entries()


def changed(place: int, **fields: object) -> Callable[[list[Entry]], list[Entry]]:
    def tamper(chain: list[Entry]) -> list[Entry]:
        chain[place] = replace(chain[place], **fields)  # pyright: ignore[reportArgumentType]
        return chain

    return tamper


@pytest.mark.parametrize(
    ("tamper", "seq", "why"),
    [
        (changed(4, actor="somebody else"), 5, "changed"),
        (changed(4, at_ms=0), 5, "changed"),
        (changed(4, client_id="other"), 5, "changed"),
        (changed(4, n=9), 5, "changed"),
        (changed(4, epoch=2), 5, "changed"),
        (changed(4, body=entries()[10].body), 5, "changed"),
        (changed(4, body=b"\xc1"), 5, "unreadable"),
        (changed(4, previous_hash=GENESIS), 5, "unlinked"),
        (changed(4, hash="0" * 64), 5, "changed"),
        (lambda chain: chain[:4] + chain[5:], 5, "missing"),
        (lambda chain: chain[1:], 1, "missing"),
        (lambda chain: [*chain[:4], chain[5], chain[4], *chain[6:]], 5, "missing"),
        (lambda chain: [*chain[:4], *chain[3:]], 5, "missing"),
    ],
)
def test_every_tampering_shows(tamper: Callable[[list[Entry]], list[Entry]], seq: int, why: str) -> None:
    found = find_break(tamper(entries()), ROOM)
    assert found is not None
    assert (found.seq, found.why) == (seq, why)


def test_the_chain_of_one_room_is_not_that_of_another() -> None:
    found = find_break(entries(), "ROO-2")
    assert found is not None
    assert (found.room_id, found.seq, found.why) == ("ROO-2", 1, "changed")


def test_a_tail_that_is_cut_off_is_seen_only_against_a_kept_head() -> None:
    """What `find_break` cannot see, said in its own words; the audit's copies of heads are for this."""
    assert find_break(entries()[:-3], ROOM) is None
    assert entries()[-4].hash != entries()[-1].hash
