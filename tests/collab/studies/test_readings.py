"""A hundred pictures are one line of the audit."""

from __future__ import annotations

from datetime import timedelta

from collab.studies.readings import MAX_KEPT, RECORDED_EVERY, Readings
from tests import make


def test_a_reading_is_recorded_again_after_a_while() -> None:
    readings = Readings()
    assert not readings.is_recorded(("Anne", "CT"), at=make.NIGHT)
    readings.keep(("Anne", "CT"), at=make.NIGHT)
    just_before = make.NIGHT + RECORDED_EVERY - timedelta(seconds=1)
    assert readings.is_recorded(("Anne", "CT"), at=just_before)
    assert not readings.is_recorded(("Anne", "CT"), at=make.NIGHT + RECORDED_EVERY)


def test_a_reading_of_another_is_another() -> None:
    readings = Readings()
    readings.keep(("Anne", "CT"), at=make.NIGHT)
    assert not readings.is_recorded(("Paul", "CT"), at=make.NIGHT)
    assert not readings.is_recorded(("Anne", "MR"), at=make.NIGHT)


def test_the_oldest_are_forgotten_and_so_recorded_again() -> None:
    readings = Readings()
    for number in range(MAX_KEPT + 1):
        readings.keep(("Anne", str(number)), at=make.NIGHT)
    assert not readings.is_recorded(("Anne", "0"), at=make.NIGHT)
    assert readings.is_recorded(("Anne", "1"), at=make.NIGHT)
