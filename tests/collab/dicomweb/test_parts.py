"""A body is parted as it comes, however it is cut, and refused when it is not one."""

from __future__ import annotations

import hashlib
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collab.dicomweb.parts import Parts, Received, boundary_of
from collab.dicomweb.refusals import BadRequest, UnsupportedMedia

BODY = b"\r\n--x\r\nContent-Type: application/dicom\r\n\r\none\r\n-\r\n--x\r\nContent-type: text/plain\r\n\r\n\r\n--x--"


@given(cuts=st.lists(st.integers(0, len(BODY)), max_size=6))
def test_parts_are_the_same_however_the_body_is_cut(tmp_path_factory: pytest.TempPathFactory, cuts: list[int]) -> None:
    parts = Parts(tmp_path_factory.mktemp("body") / "new", "x")
    ends = [0, *sorted(cuts), len(BODY)]
    for start, end in pairwise(ends):
        parts.feed(BODY[start:end])
    first, second = parts.finish()
    assert first.path.read_bytes() == b"one\r\n-"
    assert first.sha256 == hashlib.sha256(b"one\r\n-").hexdigest()
    assert (first.content_type, second.content_type) == ("application/dicom", "text/plain")
    assert second.path.read_bytes() == b""


def fed(parts: Parts, body: bytes) -> list[Received]:
    parts.feed(body)
    return parts.finish()


@pytest.mark.parametrize("body", [b"", b"nonsense", BODY[:-2], BODY[:40], b"--x\r\n" + b"a" * 9000 + b": b"])
def test_what_is_no_whole_body_is_refused(tmp_path: Path, body: bytes) -> None:
    parts = Parts(tmp_path / "new", "x")
    with pytest.raises(BadRequest):
        fed(parts, body)
    parts.close()


def test_only_parts_of_dicom_are_taken() -> None:
    assert boundary_of('multipart/related; type="application/dicom"; boundary="a b"') == "a b"
    # As Orthanc does, beyond the 70 characters of RFC 2046.
    two_uuids = f"{UUID(int=1)}-{UUID(int=2)}"
    assert boundary_of(f"multipart/related; type=application/dicom; boundary={two_uuids}") == two_uuids
    for other in ("", "application/dicom", "multipart/form-data; boundary=x", "multipart/related; type=text/xml"):
        with pytest.raises(UnsupportedMedia):
            boundary_of(other)
