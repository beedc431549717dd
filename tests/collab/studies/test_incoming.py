"""The file of an upload: one writer, cut at the last safe byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from collab.studies.incoming import Incoming, UploadBusy


def test_a_second_writer_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    first = Incoming(tmp_path / "drop" / "upload")
    with pytest.raises(UploadBusy):
        Incoming(tmp_path / "drop" / "upload")
    first.close()
    Incoming(tmp_path / "drop" / "upload").close()


def test_writing_goes_on_at_the_offset(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(b"safe-unsafe")
    incoming = Incoming(path)
    incoming.start(5)
    incoming.write(b"more")
    incoming.make_safe()
    incoming.close()
    assert path.read_bytes() == b"safe-more"
