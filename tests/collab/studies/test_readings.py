"""A hundred pictures are one line of the audit."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from collab.kit.database import Database
from collab.studies.readings import MAX_KEPT, RECORDED_EVERY, Readings
from tests import make


class Book:
    """Readings, each asked about in a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database, self.readings = database, Readings()

    def is_due(self, *reading: str, at: datetime = make.NIGHT) -> bool:
        with self._database.transaction() as session:
            return self.readings.is_due(session, reading, at=at)


@pytest.fixture
def book(database: Database) -> Book:
    return Book(database)


def test_a_reading_is_recorded_again_after_a_while(book: Book) -> None:
    assert book.is_due("Anne", "CT")
    assert not book.is_due("Anne", "CT", at=make.NIGHT + RECORDED_EVERY - timedelta(seconds=1))
    assert book.is_due("Anne", "CT", at=make.NIGHT + RECORDED_EVERY)


def test_a_reading_of_another_is_another(book: Book) -> None:
    assert book.is_due("Anne", "CT")
    assert book.is_due("Paul", "CT")
    assert book.is_due("Anne", "MR")


def test_what_was_not_written_down_is_due_still(book: Book, database: Database) -> None:
    def fail() -> None:
        with database.transaction() as session:
            assert book.readings.is_due(session, ("Anne", "CT"), at=make.NIGHT)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert book.is_due("Anne", "CT")


def test_the_oldest_are_forgotten_and_so_recorded_again(book: Book, database: Database) -> None:
    with database.transaction() as session:
        for number in range(MAX_KEPT + 1):
            assert book.readings.is_due(session, ("Anne", str(number)), at=make.NIGHT)
    assert not book.is_due("Anne", "1")
    assert book.is_due("Anne", "0")
