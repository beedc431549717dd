"""The time, as an argument: the one place that reads the wall clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The instant, aware, in UTC."""
    return datetime.now(UTC)
