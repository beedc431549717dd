"""Who was lately shown what: a hundred pictures or ranges of one stack are one line of the audit, not a hundred."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import event
from sqlalchemy.orm import Session

# As long as one looks at a series: what is looked at for longer is recorded again.
RECORDED_EVERY = timedelta(minutes=10)
MAX_KEPT = 10_000

Reading = tuple[str, ...]


class Readings:
    """The readings that this process has recorded; one forgotten, as after a start, is recorded once more."""

    def __init__(self) -> None:
        self._recorded: dict[Reading, datetime] = {}

    def is_due(self, session: Session, reading: Reading, *, at: datetime) -> bool:
        """Whether it is to be recorded now; it counts as recorded once the transaction has been committed."""
        recorded_at = self._recorded.get(reading)
        if recorded_at is not None and at - recorded_at < RECORDED_EVERY:
            return False

        def keep(_: Session) -> None:
            self._keep(reading, at)

        event.listen(session, "after_commit", keep, once=True)
        return True

    def _keep(self, reading: Reading, at: datetime) -> None:
        self._recorded.pop(reading, None)
        self._recorded[reading] = at
        while len(self._recorded) > MAX_KEPT:
            del self._recorded[next(iter(self._recorded))]
