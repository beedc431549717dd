"""The evidence of a meeting as one file: what lies in it, how it is written and read again; pure.

A zip of plain items, each named with its SHA-256 in a manifest, and the server's signature of that manifest. What each
item must agree with is `proof`'s.
"""

from __future__ import annotations

import hashlib
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from collab.rooms.journal import Entry

FORMAT = "consilium.evidence.v1"
MANIFEST, SEAL = "manifest.json", "manifest.sig"
JOURNAL, IMAGES, AUDIT, READ_ME = "journal.jsonl", "images.json", "audit.jsonl", "README.txt"
CONCLUSION, DOCUMENT, SIGNATURE = "conclusion.json", "conclusion.pdf", "signature.json"

# Of one item, unpacked: an evening's journal is a few MiB, and a file from outside may claim anything.
MOST_ITEM_BYTES = 256 << 20
MOST_ITEMS = 32

# Each way in which Python says that a zip was damaged, encrypted or packed otherwise than ours.
_DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, RuntimeError, ValueError)

Why = Literal[
    "no_zip",  # not a file of evidence at all
    "unreadable",  # cannot be read, or not as what it should be
    "missing",
    "unlisted",  # the manifest does not know it
    "altered",  # its bytes are not those of the manifest
    "forged",  # the manifest is not what was signed
    "other_key",  # signed, but not by the server that was named
    "reordered",
    "cut",  # facts at the end are missing
    "changed",  # does not have the hash that it was sealed with
    "unlinked",  # does not follow the one before it
    "contradicts",  # two items say different things
]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that does not hold: in which item, at which place of it, and why."""

    item: str
    place: str = ""
    why: Why


class JournalLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entry of the journal; `body` is what the hash was made over, `done` the same for people to read."""

    seq: int
    epoch: int
    at_ms: int
    actor: str
    client_id: str
    n: int
    body: bytes
    previous_hash: str
    hash: str
    done: msgspec.Raw


class SeriesImages(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Each instance of a series with the SHA-256 of its file as received; `was_shown`: in this meeting."""

    series_uid: str
    was_shown: bool
    instances: tuple[tuple[str, str], ...]


class StudyImages(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a study held when the evidence was made; `version` names exactly this set."""

    study_id: str
    study_uid: str
    version: str
    series: tuple[SeriesImages, ...]


class Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who signed the conclusion, when, and what its content and its document hash to."""

    conclusion_id: str
    request_id: str
    author_id: str
    signed_at: datetime
    content_sha256: str
    document_sha256: str
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None


class AuditLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of the audit about the room or its conclusion; `hash` seals it to rows that are not all here."""

    seq: int
    at: datetime
    act: str
    actor_id: str | None
    actor_name: str
    hospital_id: str | None
    object_kind: str
    object_id: str
    facts: dict[str, Any]  # Any: JSON, as it was sealed
    previous_hash: str
    hash: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file must hold. `facts` and `head_hash` end the journal, `public_key` is the signing server's."""

    format: str
    room_id: str
    made_at: datetime
    made_by: str
    facts: int
    head_hash: str
    items: dict[str, str]
    public_key: str


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A file of evidence, read; what could not be read stands in `findings`."""

    manifest: Manifest | None
    items: Mapping[str, bytes]
    findings: Sequence[Finding]


def journal_line(entry: Entry, done: bytes) -> JournalLine:
    """`done`: what the entry's body holds, as JSON."""
    return JournalLine(
        entry.seq,
        entry.epoch,
        entry.at_ms,
        entry.actor,
        entry.client_id,
        entry.n,
        entry.body,
        entry.previous_hash,
        entry.hash,
        msgspec.Raw(done),
    )


def entry_of(line: JournalLine, room_id: str) -> Entry:
    fields = {name: getattr(line, name) for name in line.__struct_fields__ if name != "done"}
    return Entry(room_id=room_id, **fields)


def lines(values: Sequence[msgspec.Struct]) -> bytes:
    """One JSON object a line."""
    return b"".join(msgspec.json.encode(value) + b"\n" for value in values)


def write(manifest: Manifest, items: Mapping[str, bytes], key: Ed25519PrivateKey) -> bytes:
    """The file; the same for the same content."""
    sealed = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
    all_items = {MANIFEST: sealed, SEAL: key.sign(sealed).hex().encode(), **items}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in all_items.items():
            # Without a date of its own: it is in the manifest.
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def open_evidence(content: bytes, *, public_key: str = "") -> Opened:
    """Read a file and prove that it is what was signed; `public_key` (hex) of the server that must have signed it."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except _DAMAGE:
        return Opened(manifest=None, items={}, findings=[Finding(item="", why="no_zip")])
    names = archive.namelist()
    if len(names) > MOST_ITEMS or len(set(names)) != len(names):
        return Opened(manifest=None, items={}, findings=[Finding(item="", why="unreadable")])
    read = {name: _read(archive, name) for name in names}
    findings = [Finding(item=name, why="unreadable") for name, item in read.items() if item is None]
    items = {name: item for name, item in read.items() if item is not None}
    manifest = _manifest(items.get(MANIFEST))
    if manifest is None:
        why: Why = "unreadable" if MANIFEST in items else "missing"
        findings += [] if MANIFEST in read and MANIFEST not in items else [Finding(item=MANIFEST, why=why)]
        return Opened(manifest=None, items=items, findings=findings)
    findings += _seal_findings(manifest, items, public_key)
    findings += _item_findings(manifest, names, items)
    return Opened(manifest=manifest, items=items, findings=findings)


def _read(archive: zipfile.ZipFile, name: str) -> bytes | None:
    try:
        if archive.getinfo(name).file_size > MOST_ITEM_BYTES:
            return None
        with archive.open(name) as item:
            return item.read(MOST_ITEM_BYTES)
    except _DAMAGE:
        return None


def _manifest(content: bytes | None) -> Manifest | None:
    try:
        manifest = msgspec.json.decode(content or b"", type=Manifest)
    except msgspec.DecodeError:
        return None
    return manifest if manifest.format == FORMAT else None


def _seal_findings(manifest: Manifest, items: Mapping[str, bytes], public_key: str) -> list[Finding]:
    if SEAL not in items:
        return [Finding(item=SEAL, why="missing")]
    try:
        signed_by = Ed25519PublicKey.from_public_bytes(bytes.fromhex(manifest.public_key))
        signed_by.verify(bytes.fromhex(items[SEAL].decode("ascii")), items[MANIFEST])
    except (InvalidSignature, ValueError):
        return [Finding(item=MANIFEST, why="forged")]
    return [Finding(item=MANIFEST, why="other_key")] if public_key not in ("", manifest.public_key) else []


def _item_findings(manifest: Manifest, names: Sequence[str], items: Mapping[str, bytes]) -> list[Finding]:
    found = [Finding(item=name, why="missing") for name in manifest.items if name not in names]
    found += [Finding(item=name, why="unlisted") for name in names if name not in {*manifest.items, MANIFEST, SEAL}]
    for name, sha256 in manifest.items.items():
        if name in items and sha256_hex(items[name]) != sha256:
            found.append(Finding(item=name, why="altered"))
    return found


def sha256_hex(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
