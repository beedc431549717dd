"""Who was lately shown what: a hundred pictures or ranges of one stack are one line of the audit, not a hundred."""

from __future__ import annotations

from datetime import datetime, timedelta

# As long as one looks at a series: what is looked at for longer is recorded again.
RECORDED_EVERY = timedelta(minutes=10)
MAX_KEPT = 10_000

Reading = tuple[str, ...]


class Readings:
    """The readings that this process has recorded; one forgotten, as after a start, is recorded once more."""

    def __init__(self) -> None:
        self._recorded: dict[Reading, datetime] = {}

    def is_recorded(self, reading: Reading, *, at: datetime) -> bool:
        """Whether it need not be recorded again now."""
        recorded_at = self._recorded.get(reading)
        return recorded_at is not None and at - recorded_at < RECORDED_EVERY

    def keep(self, reading: Reading, *, at: datetime) -> None:
        """Once the transaction that recorded it has been committed."""
        self._recorded.pop(reading, None)
        self._recorded[reading] = at
        while len(self._recorded) > MAX_KEPT:
            del self._recorded[next(iter(self._recorded))]
