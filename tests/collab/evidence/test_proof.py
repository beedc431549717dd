"""What tampering with evidence meets: each kind is found, and said of the very item that was touched."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence

import msgspec
import pytest
from msgspec.structs import replace

from collab.evidence.document import (
    AUDIT,
    CONCLUSION,
    DOCUMENT,
    IMAGES,
    JOURNAL,
    MANIFEST,
    READ_ME,
    SEAL,
    SIGNATURE,
    Finding,
    Manifest,
    SeriesImages,
    Signature,
    StudyImages,
    Why,
)
from collab.evidence.proof import prove
from collab.evidence.service import public_key, signing_key
from collab.rooms.protocol import Said
from collab.studies.rules import version_of
from tests.collab.evidence import make
from tests.collab.evidence.make import Items
from tests.conftest import tables_in


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, bytes]:
    """One meeting for all: evidence is bytes, which no test changes in place."""
    folder = tmp_path_factory.mktemp("evidence")
    with tables_in(f"sqlite:///{folder / 'consilium.sqlite3'}") as database:
        world, room_id = make.meeting(database, folder)
        return room_id, make.evidence(world, room_id)


@pytest.fixture
def content(room: tuple[str, bytes]) -> bytes:
    return room[1]


@pytest.fixture
def items(content: bytes) -> Items:
    return make.items_of(content)


def found(content: bytes, key: str = "") -> list[tuple[str, str, Why]]:
    return [(each.item, each.place, each.why) for each in prove(content, public_key=key).findings]


def flipped(item: bytes, at: int, bit: int = 0) -> bytes:
    return item[:at] + bytes([item[at] ^ 1 << bit]) + item[at + 1 :]


def test_untouched_evidence_is_whole(content: bytes) -> None:
    proof = prove(content, public_key=public_key(make.SECRET))
    assert proof.findings == []
    assert proof.is_whole
    assert proof.manifest is not None
    assert proof.manifest.facts == 6


# ---- by somebody who has not the key: the manifest gives it away, whatever else they make fit


@pytest.mark.parametrize("name", [READ_ME, JOURNAL, IMAGES, CONCLUSION, DOCUMENT, SIGNATURE, AUDIT])
def test_a_flipped_byte_of_any_item_is_found_in_that_item(content: bytes, name: str) -> None:
    changed = make.tampered(content, name, lambda item: flipped(item, len(item) // 2))
    assert (name, "", "altered") in found(changed)
    # Only what is compared with the item speaks of another one.
    assert {item for item, _, why in found(changed) if why in ("altered", "missing")} == {name}


@pytest.mark.parametrize("name", [JOURNAL, IMAGES, CONCLUSION, DOCUMENT, SIGNATURE, AUDIT, READ_ME, SEAL])
def test_a_missing_item_is_missed(items: Items, name: str) -> None:
    del items[name]
    assert (name, "", "missing") in found(make.zipped(items))


def test_an_added_item_is_not_taken_for_one(items: Items) -> None:
    assert found(make.zipped({**items, "addendum.pdf": b"%PDF-1.7"})) == [("addendum.pdf", "", "unlisted")]


def test_an_altered_manifest_is_forged(content: bytes) -> None:
    changed = make.tampered(content, MANIFEST, lambda item: item.replace(b'"made_by": "test"', b'"made_by": "Test"'))
    assert found(changed) == [(MANIFEST, "", "forged")]


def test_a_manifest_made_to_fit_a_changed_item_is_forged(items: Items) -> None:
    items[CONCLUSION] = items[CONCLUSION].replace(b"gauche", b"droite")
    fits = make.items_of(make.signed_again(items, signing_key(make.OTHER_SECRET)))
    # The signature that was there, over the manifest that now fits.
    assert (MANIFEST, "", "forged") in found(make.zipped({**fits, SEAL: items[SEAL]}))


def test_a_journal_written_anew_down_to_its_last_hash_is_found_by_the_key(
    room: tuple[str, bytes], items: Items
) -> None:
    lines = make.rechained(make.journal(items)[:2] + make.journal(items)[3:], room[0])
    own = signing_key(make.OTHER_SECRET)
    anew = make.signed_again(make.with_journal(items, lines), own, facts=5, head_hash=lines[-1].hash)
    assert found(anew) == [], "whole in itself: only a key from elsewhere tells it from a true one"
    assert found(anew, public_key(make.SECRET)) == [(MANIFEST, "", "other_key")]


def test_a_broken_signature_is_one(content: bytes) -> None:
    for seal in (b"", b"00" * 64, b"not hex", "é".encode()):
        assert found(make.tampered(content, SEAL, lambda _: seal)) == [(MANIFEST, "", "forged")]  # noqa: B023


# ---- by somebody who could have it signed: the items themselves do not agree


def signed(items: Items) -> list[tuple[str, str, Why]]:
    return found(make.signed_again(items))


def test_a_changed_fact_is_named(items: Items) -> None:
    lines = make.journal(items)
    lines[2] = replace(lines[2], at_ms=lines[2].at_ms + 1)
    assert signed(make.with_journal(items, lines)) == [(JOURNAL, "fact 3", "changed")]


def test_a_fact_that_reads_otherwise_than_it_was_sealed_is_named(items: Items) -> None:
    lines = make.journal(items)
    lines[5] = replace(lines[5], done=msgspec.Raw(msgspec.json.encode(Said("Non merci."))))
    assert signed(make.with_journal(items, lines)) == [(JOURNAL, "fact 6", "contradicts")]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda lines: lines[:2] + lines[3:], [("fact 3", "missing")]),
        (lambda lines: lines[1:], [("fact 1", "missing")]),
        (lambda lines: lines[:-2], [("fact 5", "cut"), ("fact 6", "cut")]),
        (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], [("fact 3", "reordered")]),
    ],
    ids=["removed", "removed at the beginning", "cut", "reordered"],
)
def test_facts_that_are_removed_or_moved_are_named(
    items: Items, change: Callable[[Sequence[object]], Sequence[object]], expected: list[tuple[str, Why]]
) -> None:
    lines = change(make.journal(items))
    journal = [(place, why) for item, place, why in signed(make.with_journal(items, lines)) if item == JOURNAL]  # pyright: ignore[reportArgumentType]
    assert journal == expected


def test_a_fact_that_was_put_in_does_not_follow(room: tuple[str, bytes], items: Items) -> None:
    lines = make.journal(items)
    other = make.rechained([lines[5]], room[0])[0]
    moved = [*lines[:5], replace(lines[5], hash=other.hash)]
    assert signed(make.with_journal(items, moved)) == [(JOURNAL, "fact 6", "changed"), (JOURNAL, "head", "contradicts")]


def test_a_line_that_is_none_is_named(items: Items) -> None:
    broken = items[JOURNAL].splitlines()
    broken[3] = b'{"seq": 4}'
    said = signed({**items, JOURNAL: b"\n".join(broken)})
    assert (JOURNAL, "line 4", "unreadable") in said
    assert (JOURNAL, "fact 4", "missing") in said


def test_another_conclusion_is_not_what_was_signed(items: Items) -> None:
    items[CONCLUSION] = items[CONCLUSION].replace(b"M1 gauche", b"M1 droit.")
    said = signed(items)
    assert (CONCLUSION, "signature", "changed") in said
    assert (CONCLUSION, "text", "contradicts") in said


def test_another_document_is_not_what_was_signed(items: Items) -> None:
    assert signed({**items, DOCUMENT: b"%PDF-1.7 something else"}) == [(DOCUMENT, "signature", "changed")]


@pytest.mark.parametrize("name", ["conclusion_id", "author_id", "content_sha256", "document_sha256"])
def test_a_signature_that_says_otherwise_contradicts_the_audit(items: Items, name: str) -> None:
    signature = msgspec.json.decode(items[SIGNATURE], type=Signature)
    items[SIGNATURE] = msgspec.json.encode(replace(signature, **{name: "EXC-0000000000000000"}))
    assert (SIGNATURE, "audit", "contradicts") in signed(items)


def test_a_changed_row_of_the_audit_is_named(items: Items) -> None:
    assert b"conclusion.signed" in items[AUDIT]
    items[AUDIT] = items[AUDIT].replace(b"room.opened", b"room.closed")
    assert [(item, why) for item, _, why in signed(items)] == [(AUDIT, "changed")]


def _images(*series: SeriesImages, version: str) -> bytes:
    return msgspec.json.encode([StudyImages("STU-1", "2.25.1", version, series)])


def test_a_set_of_images_is_held_against_its_name(items: Items) -> None:
    pairs = (("2.25.3", "a" * 64), ("2.25.4", "b" * 64))
    series = SeriesImages("2.25.2", True, pairs)
    true = _images(series, version=version_of(pairs))
    assert signed({**items, IMAGES: true}) == []
    for swapped in (replace(series, instances=pairs[:1]), replace(series, instances=(pairs[0], ("2.25.4", "c" * 64)))):
        false = _images(swapped, version=version_of(pairs))
        assert signed({**items, IMAGES: false}) == [(IMAGES, "study 2.25.1", "changed")]


def test_images_that_came_after_the_signature_are_told_and_no_fault(items: Items) -> None:
    pairs = (("2.25.3", "a" * 64),)
    later = make.signed_again(
        {**items, IMAGES: _images(SeriesImages("2.25.2", True, pairs), version=version_of(pairs))}
    )
    assert (prove(later).findings, prove(later).grown) == ([], ["2.25.1"])


# ---- what is no evidence


@pytest.mark.parametrize("content", [b"", b"PK", b"%PDF-1.7", b"\0" * 4096])
def test_what_is_no_zip_is_said_to_be_none(content: bytes) -> None:
    assert found(content) == [("", "", "no_zip")]


def test_a_zip_without_our_manifest_is_none_of_ours(items: Items) -> None:
    assert found(make.zipped({"a.txt": b"x"})) == [(MANIFEST, "", "missing")]
    for manifest in (b"{", b"[]", items[MANIFEST].replace(b"evidence.v1", b"evidence.v9")):
        assert found(make.zipped({**items, MANIFEST: manifest})) == [(MANIFEST, "", "unreadable")]


def test_two_items_of_one_name_are_refused(items: Items) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, item in items.items():
            archive.writestr(name, item)
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr(JOURNAL, items[JOURNAL])
    assert found(file.getvalue()) == [("", "", "unreadable")]


def test_a_damaged_file_is_found_wherever_it_is_damaged(content: bytes) -> None:
    directory = content.index(b"PK\x01\x02")
    step = max(1, directory // 400)
    places = [(at, 0) for at in range(0, directory, step)]
    # Every byte of the zip's own directory, from which all else is found; the high bit makes offsets negative.
    places += [(at, bit) for at in range(directory, len(content)) for bit in range(8)]
    whole = [place for place in places if prove(flipped(content, *place)).is_whole]
    # Zip itself has bytes that say nothing: dates, versions, attributes. What is read is as it was all the same.
    for place in whole:
        assert make.items_of(flipped(content, *place)) == make.items_of(content)
    manifest = prove(content).manifest
    assert isinstance(manifest, Manifest)
    assert Finding(item="", why="no_zip") not in prove(content).findings
