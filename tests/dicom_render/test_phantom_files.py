"""A synthetic study as files in a folder."""

from __future__ import annotations

from pathlib import Path

import pydicom

from dicom_render.phantom_files import study_keys, write_study


def test_every_study_has_its_key() -> None:
    assert study_keys("2026-11-24") == ["head_ct", "head_ct_prior", "head_ct_tilted", "head_mr"]


def test_a_study_is_written_whole_and_progress_is_told(tmp_path: Path) -> None:
    told: list[int] = []
    written = write_study("head_ct_tilted", "2026-11-24", str(tmp_path), lambda done, _: told.append(done))
    files = sorted(tmp_path.rglob("*.dcm"))
    assert len(files) == written == told[-1]
    assert {pydicom.dcmread(file, stop_before_pixels=True).Modality for file in files} == {"CT"}
