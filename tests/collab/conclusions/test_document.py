"""The bytes that are hashed."""

from __future__ import annotations

import hashlib
import json

from collab.conclusions.document import canonical_bytes, read_content, sha256_hex, text_sha256
from tests.collab.conclusions.make import content


def test_the_canonical_bytes_are_sorted_json_and_read_back_whole() -> None:
    found = content()
    canonical = canonical_bytes(found)
    assert canonical.decode() == json.dumps(
        json.loads(canonical), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    assert read_content(canonical.decode()) == found


def test_any_change_of_what_is_signed_changes_the_hash() -> None:
    first = sha256_hex(canonical_bytes(content()))
    assert first == sha256_hex(canonical_bytes(content()))
    assert first != sha256_hex(canonical_bytes(content(text="Hématome sous-dural aigu droit de 6 mm.")))
    assert first != sha256_hex(canonical_bytes(content(studies=())))


def test_the_text_s_hash_is_that_of_its_utf_8() -> None:
    assert text_sha256("é") == hashlib.sha256(b"\xc3\xa9").hexdigest()


def test_the_document_type_is_never_that_of_a_primary_report() -> None:
    assert content().document_type == "85208-7"
