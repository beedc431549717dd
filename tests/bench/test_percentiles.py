"""Percentiles are values that were measured, by nearest rank."""

from __future__ import annotations

import pytest

from tests.bench.percentiles import median, percentile, ratio

# The worked example of the nearest-rank method (Wikipedia, "Percentile").
SAMPLE = [15, 20, 35, 40, 50]


@pytest.mark.parametrize(("share", "value"), [(0.05, 15), (0.30, 20), (0.40, 20), (0.50, 35), (1.00, 50)])
def test_a_percentile_is_the_nearest_rank(share: float, value: int) -> None:
    assert percentile(SAMPLE, share) == value


def test_order_does_not_matter() -> None:
    assert percentile([50, 15, 40, 20, 35], 0.3) == 20


def test_the_median_of_an_even_number_is_the_lower_of_the_two() -> None:
    assert median([4, 1, 3, 2]) == 2


def test_nothing_has_no_percentile() -> None:
    assert percentile([], 0.5) is None


def test_a_ratio_to_nothing_or_to_the_unknown_is_unknown() -> None:
    assert ratio(3.0, 2.0) == 1.5
    assert ratio(3.0, 0.0) is None
    assert ratio(None, 2.0) is None
