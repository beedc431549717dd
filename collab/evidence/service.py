"""Makes the evidence of a meeting from the database: journal, images' hashes, signed conclusion, audit."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from collab.audit import service as audit
from collab.conclusions import service as conclusions
from collab.conclusions.service import Documents
from collab.evidence.document import (
    AUDIT,
    CONCLUSION,
    DOCUMENT,
    FORMAT,
    IMAGES,
    JOURNAL,
    READ_ME,
    SIGNATURE,
    AuditLine,
    Manifest,
    SeriesImages,
    Signature,
    StudyImages,
    journal_line,
    lines,
    sha256_hex,
    write,
)
from collab.kit.caller import Caller
from collab.rooms import service as rooms
from collab.rooms.journal import GENESIS, read_fact
from collab.rooms.models import RoomRecord
from collab.rooms.protocol import ViewSettled
from collab.studies import service as studies

_READ_ME = """Consilium: evidence of the meeting {room}.
Contains a patient's medical data. / Contient des données médicales d'un patient.

Proves itself offline: / Se vérifie hors ligne :   consilium evidence verify FILE --key KEY
KEY is what `consilium evidence key` prints on the server that made it; ask for it by another way than this file's.
KEY est ce qu'affiche `consilium evidence key` sur le serveur d'origine ; à obtenir par une autre voie que ce fichier.
"""


def signing_key(secret: bytes) -> Ed25519PrivateKey:
    """The server's own key for evidence, the same as long as its secret is."""
    return Ed25519PrivateKey.from_private_bytes(hmac.digest(secret, b"consilium.evidence.v1", hashlib.sha256))


def public_key(secret: bytes) -> str:
    """What others need to know to prove evidence of this server, hex."""
    return signing_key(secret).public_key().public_bytes_raw().hex()


def make_evidence(
    session: Session, room_id: str, *, documents: Documents, secret: bytes, by: Caller | str, at: datetime
) -> bytes:
    """The file of a room's evidence; that it was made is in the audit. Raises `NotFound`, `DocumentDamaged`."""
    room = rooms.get_room(session, room_id)
    audit.record(session, "room.evidence_made", by=by, at=at, kind="room", object_id=room_id)
    journal, facts, head_hash, shown = _journal(session, room_id)
    items: dict[str, bytes] = {
        READ_ME: _READ_ME.format(room=room_id).encode(),
        JOURNAL: journal,
        IMAGES: _images(session, room, shown),
        **_conclusion(session, room, documents),
        AUDIT: _audit(session, room),
    }
    manifest = Manifest(
        format=FORMAT,
        room_id=room_id,
        made_at=at,
        made_by=by if isinstance(by, str) else by.name,
        facts=facts,
        head_hash=head_hash,
        items={name: sha256_hex(content) for name, content in items.items()},
        public_key=public_key(secret),
    )
    return write(manifest, items, signing_key(secret))


def _journal(session: Session, room_id: str) -> tuple[bytes, int, str, set[str]]:
    """The journal's lines, their number, the last hash, and the series that were shown."""
    written: list[bytes] = []
    head_hash, shown = GENESIS, set[str]()
    for entry in rooms.entries_of(session, room_id):
        done = read_fact(entry).done
        written.append(lines([journal_line(entry, msgspec.json.encode(done))]))
        head_hash = entry.hash
        if isinstance(done, ViewSettled):
            shown |= {pane.series_uid for pane in done.view.panes if pane is not None}
    return b"".join(written), len(written), head_hash, shown


def _images(session: Session, room: RoomRecord, shown: set[str]) -> bytes:
    found: list[StudyImages] = []
    for study, originals in studies.list_originals(session, room.study_ids):
        by_series: dict[str, list[tuple[str, str]]] = {}
        for series_uid, sop_instance_uid, sha256 in originals:
            by_series.setdefault(series_uid, []).append((sop_instance_uid, sha256))
        series = [SeriesImages(uid, uid in shown, tuple(pairs)) for uid, pairs in by_series.items()]
        found.append(StudyImages(study.id, study.study_uid, study.version, tuple(series)))
    return msgspec.json.format(msgspec.json.encode(found), indent=1)


def _conclusion(session: Session, room: RoomRecord, documents: Documents) -> Mapping[str, bytes]:
    if room.signed_conclusion_id is None:
        return {}
    signed = conclusions.get_conclusion(session, room.signed_conclusion_id)
    acknowledged = conclusions.find_acknowledgement(session, signed.id)
    signature = Signature(
        conclusion_id=signed.id,
        request_id=signed.request_id,
        author_id=signed.author_id,
        signed_at=signed.signed_at,
        content_sha256=signed.content_sha256,
        document_sha256=signed.document_sha256,
        acknowledged_by=acknowledged.person_name if acknowledged else "",
        acknowledged_at=acknowledged.at if acknowledged else None,
    )
    return {
        CONCLUSION: signed.content.encode(),
        DOCUMENT: documents.read(signed.document_sha256),
        SIGNATURE: msgspec.json.format(msgspec.json.encode(signature), indent=1),
    }


def _audit(session: Session, room: RoomRecord) -> bytes:
    about = [each for each in (room.id, room.signed_conclusion_id) if each is not None]
    rows = audit.rows_about(session, about)
    return lines([msgspec.convert({**vars(row), "hash": own_hash}, AuditLine) for row, own_hash in rows])
