"""What instance numbers let suspect."""

from __future__ import annotations

import pytest

from dicom_render.numbering import MAX_GAPS, Numbering, numbering_of


def test_numbers_without_a_gap_are_all_there() -> None:
    assert numbering_of([3, 1, 2, 4]) == Numbering(received=4, expected=4, first=1, last=4, gaps=())


def test_gaps_are_told_by_their_ends() -> None:
    assert numbering_of([1, 2, 5, 6, 8]) == Numbering(received=5, expected=8, first=1, last=8, gaps=((3, 4), (7, 7)))


def test_numbers_in_tens_go_on_in_tens() -> None:
    assert numbering_of([10, 20, 30, 50]) == Numbering(received=4, expected=5, first=10, last=50, gaps=((40, 40),))


@pytest.mark.parametrize("numbers", [[], [1, 9], [1, 2, None], [1, 2, 2, 3]])
def test_numbers_that_tell_nothing_are_no_hint(numbers: list[int | None]) -> None:
    assert numbering_of(numbers) is None


def test_a_long_list_of_gaps_is_cut() -> None:
    found = numbering_of([0, 1, *range(3, 100, 2)])
    assert found is not None
    assert len(found.gaps) == MAX_GAPS
