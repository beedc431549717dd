"""Compressed frames that ask for more than their header says are told apart before anything is decoded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dicom_render.promises import read_kept_promises
from dicom_render.reading import read_header
from dicom_render.refusal import Unreadable
from dicom_render.transfer_syntaxes import is_encapsulated
from tests.dicom_render import make


@pytest.mark.parametrize(
    ("bomb", "code"),
    [(make.j2k_bomb, "contradiction"), (lambda: make.rle_bomb(8_000), "truncated")],
)
def test_a_frame_larger_than_its_header_says_or_than_its_bytes_can_be_is_refused(
    bomb: Callable[[], bytes], code: str
) -> None:
    data = bomb()
    assert read_header(data).has_pixels
    with pytest.raises(Unreadable) as refused:
        read_kept_promises(data)
    assert refused.value.code == code


def test_a_frame_smaller_than_its_header_says_asks_for_nothing() -> None:
    data = make.j2k_bomb(header_side=512, codestream_side=64)
    assert read_kept_promises(data) == read_header(data)


def test_real_files_in_every_transfer_syntax_keep_what_they_promise(test_data: Path) -> None:
    folders = ("08_transfer_syntaxes", "05_us", "06_xray", "07_enhanced")
    files = [path for folder in folders for path in sorted((test_data / folder).rglob("*.dcm"))]
    syntaxes: set[str] = set()
    for path in files:
        data = path.read_bytes()
        try:
            header = read_header(data)
        except Unreadable:
            continue
        assert read_kept_promises(data) == header, path.name
        syntaxes.add(header.transfer_syntax_uid)
    assert len({uid for uid in syntaxes if is_encapsulated(uid)}) > 10
