"""The clock gives aware instants."""

from __future__ import annotations

from datetime import timedelta

from collab.kit.clock import utc_now


def test_now_is_aware_and_in_utc() -> None:
    assert utc_now().utcoffset() == timedelta(0)
