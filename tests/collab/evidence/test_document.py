"""The file of evidence: the same content makes the same file, and a file too large to be one is not read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from collab.evidence import document
from collab.evidence.document import FORMAT, Finding, Manifest, open_evidence, sha256_hex, write
from collab.evidence.service import signing_key

ITEMS = {"a.txt": b"a" * 1000}


def _manifest() -> Manifest:
    return Manifest(
        format=FORMAT,
        room_id="ROO-1",
        made_at=datetime(2026, 11, 24, tzinfo=UTC),
        made_by="test",
        facts=0,
        head_hash="0" * 64,
        items={name: sha256_hex(item) for name, item in ITEMS.items()},
        public_key=signing_key(b"secret").public_key().public_bytes_raw().hex(),
    )


def test_the_same_content_makes_the_same_file() -> None:
    one, other = (write(_manifest(), ITEMS, signing_key(b"secret")) for _ in range(2))
    assert one == other
    opened = open_evidence(one)
    assert (opened.manifest, opened.findings, opened.items["a.txt"]) == (_manifest(), [], ITEMS["a.txt"])


def test_an_item_larger_than_evidence_can_be_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    content = write(_manifest(), ITEMS, signing_key(b"secret"))
    monkeypatch.setattr(document, "MOST_ITEM_BYTES", 999)
    assert Finding(item="a.txt", why="unreadable") in open_evidence(content).findings
