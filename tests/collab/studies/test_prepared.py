"""Prepared folders: whole under their name, swept when nothing names them."""

from __future__ import annotations

from pathlib import Path

from collab.kit.settings import Settings
from collab.studies.prepared import PreparedFolders


def test_a_folder_has_its_name_only_when_it_is_finished(tmp_path: Path) -> None:
    folders = PreparedFolders(Settings(data=tmp_path))
    place = folders.begin("SER-1")
    (place / "stack-0.json").write_bytes(b"{}")
    assert not folders.of("SER-1", "v1").exists()
    folders.finish(place, "SER-1", "v1")
    assert (folders.of("SER-1", "v1") / "stack-0.json").read_bytes() == b"{}"


def test_two_processes_that_finish_the_same_leave_one(tmp_path: Path) -> None:
    folders = PreparedFolders(Settings(data=tmp_path))
    one, two = folders.begin("SER-1"), folders.begin("SER-1")
    folders.finish(one, "SER-1", "v1")
    folders.finish(two, "SER-1", "v1")
    assert [path.name for path in (tmp_path / "prepared" / "SER-1").iterdir()] == ["v1"]


def test_a_sweep_leaves_the_current_versions(tmp_path: Path) -> None:
    folders = PreparedFolders(Settings(data=tmp_path))
    for series_id, version in (("SER-1", "old"), ("SER-1", "new"), ("SER-gone", "v")):
        folders.finish(folders.begin(series_id), series_id, version)
    folders.begin("SER-1")
    folders.sweep({"SER-1": "new"})
    left = {str(path.relative_to(tmp_path / "prepared")) for path in (tmp_path / "prepared").glob("*/*")}
    assert left == {"SER-1/new"}
