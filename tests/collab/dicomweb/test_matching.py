"""Matching as PS3.4 C.2.2.2 defines it."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collab.dicomweb.matching import BadKey, matcher, wildcard


@pytest.mark.parametrize(
    ("vr", "key", "matching", "others"),
    [
        ("UI", "1.2,1.3", ["1.2", "1.3"], ["1.2.3", ""]),
        ("UI", "1.2\\1.3", ["1.2", "1.3"], ["1"]),
        ("DA", "20260101-20260131", ["20260101", "20260131"], ["20260201", "20251231", ""]),
        ("DA", "20260101-", ["20260101", "20991231"], ["20251231"]),
        ("DA", "-20260101", ["19000101", "20260101"], ["20260102", ""]),
        ("DA", "20260101", ["20260101"], ["20260102"]),
        ("TM", "2200-23", ["220000", "235959.9"], ["215959", ""]),
        ("IS", "2", ["2", "02"], ["20", ""]),
        ("PN", "lefevre^ch*", ["LEFÈVRE^Chloé", "Lefevre^Charles^^Dr"], ["LEFÈVRE^Anne", "XLEFEVRE^Ch"]),
        ("PN", "MARTIN^PAUL", ["Martin^Paul^^", "MARTIN^Paul=x"], ["Martin^Pauline"]),
        ("PN", "yamada*", ["Yamada^Tarou=山田^太郎"], ["Tarou"]),
        ("LO", "*cerebr?le*", ["TDM cérébrale"], ["TDM"]),
        ("SH", "A?1", ["A11"], ["a11", "A1"]),
        ("CS", "CT,MR", ["CT", "MR"], ["PT", "ct"]),
        ("CS", "*", ["", "CT"], []),
    ],
)
def test_keys_match_what_the_standard_says(vr: str, key: str, matching: list[str], others: list[str]) -> None:
    is_match = matcher(vr, key, fuzzy=False)
    assert [value for value in [*matching, *others] if is_match(value)] == matching


def test_fuzzy_names_are_matched_by_the_beginnings_of_their_words() -> None:
    is_match = matcher("PN", "chlo lefevre", fuzzy=True)
    assert is_match("LEFÈVRE-DUPONT^Chloé")
    assert not is_match("LEFÈVRE^Anne")


@pytest.mark.parametrize(("vr", "key"), [("DA", "2026"), ("DA", "2026010120260102"), ("TM", "noon"), ("IS", "two")])
def test_keys_without_the_form_of_their_attribute_are_refused(vr: str, key: str) -> None:
    with pytest.raises(BadKey):
        matcher(vr, key, fuzzy=False)


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=8))
def test_wildcards_mean_what_a_regular_expression_says(pattern: str, value: str) -> None:
    said = "".join({"*": ".*", "?": "."}.get(each, re.escape(each)) for each in pattern)
    assert wildcard(pattern, value) == bool(re.fullmatch(said, value))


def test_no_pattern_takes_long() -> None:
    began = time.perf_counter()
    assert not wildcard("*a" * 2000 + "b", "a" * 4000)
    assert time.perf_counter() - began < 10
