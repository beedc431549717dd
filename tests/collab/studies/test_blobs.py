"""The blob store: named by content, whole or not at all, proved when read."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest

from collab.studies.blobs import BlobStore, DamagedBlob, TooLarge

CONTENT = b"an original" * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def kept(store: BlobStore) -> Path:
    store.keep([store.stage(io.BytesIO(CONTENT), limit_bytes=1 << 20)])
    return store.path_of(SHA256)


def test_a_blob_lies_under_its_hash(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    assert kept(store) == tmp_path / SHA256[:2] / SHA256[2:4] / SHA256
    assert store.read(SHA256) == CONTENT


def test_what_is_only_staged_is_not_in_the_store(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    staged = store.stage(io.BytesIO(CONTENT), limit_bytes=1 << 20)
    with pytest.raises(DamagedBlob):
        store.read(SHA256)
    store.drop(staged)
    assert not list((tmp_path / "staging").iterdir())


def test_too_many_bytes_leave_nothing_behind(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    with pytest.raises(TooLarge):
        store.stage(io.BytesIO(CONTENT), limit_bytes=len(CONTENT) - 1)
    assert not list((tmp_path / "staging").iterdir())


@pytest.mark.parametrize("change", [lambda c: c[:-1], lambda c: c[:-1] + b"x", lambda c: c + b"x", lambda _: b""])
def test_changed_bytes_are_never_given_out(tmp_path: Path, change: object) -> None:
    store = BlobStore(tmp_path)
    path = kept(store)
    assert callable(change)
    path.write_bytes(change(CONTENT))
    with pytest.raises(DamagedBlob):
        store.read(SHA256)


def test_keeping_again_heals(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    kept(store).write_bytes(b"damaged")
    kept(store)
    assert store.read(SHA256) == CONTENT


@pytest.mark.parametrize("name", ["../../etc/passwd", "", SHA256.upper(), SHA256 + "0", "1.2.840.10008"])
def test_only_a_hash_makes_a_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(AssertionError):
        BlobStore(tmp_path).path_of(name)


def test_old_staged_copies_are_cleared_and_new_ones_are_not(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    staged = store.stage(io.BytesIO(CONTENT), limit_bytes=1 << 20)
    store.clear_staging(before=staged.path.stat().st_mtime)
    assert staged.path.exists()
    store.clear_staging(before=staged.path.stat().st_mtime + 1)
    assert not staged.path.exists()


def test_a_file_hashed_as_it_was_written_is_kept_without_a_copy_and_outlives_its_name(tmp_path: Path) -> None:
    store, content = BlobStore(tmp_path / "blobs"), b"written and hashed beside the store"
    path, sha256 = tmp_path / "part", hashlib.sha256(content).hexdigest()
    path.write_bytes(content)
    inode = path.stat().st_ino
    store.keep([store.adopt(path, sha256=sha256)])
    path.unlink()
    assert store.read(sha256) == content
    assert store.path_of(sha256).stat().st_ino == inode
