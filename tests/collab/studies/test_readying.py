"""Images readied by the limited processes, asked for or ahead."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from collab.accounts.models import Hospital
from collab.studies import store
from collab.studies.importing import Intake
from collab.studies.models import Series
from collab.studies.readying import Readier
from dicom_render.reading import Unreadable
from dicom_render.readying import read_part
from tests.collab.studies.make import folder, import_all, series

SLICES = 20


@pytest.fixture
def readier(intake: Intake) -> Iterator[Readier]:
    found = Readier(intake, lambda _done, _total: None)
    yield found
    found.parts.close()


@pytest.fixture
def arrived(intake: Intake, hospital: Hospital, tmp_path: Path) -> Series:
    import_all(intake, [folder(tmp_path / "in", series(SLICES))], hospital_id=hospital.id)
    with intake.database.transaction() as session:
        return session.scalars(select(Series)).one()


def hashes_of(intake: Intake, arrived: Series) -> tuple[str, ...]:
    with intake.database.transaction() as session:
        return store.list_hashes(session, arrived.id)


def test_every_original_of_a_series_is_in_one_part(intake: Intake, readier: Readier, arrived: Series) -> None:
    hashes = hashes_of(intake, arrived)
    readier.ready_all(arrived.id, hashes)
    parts = readier.parts.paths_of(arrived.id, hashes)
    readied = [Path(file.path).name for part in parts for file in read_part(part)]
    assert len(parts) > 1
    assert sorted(readied) == sorted(hashes)


def test_a_damaged_original_is_told_and_whoever_asks_again_after_it_is_healed_gets_all(
    intake: Intake, readier: Readier, arrived: Series
) -> None:
    hashes = hashes_of(intake, arrived)
    blob = intake.blobs.path_of(hashes[-1])
    whole = blob.read_bytes()
    blob.write_bytes(whole[:-1])
    with pytest.raises(Unreadable) as refused:
        readier.ready_all(arrived.id, hashes)
    assert refused.value.code == "damaged_blob"
    blob.write_bytes(whole)
    readier.ready_all(arrived.id, hashes)
    assert readier.parts.wait(arrived.id, hashes, timeout_s=0)


def test_only_what_is_expected_is_readied_ahead_and_what_cannot_be_is_left(
    intake: Intake, readier: Readier, arrived: Series
) -> None:
    assert not readier.ready_expected()
    for sha256 in hashes_of(intake, arrived):
        intake.blobs.path_of(sha256).write_bytes(b"")
    readier.expect([arrived.study_id])
    assert readier.ready_expected()
    assert not readier.ready_expected(), "it is not tried for ever"
