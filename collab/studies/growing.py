"""When a series that was prepared and has grown is put together anew: between its images, not after each."""

from __future__ import annotations

import threading
from collections.abc import Iterable

# A sender's next image comes within a tenth of this; a reader does not notice it.
QUIET_S = 0.25
# However long images keep coming, what is on the screen is never older.
LONGEST_S = 2.0


class Growing:
    """Which studies images have come to, and when their series were put together last, in seconds of one clock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._came_at: dict[str, float] = {}
        self._prepared_at: dict[str, float] = {}

    def come(self, study_ids: Iterable[str], *, at: float) -> None:
        with self._lock:
            self._forget(at)
            self._came_at.update(dict.fromkeys(study_ids, at))

    def prepared(self, study_id: str, *, at: float) -> None:
        with self._lock:
            self._prepared_at[study_id] = at

    def waiting(self, *, at: float) -> frozenset[str]:
        """Studies to which more is likely to come within a moment, and of which something new was shown just now."""
        with self._lock:
            self._forget(at)
            return frozenset(self._came_at.keys() & self._prepared_at.keys())

    def _forget(self, at: float) -> None:
        self._came_at = {each: came for each, came in self._came_at.items() if at - came < QUIET_S}
        self._prepared_at = {each: done for each, done in self._prepared_at.items() if at - done < LONGEST_S}
