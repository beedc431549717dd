"""What the limited processes do: hostile files are refused there, and this process does not feel it."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from collab.studies.work import MAX_INSTANCE_BYTES, read_file, ready_originals
from dicom_render.reading import Unreadable
from dicom_render.workers import Workers
from tests.collab.studies.make import dicom, uid


def test_a_file_too_large_for_a_worker_is_refused_unread(workers: Workers, tmp_path: Path) -> None:
    path = tmp_path / "huge"
    with path.open("wb") as file:
        file.truncate(MAX_INSTANCE_BYTES + 1)
    with pytest.raises(Unreadable) as refused:
        workers.run(read_file, str(path))
    assert refused.value.code == "too_large"


def test_a_header_that_asks_for_four_gigabytes_costs_this_process_nothing(workers: Workers, tmp_path: Path) -> None:
    small = dicom(study_uid=uid(), series_uid=uid())
    rows = small.index(b"\x28\x00\x10\x00US\x02\x00") + 8
    columns = small.index(b"\x28\x00\x11\x00US\x02\x00") + 8
    bomb = bytearray(small)
    bomb[rows : rows + 2] = bomb[columns : columns + 2] = b"\xff\xff"
    path = tmp_path / "bomb"
    path.write_bytes(bomb)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Unreadable) as refused:
        workers.run(read_file, str(path))
    assert refused.value.code == "too_large"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20 * 1024


def test_an_original_without_its_hash_is_not_prepared(workers: Workers, tmp_path: Path) -> None:
    original = tmp_path / ("0" * 64)
    original.write_bytes(dicom(study_uid=uid(), series_uid=uid()))
    with pytest.raises(Unreadable) as refused:
        workers.run(ready_originals, [str(original)], str(tmp_path / "part"), progress=lambda _done, _total: None)
    assert (refused.value.code, list(tmp_path.iterdir())) == ("damaged_blob", [original])
