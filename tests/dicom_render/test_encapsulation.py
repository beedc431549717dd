"""Frames out of encapsulated pixel data (PS3.5 A.4)."""

import struct

import pytest

from dicom_render.encapsulation import FrameTable
from dicom_render.refusal import Unreadable


def item(content: bytes) -> bytes:
    return b"\xfe\xff\x00\xe0" + struct.pack("<I", len(content)) + content


END = b"\xfe\xff\xdd\xe0\0\0\0\0"


def test_all_fragments_of_a_single_frame_are_one() -> None:
    table = FrameTable(item(b"") + item(b"ab") + item(b"cd") + END, number_of_frames=1)
    assert table.frame(0) == b"abcd"


def test_the_offset_table_says_where_frames_begin() -> None:
    fragments = item(b"aaaa") + item(b"bb") + item(b"cc")
    table = FrameTable(item(struct.pack("<2I", 0, 12)) + fragments + END, number_of_frames=2)
    assert [table.frame(0), table.frame(1)] == [b"aaaa", b"bbcc"]


def test_without_a_table_the_codestreams_say_it() -> None:
    first, more, second = b"\xff\xd8\xff\xe0", b"rest", b"\xff\xd8\xff\xdb"
    table = FrameTable(item(b"") + item(first) + item(more) + item(second) + END, number_of_frames=2)
    assert [table.frame(0), table.frame(1)] == [first + more, second]


def test_the_extended_table_cuts_the_padding_byte() -> None:
    table = FrameTable(item(b"") + item(b"abc\0") + END, number_of_frames=1, extended=([0], [3]))
    assert table.frame(0) == b"abc"


@pytest.mark.parametrize(
    ("data", "frames", "code"),
    [
        (item(b"") + item(b"ab") + END, 2, "truncated"),
        (item(b"") + b"\xfe\xff\x00\xe0\xff\xff\xff\x7fab", 1, "truncated"),
        (b"no item at all", 1, "malformed"),
        (item(b"") + item(b"a ") + item(b"b ") + item(b"c ") + END, 2, "malformed"),
        (b"", 1, "missing_pixels"),
    ],
)
def test_what_does_not_hold_its_frames_is_refused(data: bytes, frames: int, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        FrameTable(data, number_of_frames=frames)
    assert refused.value.code == code
