"""When a growing series is put together anew."""

from __future__ import annotations

from collab.studies.growing import LONGEST_S, QUIET_S, Growing


def test_what_was_never_prepared_does_not_wait() -> None:
    growing = Growing()
    growing.come(["STU-1"], at=0)
    assert growing.waiting(at=0) == set()


def test_a_study_waits_until_nothing_has_come_for_a_moment() -> None:
    growing = Growing()
    growing.prepared("STU-1", at=0)
    growing.come(["STU-1"], at=1)
    assert growing.waiting(at=1 + QUIET_S / 2) == {"STU-1"}
    assert growing.waiting(at=1 + QUIET_S) == set()


def test_a_study_that_images_never_cease_to_come_to_does_not_wait_for_ever() -> None:
    growing = Growing()
    growing.prepared("STU-1", at=0)
    growing.come(["STU-1"], at=LONGEST_S)
    assert growing.waiting(at=LONGEST_S) == set()
