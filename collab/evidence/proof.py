"""Proves a file of evidence, or says exactly what in it does not hold: offline, from the file alone; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from collab.audit.rules import Row
from collab.audit.rules import seal as seal_row
from collab.conclusions.document import ConclusionContent
from collab.evidence.document import (
    AUDIT,
    CONCLUSION,
    DOCUMENT,
    IMAGES,
    JOURNAL,
    SIGNATURE,
    AuditLine,
    Finding,
    JournalLine,
    Manifest,
    Signature,
    StudyImages,
    entry_of,
    open_evidence,
    sha256_hex,
)
from collab.rooms.fold import fold
from collab.rooms.journal import GENESIS, Entry, fault_of, read_fact
from collab.rooms.protocol import DraftLocked, Fact
from collab.studies.rules import version_of

Line = TypeVar("Line", JournalLine, AuditLine)


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What was found. Nothing found: the file is whole, and its manifest was signed with the key that it names.

    `grown`: studies that have got more images since the signature; nothing is wrong with that.
    """

    manifest: Manifest | None
    findings: Sequence[Finding]
    grown: Sequence[str] = ()

    @property
    def is_whole(self) -> bool:
        return self.manifest is not None and not self.findings


def prove(content: bytes, *, public_key: str = "") -> Proof:
    """Check everything that the file says against everything else that it says."""
    opened = open_evidence(content, public_key=public_key)
    manifest = opened.manifest
    if manifest is None:
        return Proof(manifest=None, findings=opened.findings)
    findings = list(opened.findings)
    items = opened.items
    facts = _journal(manifest, items, findings)
    signature = _conclusion(items, facts, findings)
    studies = _images(items, findings)
    _audit(items, signature, findings)
    return Proof(manifest=manifest, findings=findings, grown=_grown(items, studies) if signature else ())


# ---- the journal


def _journal(manifest: Manifest, items: Mapping[str, bytes], findings: list[Finding]) -> list[Fact]:
    read = list(_lines(JOURNAL, items, JournalLine, findings))
    in_order = sorted(read, key=lambda line: line.seq)
    if read != in_order:
        first = next(line.seq for line, right in zip(read, in_order, strict=True) if line is not right)
        findings.append(_at(first, "reordered"))
    previous, expected = GENESIS, 1
    facts: list[Fact] = []
    for line in in_order:
        findings += [_at(seq, "missing") for seq in range(expected, line.seq)]
        entry = entry_of(line, manifest.room_id)
        # After a hole the link cannot be judged: the entry is asked only whether it is itself.
        after = previous if line.seq == expected else entry.previous_hash
        why = fault_of(entry, expected=max(expected, line.seq), previous=after, room_id=manifest.room_id)
        if why is not None:
            findings.append(_at(line.seq, why))
        elif not _is_told_truly(line, entry):
            findings.append(_at(line.seq, "contradicts"))
        else:
            facts.append(read_fact(entry))
        previous, expected = entry.hash, line.seq + 1
    findings += [_at(seq, "cut") for seq in range(expected, manifest.facts + 1)]
    if expected == manifest.facts + 1 and previous != manifest.head_hash:
        findings.append(Finding(item=JOURNAL, place="head", why="contradicts"))
    return facts


def _at(seq: int, why: str) -> Finding:
    return Finding(item=JOURNAL, place=f"fact {seq}", why=why)  # pyright: ignore[reportArgumentType] - one of its words


def _is_told_truly(line: JournalLine, entry: Entry) -> bool:
    """What people read is what was sealed."""
    return bytes(line.done) == msgspec.json.encode(read_fact(entry).done)


# ---- the conclusion


def _conclusion(items: Mapping[str, bytes], facts: Sequence[Fact], findings: list[Finding]) -> Signature | None:
    signature = _value(SIGNATURE, items, Signature, findings)
    locked = [fact.done for fact in facts if isinstance(fact.done, DraftLocked)]
    if signature is None:
        findings += [Finding(item=SIGNATURE, why="missing")] if locked and SIGNATURE not in items else []
        return None
    for name, sha256 in ((CONCLUSION, signature.content_sha256), (DOCUMENT, signature.document_sha256)):
        if name not in items:
            findings.append(Finding(item=name, why="missing"))
        elif sha256_hex(items[name]) != sha256:
            findings.append(Finding(item=name, place="signature", why="changed"))
    content = _value(CONCLUSION, items, ConclusionContent, findings)
    if content is not None:
        findings += _content_findings(content, signature, facts)
    if any(each.conclusion_id != signature.conclusion_id for each in locked):
        findings.append(Finding(item=SIGNATURE, place="conclusion_id", why="contradicts"))
    return signature


def _content_findings(content: ConclusionContent, signature: Signature, facts: Sequence[Fact]) -> Iterator[Finding]:
    said = (content.conclusion_id, content.request_id, content.signed_at)
    if said != (signature.conclusion_id, signature.request_id, signature.signed_at):
        yield Finding(item=SIGNATURE, place="conclusion_id, request_id, signed_at", why="contradicts")
    # The draft takes nothing more once it is signed, so the journal's last words are the signed ones.
    is_whole = [fact.seq for fact in facts] == list(range(1, len(facts) + 1))
    if is_whole and fold(facts).text() != content.text:
        yield Finding(item=CONCLUSION, place="text", why="contradicts")


# ---- images and audit


def _images(items: Mapping[str, bytes], findings: list[Finding]) -> tuple[StudyImages, ...]:
    studies = _value(IMAGES, items, tuple[StudyImages, ...], findings) or ()
    for study in studies:
        if version_of(pair for series in study.series for pair in series.instances) != study.version:
            findings.append(Finding(item=IMAGES, place=f"study {study.study_uid}", why="changed"))
    return studies


def _grown(items: Mapping[str, bytes], studies: Sequence[StudyImages]) -> list[str]:
    content = _value(CONCLUSION, items, ConclusionContent, [])
    signed = {each.study_uid: each.version_at_signature for each in content.studies} if content else {}
    return [each.study_uid for each in studies if signed.get(each.study_uid, each.version) != each.version]


def _audit(items: Mapping[str, bytes], signature: Signature | None, findings: list[Finding]) -> None:
    rows = list(_lines(AUDIT, items, AuditLine, findings))
    for line in rows:
        fields = {name: getattr(line, name) for name in line.__struct_fields__ if name != "hash"}
        if seal_row(Row(**fields)) != line.hash:
            findings.append(Finding(item=AUDIT, place=f"row {line.seq}", why="changed"))
    if signature is None:
        return
    hashes = {"content_sha256": signature.content_sha256, "document_sha256": signature.document_sha256}
    acts = (row for row in rows if row.act == "conclusion.signed" and row.object_id == signature.conclusion_id)
    if not any(row.facts == hashes and row.actor_id == signature.author_id for row in acts):
        findings.append(Finding(item=SIGNATURE, place="audit", why="contradicts"))


# ---- reading


def _lines(name: str, items: Mapping[str, bytes], kind: type[Line], findings: list[Finding]) -> Iterator[Line]:
    decoder = msgspec.json.Decoder(kind)
    for number, text in enumerate(items.get(name, b"").splitlines(), 1):
        try:
            yield decoder.decode(text)
        except (msgspec.DecodeError, UnicodeError):
            findings.append(Finding(item=name, place=f"line {number}", why="unreadable"))


Value = TypeVar("Value")


def _value(name: str, items: Mapping[str, bytes], kind: type[Value], findings: list[Finding]) -> Value | None:
    if name not in items:
        return None
    try:
        return msgspec.json.decode(items[name], type=kind)
    except (msgspec.DecodeError, UnicodeError):
        findings.append(Finding(item=name, why="unreadable"))
        return None
