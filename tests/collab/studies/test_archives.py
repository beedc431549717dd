"""Archives from strangers: bombs are refused by their table of contents, in no time and no memory."""

from __future__ import annotations

import resource
import struct
import zipfile
import zlib
from pathlib import Path
from typing import IO

import pytest

from collab.studies.archives import MAX_ENTRIES, BadArchive, BadEntry, check_contents, entry_opened, opened
from tests.collab.studies.make import archive


def refusal_of(path: Path) -> str:
    with pytest.raises(BadArchive) as refused, opened(path):
        pytest.fail("a bad archive was opened")
    return refused.value.code


def test_an_honest_archive_is_read(tmp_path: Path) -> None:
    with opened(archive(tmp_path / "a.zip", {"a/1.dcm": b"one", "a/2.dcm": b"two"})) as found:
        contents = []
        for entry in found.infolist():
            with entry_opened(found, entry) as content:
                contents.append(content.read())
    assert contents == [b"one", b"two"]


def test_an_honest_archive_with_accents_and_a_comment_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.comment = b"a comment of the disc"
        packed.writestr("Tête/é.dcm", b"one")
    with opened(path) as found:
        assert [entry.filename for entry in found.infolist()] == ["Tête/é.dcm"]


def sharing(names: list[str], content: bytes) -> bytes:
    """One deflated file that every entry points at (CVE-2024-0450's kind)."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(content) + packer.flush()
    facts = (zlib.crc32(content), len(packed), len(content))
    local = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 8, 0, 0, *facts, 1, 0) + b"a" + packed
    central = b"".join(
        struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, *facts, len(name), 0, 0, 0, 0, 0, 0)
        + name.encode()
        for name in names
    )
    count = len(names)
    return local + central + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, len(central), len(local), 0)


def test_an_overlap_bomb_is_refused_without_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    path.write_bytes(sharing([f"{number:04}" for number in range(4_900)], bytes(20 << 20)))  # declares 98 GB
    assert zipfile.ZipFile(path).infolist()[0].file_size == 20 << 20, "Python opens it without complaint"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refusal_of(path) in {"archive_too_large", "archive_bomb"}
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20 * 1024


def test_entries_that_share_bytes_are_refused_whatever_their_sizes(tmp_path: Path) -> None:
    path = tmp_path / "two.zip"
    path.write_bytes(sharing(["a", "b"], bytes(range(256))))
    assert refusal_of(path) == "archive_bomb"


def test_a_ratio_no_study_has_is_refused(tmp_path: Path) -> None:
    assert refusal_of(archive(tmp_path / "zeros.zip", {"a.dcm": bytes(50 << 20)})) == "archive_bomb"


def test_too_many_entries_are_refused_before_the_table_is_read(tmp_path: Path) -> None:
    path = archive(tmp_path / "many.zip", {f"{n}": b"" for n in range(MAX_ENTRIES + 1)})
    assert refusal_of(path) == "archive_too_many"


def test_a_table_of_contents_larger_than_it_says_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", {f"{n}": b"" for n in range(MAX_ENTRIES + 1)})
    content = bytearray(path.read_bytes())
    struct.pack_into("<HH", content, len(content) - 14, 3, 3)
    path.write_bytes(content)
    assert refusal_of(path) == "archive_too_many"


def test_an_archive_in_the_long_form_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", {"a": b"x"})
    content = path.read_bytes()
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, 0, 1)
    path.write_bytes(content[:-22] + locator + content[-22:])
    assert refusal_of(path) == "archive_too_large"


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"PK\x03\x04" + bytes(100), b"PK\x05\x06" + bytes(10)])
def test_what_only_begins_like_an_archive_is_damaged(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    assert refusal_of(path) == "archive_damaged"


def test_a_password_is_said(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", {"a": b"x" * 50})
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    assert refusal_of(path) == "archive_encrypted"


def test_a_size_that_lies_is_met_at_reading_and_no_byte_more_comes_out(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", {"a": bytes(range(256)) * 400})
    content = bytearray(path.read_bytes())
    struct.pack_into("<I", content, content.index(b"PK\x01\x02") + 24, 1_000)
    path.write_bytes(content)
    read = bytearray()
    with opened(path) as found, pytest.raises(BadEntry), entry_opened(found, found.infolist()[0]) as entry:
        drain(entry, read)
    assert len(read) <= 1_000


def drain(entry: IO[bytes], into: bytearray) -> None:
    while piece := entry.read(100):
        into.extend(piece)


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "..\\x", "C:\\x", "a/../../x"])
def test_a_name_that_leaves_its_folder_is_not_opened(tmp_path: Path, name: str) -> None:
    entry = zipfile.ZipInfo(name)
    path = archive(tmp_path / "a.zip", {"a": b"x"})
    with opened(path) as found, pytest.raises(BadEntry) as refused, entry_opened(found, entry):
        pytest.fail("opened")
    assert refused.value.code == "unsafe_name"


def test_a_symbolic_link_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr(link, "/etc/passwd")
    with opened(path) as found, pytest.raises(BadEntry) as refused, entry_opened(found, found.infolist()[0]):
        pytest.fail("opened")
    assert refused.value.code == "link"


def test_two_gibibytes_in_all_are_the_limit() -> None:
    big = zipfile.ZipInfo("a")
    big.file_size, big.compress_size, big.header_offset = (2 << 30) + 1, 1 << 30, 0
    with pytest.raises(BadArchive) as refused:
        check_contents([big], size=1 << 30, contents_at=1 << 31)
    assert refused.value.code == "archive_too_large"


def test_an_unknown_compression_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as packed:
        packed.writestr("a", b"x")
    assert refusal_of(path) == "archive_method"
