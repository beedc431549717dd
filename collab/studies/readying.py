"""Has images decoded and encoded by the limited processes, several at once; what series they make, others tell."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from collab.studies import store
from collab.studies.importing import Intake
from collab.studies.readied import Part, ReadiedParts
from collab.studies.work import ready_originals
from dicom_render.refusal import Refusal as RenderRefusal

log = logging.getLogger("consilium.studies")

# A worker reports after each frame, which takes 5 to 40 ms, and a second for the largest.
SILENCE_TIMEOUT_S = 120
# What is queued is looked for anew after a fifth of a second of an ordinary CT.
PARTS_A_STEP = 4
# Where another process of the server does this work, nobody here takes anything away.
MOST_EXPECTED = 1000


class Readier:
    """Readies the originals of a series, asked for or, where more of it is expected, ahead of that."""

    def __init__(self, intake: Intake, note: Callable[[int, int], None]) -> None:
        self.parts = ReadiedParts(intake.settings)
        self._intake = intake
        self._note = note
        self._expected: set[str] = set()

    def expect(self, study_ids: Iterable[str]) -> None:
        """More of these studies is coming in: what is here of them can be readied meanwhile."""
        if len(self._expected) > MOST_EXPECTED:
            self._expected.clear()
        self._expected.update(study_ids)

    def ready_all(self, series_id: str, hashes: Sequence[str]) -> None:
        """Have all of them readied, over all workers. Raises what reading them raises."""
        # Somebody else may be at work on some of them, and fail.
        while not self.parts.wait(series_id, hashes, timeout_s=SILENCE_TIMEOUT_S):
            self._share(series_id, hashes)

    def _share(self, series_id: str, hashes: Sequence[str]) -> None:
        failed, sharers = threading.Event(), self._intake.settings.workers

        def take_part() -> None:
            try:
                while not failed.is_set() and (part := self.parts.claim(series_id, hashes, sharers=sharers)):
                    self._ready(part)
            except BaseException:
                failed.set()
                raise

        with ThreadPoolExecutor(sharers, thread_name_prefix="ready") as pool:
            for shared in [pool.submit(take_part) for _ in range(sharers)]:
                shared.result()

    def ready_expected(self) -> bool:
        """Ready some of what is expected to grow; the preparation will tell what cannot be."""
        readied = 0
        for study_id, series_id, hashes in self._list_expected():
            while readied < PARTS_A_STEP and (part := self.parts.claim(series_id, hashes, sharers=1)):
                readied += 1
                try:
                    self._ready(part)
                except RenderRefusal as refusal:
                    log.info("series %s is not readied ahead: %s", series_id, refusal.code)
                    self._expected.discard(study_id)
                    break
        return readied > 0

    def _list_expected(self) -> list[tuple[str, str, tuple[str, ...]]]:
        """Study, series and originals; of studies that nothing more comes of nothing is expected any more."""
        expected = tuple(self._expected)
        if not expected or self.parts.is_full:
            return []
        with self._intake.database.transaction() as session:
            arriving = store.list_arriving(session, study_ids=expected)
            self._expected.difference_update(set(expected) - {each.study_id for each in arriving})
            return [(each.study_id, each.id, store.list_hashes(session, each.id)) for each in arriving]

    def _ready(self, part: Part) -> None:
        is_done = False
        try:
            paths = [str(self._intake.blobs.path_of(sha256)) for sha256 in part.hashes]
            self._intake.workers.run(
                ready_originals, paths, str(part.path), timeout_s=SILENCE_TIMEOUT_S, progress=self._note
            )
            self.parts.finish(part)
            is_done = True
        finally:
            if not is_done:
                self.parts.give_up(part)
