"""What a process keeps open: asked once, read once, and no more of it than it may hold."""

import numpy as np
import pytest

from dicom_render.opened import Kept, Opened
from dicom_render.refusal import Unreadable
from tests.dicom_render import make


def test_a_value_is_made_once() -> None:
    kept: Kept[str] = Kept(10)
    made: list[str] = []

    def make_it() -> tuple[str, int]:
        made.append("a")
        return "a", 3

    assert [kept.get("key", make_it), kept.get("key", make_it)] == ["a", "a"]
    assert made == ["a"]


def test_what_was_not_asked_for_longest_makes_room() -> None:
    kept: Kept[str] = Kept(10)
    for key in "ab":
        kept.get(key, lambda key=key: (key, 5))
    kept.get("a", lambda: ("made again", 5))
    kept.get("c", lambda: ("c", 5))
    assert kept.get("a", lambda: ("made again", 5)) == "a"
    assert kept.get("b", lambda: ("made again", 5)) == "made again"


def test_what_is_larger_than_all_is_given_and_not_kept() -> None:
    kept: Kept[str] = Kept(10)
    kept.get("small", lambda: ("small", 10))
    assert kept.get("large", lambda: ("large", 11)) == "large"
    assert kept.get("small", lambda: ("made again", 10)) == "small"
    assert kept.get("large", lambda: ("made again", 11)) == "made again"


def test_a_file_is_opened_once_and_its_frame_decoded_once() -> None:
    pixels, opened, reads = make.noise(), Opened(), []
    data = make.image(pixels)

    def read() -> bytes:
        reads.append(1)
        return data

    for _ in range(2):
        source = opened.source("name", read)
        frame = opened.frame("name", 1, lambda source=source: source.decode(1))
        np.testing.assert_array_equal(frame, pixels)
    assert len(reads) == 1
    assert opened.frame("name", 1, lambda: np.zeros((1, 1), np.uint8)) is frame
    with pytest.raises(ValueError, match="read-only"):
        frame[0, 0] = 1


def test_what_cannot_be_read_is_tried_anew() -> None:
    opened = Opened()
    for _ in range(2):
        with pytest.raises(Unreadable):
            opened.source("name", lambda: b"no dicom")
    assert opened.source("name", lambda: make.image(make.noise())).layout.number_of_frames == 1
