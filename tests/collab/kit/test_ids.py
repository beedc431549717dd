"""Identifiers: a prefix that says what they name, and enough chance."""

from __future__ import annotations

import re

from collab.kit import ids


def test_an_identifier_says_what_it_names() -> None:
    assert re.fullmatch(r"EXC-[0-9a-z]{16}", ids.new_id(ids.EXPERT_CONCLUSION))


def test_no_two_are_alike() -> None:
    assert len({ids.new_id(ids.ROOM) for _ in range(1000)}) == 1000


def test_a_conclusion_and_a_second_read_never_share_a_prefix() -> None:
    assert ids.EXPERT_CONCLUSION != ids.SECOND_READ
