"""Parts of a series: shared out once, kept while they are of use, and gone with the process that made them."""

from __future__ import annotations

from pathlib import Path

import pytest

from collab.kit.settings import Settings
from collab.studies import readied
from collab.studies.readied import PART_FILES, Part, ReadiedParts

MANY = [f"{number:064x}" for number in range(20)]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path)


def write(parts: ReadiedParts, part: Part, *, size: int = 10) -> None:
    part.path.with_name(part.path.name + ".frames").write_bytes(b"x" * size)
    parts.finish(part)


def claimed(parts: ReadiedParts, series_id: str, hashes: list[str]) -> Part:
    part = parts.claim(series_id, hashes, sharers=2)
    assert part is not None
    return part


def test_every_original_is_given_out_once(settings: Settings) -> None:
    parts = ReadiedParts(settings)
    given: list[str] = []
    while (part := parts.claim("SER-1", MANY, sharers=2)) is not None:
        assert len(part.hashes) <= PART_FILES
        given += part.hashes
    assert given == MANY


def test_few_originals_are_shared_between_the_workers(settings: Settings) -> None:
    assert len(claimed(ReadiedParts(settings), "SER-1", MANY[:6]).hashes) == 3


def test_what_was_given_up_is_given_out_again_and_what_is_done_is_not(settings: Settings) -> None:
    parts = ReadiedParts(settings)
    first, second = claimed(parts, "SER-1", MANY[:2]), claimed(parts, "SER-1", MANY[:2])
    parts.give_up(first)
    write(parts, second)
    assert claimed(parts, "SER-1", MANY[:2]).hashes == first.hashes


def test_images_that_come_later_are_added_to_those_that_are_done(settings: Settings) -> None:
    parts = ReadiedParts(settings)
    write(parts, claimed(parts, "SER-1", MANY[:1]))
    assert parts.wait("SER-1", MANY[:1], timeout_s=0)
    assert not parts.wait("SER-1", MANY[:2], timeout_s=0)
    write(parts, claimed(parts, "SER-1", MANY[:2]))
    assert parts.wait("SER-1", MANY[:2], timeout_s=0)
    assert len(parts.paths_of("SER-1", MANY[:2])) == 2
    assert len(parts.paths_of("SER-1", MANY[:1])) == 1


def test_the_series_used_longest_ago_goes_when_there_is_too_much_but_none_that_is_held(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readied, "KEPT_BYTES", 25)
    parts = ReadiedParts(settings)
    with parts.holding("SER-1"):
        for series_id in ("SER-1", "SER-2", "SER-3"):
            with parts.holding(series_id):
                write(parts, claimed(parts, series_id, MANY[:1]))
    assert parts.is_full is False
    assert [parts.wait(series_id, MANY[:1], timeout_s=0) for series_id in ("SER-1", "SER-2", "SER-3")] == [
        True,
        False,
        True,
    ]
    assert len(list(settings.data.glob("readied/*/*.frames"))) == 2


def test_a_start_removes_what_dead_processes_left_and_nothing_of_the_living(settings: Settings) -> None:
    living = ReadiedParts(settings)
    write(living, claimed(living, "SER-1", MANY[:1]))
    dead = settings.data / "readied" / "dead"
    dead.mkdir()
    (dead / "part.frames").write_bytes(b"half")
    ReadiedParts(settings).sweep()
    assert not dead.exists()
    assert len(list(settings.data.glob("readied/*/*.frames"))) == 1


def test_nothing_is_left_after_a_close(settings: Settings) -> None:
    parts = ReadiedParts(settings)
    write(parts, claimed(parts, "SER-1", MANY[:1]))
    parts.close()
    assert list((settings.data / "readied").iterdir()) == []
