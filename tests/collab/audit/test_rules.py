"""The seal of an audit row, and the judge of a chain."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from collab.audit.rules import GENESIS, Row, find_break, seal

AT = datetime(2026, 11, 24, 2, 10, tzinfo=UTC)


def a_row(seq: int, previous_hash: str) -> Row:
    return Row(
        seq=seq, at=AT + timedelta(seconds=seq), act="study.opened", actor_id="PER-1", actor_name="Dr Claire Aubry",
        hospital_id="HOS-1", object_kind="study", object_id=f"STU-{seq}", facts={"purpose": "EXR-é"},
        previous_hash=previous_hash,
    )  # fmt: skip


def a_chain(length: int) -> list[tuple[Row, str]]:
    chain: list[tuple[Row, str]] = []
    for seq in range(1, length + 1):
        row = a_row(seq, chain[-1][1] if chain else GENESIS)
        chain.append((row, seal(row)))
    return chain


def test_the_seal_is_sha256_of_the_canonical_json() -> None:
    row = replace(a_row(1, GENESIS), facts={})
    canonical = (
        '{"act":"study.opened","actor_id":"PER-1","actor_name":"Dr Claire Aubry",'
        '"at":"2026-11-24T02:10:01.000000+00:00","facts":{},"hospital_id":"HOS-1","object_id":"STU-1",'
        f'"object_kind":"study","previous_hash":"{GENESIS}","seq":1}}'
    )
    assert seal(row) == hashlib.sha256(canonical.encode()).hexdigest()


def test_the_seal_does_not_depend_on_the_zone_that_an_instant_is_written_in() -> None:
    row = a_row(1, GENESIS)
    assert seal(row) == seal(replace(row, at=row.at.astimezone(timezone(timedelta(hours=1)))))


def test_a_whole_chain_has_no_break() -> None:
    assert find_break(a_chain(50)) is None
    assert find_break([]) is None


@pytest.mark.parametrize("seed", range(40))
def test_any_change_is_found_at_its_row(seed: int) -> None:
    chance = random.Random(seed)
    chain = a_chain(30)
    place = chance.randrange(1, 29)
    kind = chance.choice(["edit", "delete", "swap", "insert"])
    match kind:
        case "edit":
            row, claimed = chain[place]
            field, value = chance.choice([("act", "study.closed"), ("object_id", "STU-0"), ("facts", {"x": 1})])
            chain[place] = (replace(row, **{field: value}), claimed)
        case "delete":
            del chain[place]
        case "swap":
            chain[place], chain[place + 1] = chain[place + 1], chain[place]
        case _:
            chain.insert(place, chain[place])
    found = find_break(chain)
    assert found is not None
    assert found.seq in {place, place + 1, place + 2}


def test_a_suffix_sealed_again_after_an_edit_is_found_by_the_head() -> None:
    chain = a_chain(10)
    forged = chain[:5]
    previous = forged[-1][1]
    for row, _ in chain[5:]:
        changed = replace(row, actor_name="Dr Nobody", previous_hash=previous)
        previous = seal(changed)
        forged.append((changed, previous))
    # From inside it looks whole: only a copy of the head kept elsewhere tells.
    assert find_break(forged) is None
    assert forged[-1][1] != chain[-1][1]
