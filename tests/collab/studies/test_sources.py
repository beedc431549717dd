"""What a folder, a file or an archive holds, and how names are shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from collab.studies.rules import MAX_NAME_LENGTH
from collab.studies.sources import Source, clean_name, gather, is_noise
from tests.collab.studies.make import archive, folder


def names_in(*paths: Path) -> list[str]:
    found = gather(Source(path=path, name=path.name) for path in paths)
    try:
        return [candidate.name for candidate in found.candidates]
    finally:
        found.close()


def test_a_folder_is_walked_in_order_of_names(tmp_path: Path) -> None:
    place = folder(tmp_path / "in", {"b/2": b"", "b/1": b"", "a/9": b""})
    assert names_in(place) == ["in/a/9", "in/b/1", "in/b/2"]


def test_an_archive_is_known_by_content_and_not_by_name(tmp_path: Path) -> None:
    packed = archive(tmp_path / "study.dcm", {"1": b"x"})
    plain = tmp_path / "plain.zip"
    plain.write_bytes(b"not an archive")
    assert names_in(packed, plain) == ["study.dcm/1", "plain.zip"]


def test_a_bad_entry_is_left_and_its_neighbours_are_candidates(tmp_path: Path) -> None:
    found = gather([Source(path=archive(tmp_path / "a.zip", {"../x": b"x", "y": b"y"}), name="a.zip")])
    found.close()
    assert [candidate.name for candidate in found.candidates] == ["a.zip/y"]
    assert [(left.name, left.refusal.code) for left in found.left] == [("a.zip/../x", "unsafe_name")]


def test_a_file_that_is_gone_is_left(tmp_path: Path) -> None:
    found = gather([Source(path=tmp_path / "gone", name="gone")])
    assert [left.refusal.code for left in found.left] == ["no_file"]


@pytest.mark.parametrize(
    ("name", "noise"),
    [
        ("DICOMDIR", True),
        ("CD/dicomdir", True),
        ("a/.DS_Store", True),
        ("__MACOSX/a/._1.dcm", True),
        ("Thumbs.db", True),
        ("1.2.840.113619", False),
        ("IM000001", False),
    ],
)
def test_what_systems_and_discs_add_is_not_worth_a_line(name: str, noise: bool) -> None:
    assert is_noise(name) is noise


def test_a_name_is_shown_printable_and_cut_in_front() -> None:
    assert clean_name("a\x1b[31m\n\u202eb") == "a�[31m��b"
    long = clean_name("x" * 300 + "/IM1.dcm")
    assert len(long) == MAX_NAME_LENGTH
    assert long.startswith("…")
    assert long.endswith("/IM1.dcm")
