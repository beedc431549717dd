"""Originals are proved by their hash before anything is read from them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from collab.dicomweb.work import describe, read_bulk, read_frames
from dicom_render.refusal import Unreadable
from tests.collab.studies import make as make_studies


def test_only_whole_originals_are_read(tmp_path: Path) -> None:
    data = make_studies.dicom(study_uid="1.2", series_uid="1.3")
    path = tmp_path / hashlib.sha256(data).hexdigest()
    path.write_bytes(data)
    assert read_frames(str(path), [1], "stored") == read_bulk(str(path), "7FE00010")
    assert b"MARTIN" in describe([str(path)], ["/x"])[0]
    path.write_bytes(data[:-1] + b"x")
    with pytest.raises(Unreadable, match="damaged_blob"):
        read_frames(str(path), [1], "stored")
    with pytest.raises(Unreadable, match="damaged_blob"):
        describe([str(tmp_path / "gone")], ["/x"])
