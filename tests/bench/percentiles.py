"""The few statistics that the benchmarks print; exact values out of the sample, nothing interpolated."""

from __future__ import annotations

import math
from collections.abc import Sequence


def percentile(sample: Sequence[float], share: float) -> float | None:
    """The smallest value that `share` (0 to 1) of the sample does not exceed (nearest rank); None of nothing."""
    if not sample:
        return None
    return sorted(sample)[max(1, math.ceil(share * len(sample))) - 1]


def median(sample: Sequence[float]) -> float | None:
    """The middle value that was really measured; of an even number the lower of the two."""
    return percentile(sample, 0.5)


def ratio(value: float | None, base: float | None) -> float | None:
    """`value / base`, where both are known."""
    return value / base if value is not None and base else None
