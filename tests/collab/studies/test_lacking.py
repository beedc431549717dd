"""What is known to be missing of a study: told with its series, and never said to be all."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from collab.accounts.models import Hospital
from collab.studies.describing import series_entry
from collab.studies.importing import Intake
from collab.studies.lacking import SeriesLack, lack_of
from collab.studies.models import Series
from tests.collab.studies.make import folder, import_all, prepare_all, series


def lack(intake: Intake) -> SeriesLack:
    with intake.database.transaction() as session:
        return lack_of(series_entry("STU-1", session.scalars(select(Series)).one()))


def test_a_slice_that_lies_between_others_is_missed(intake: Intake, hospital: Hospital, tmp_path: Path) -> None:
    without = {name: file for name, file in series(6).items() if name != "0003.dcm"}
    import_all(intake, [folder(tmp_path / "in", without)], hospital_id=hospital.id)
    assert lack(intake).is_preparing
    prepare_all(intake)
    found = lack(intake)
    assert (found.received, found.missing, found.expected, found.is_preparing) == (5, 1, None, False)


def test_an_even_series_lacks_nothing_that_is_known(intake: Intake, hospital: Hospital, tmp_path: Path) -> None:
    import_all(intake, [folder(tmp_path / "in", series(5))], hospital_id=hospital.id)
    prepare_all(intake)
    assert (lack(intake).missing, lack(intake).expected, lack(intake).is_preparing) == (0, None, False)
