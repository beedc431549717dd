"""Sign, read, deliver and acknowledge a conclusion; whether it may be signed now is the request's matter."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy.orm import Session

from collab.audit.service import record
from collab.conclusions import store
from collab.conclusions.document import ConclusionBundle, canonical_bytes, sha256_hex
from collab.conclusions.models import Acknowledgement, ExpertConclusion
from collab.conclusions.rules import may_read
from collab.kit.caller import Caller
from collab.kit.refusals import NotFound, Refusal
from collab.studies.blobs import BlobStore, DamagedBlob

# A page of text with a dozen key images is below 2 MiB.
MAX_DOCUMENT_BYTES = 32 << 20

RenderConclusion = Callable[[ConclusionBundle], bytes]


class AlreadySigned(Refusal):
    """The request has its signed conclusion; what comes later is an addendum."""

    code = "already_signed"


class DocumentDamaged(Refusal):
    """The stored document no longer has the hash that was signed: it is not delivered."""

    code = "document_damaged"
    status = 500


class Documents:
    """The delivered files, by their hash: one part of a running server."""

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs

    def keep(self, document: bytes) -> str:
        """The hash under which the bytes now lie on the disk, safe from a power cut."""
        with self._blobs.staged(io.BytesIO(document), limit_bytes=MAX_DOCUMENT_BYTES) as staged:
            self._blobs.keep([staged])
            return staged.sha256

    def read(self, sha256: str) -> bytes:
        """The exact bytes. Raises `DocumentDamaged`."""
        try:
            return self._blobs.read(sha256)
        except DamagedBlob as damaged:
            raise DocumentDamaged(sha256=damaged.sha256) from damaged


class Receipt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the signer gets, the same each time the same signing is sent."""

    conclusion_id: str
    request_id: str
    content_sha256: str
    document_sha256: str
    signed_at: datetime


@dataclass(frozen=True, kw_only=True)
class Signing:
    """One signing: the key that makes it happen once, and the hash of everything the signer asked for."""

    idempotency_key: str
    ask_sha256: str
    requester_id: str
    requesting_hospital_id: str


def sign(
    session: Session,
    bundle: ConclusionBundle,
    signing: Signing,
    *,
    document: bytes,
    documents: Documents,
    by: Caller,
) -> Receipt:
    """Keep the document, which was made from this very bundle, and write the row that nothing changes any more."""
    content = bundle.content
    canonical = canonical_bytes(content)
    assert sha256_hex(canonical) == bundle.content_sha256, "the hash is of other content"
    signed = ExpertConclusion(
        id=content.conclusion_id,
        request_id=content.request_id,
        version=content.version,
        document_type=content.document_type,
        pathway=content.pathway,
        question=content.question,
        # To be searched: `content` has it as it was signed. PostgreSQL keeps no NUL, and a shared text may hold one.
        text=content.text.replace("\0", ""),
        competence=content.expert.specialty,
        author_id=by.person_id,
        requester_id=signing.requester_id,
        requesting_hospital_id=signing.requesting_hospital_id,
        signed_at=content.signed_at,
        content=canonical.decode("utf-8"),
        content_sha256=bundle.content_sha256,
        document_sha256=documents.keep(document),
        idempotency_key=signing.idempotency_key,
        ask_sha256=signing.ask_sha256,
    )
    session.add(signed)
    session.flush()
    facts = {"content_sha256": signed.content_sha256, "document_sha256": signed.document_sha256}
    at, object_id = content.signed_at, signed.id
    record(session, "conclusion.signed", by=by, at=at, kind="conclusion", object_id=object_id, **facts)
    return receipt_of(signed)


def find_receipt(session: Session, request_id: str, *, idempotency_key: str, ask_sha256: str) -> Receipt | None:
    """The receipt of this very signing, None while the request has no conclusion. Raises `AlreadySigned`."""
    signed = store.find_latest(session, request_id)
    if signed is None:
        return None
    if (signed.idempotency_key, signed.ask_sha256) == (idempotency_key, ask_sha256):
        return receipt_of(signed)
    raise AlreadySigned(conclusion_id=signed.id)


def receipt_of(signed: ExpertConclusion) -> Receipt:
    return Receipt(
        conclusion_id=signed.id,
        request_id=signed.request_id,
        content_sha256=signed.content_sha256,
        document_sha256=signed.document_sha256,
        signed_at=signed.signed_at,
    )


def find_conclusion_of(session: Session, request_id: str) -> ExpertConclusion | None:
    """The conclusion of a request that the caller was let into already."""
    return store.find_latest(session, request_id)


def get_conclusion(session: Session, conclusion_id: str) -> ExpertConclusion:
    """A conclusion, whoever asks: for features that have their own gate. Raises `NotFound`."""
    found = session.get(ExpertConclusion, conclusion_id)
    if found is None:
        raise NotFound
    return found


def access_conclusion(session: Session, conclusion_id: str, caller: Caller) -> ExpertConclusion:
    """The conclusion, for those who may read it. Raises `NotFound`."""
    found = session.get(ExpertConclusion, conclusion_id)
    if found is None or not may_read(
        caller,
        author_id=found.author_id,
        requester_id=found.requester_id,
        requesting_hospital_id=found.requesting_hospital_id,
    ):
        raise NotFound
    return found


def read_conclusion(session: Session, conclusion_id: str, caller: Caller, *, at: datetime) -> ExpertConclusion:
    """Open a conclusion to read it; the reading is recorded."""
    found = access_conclusion(session, conclusion_id, caller)
    record(session, "conclusion.read", by=caller, at=at, kind="conclusion", object_id=found.id)
    return found


def deliver_document(
    session: Session, conclusion_id: str, caller: Caller, *, documents: Documents, at: datetime
) -> tuple[str, bytes]:
    """The document's hash and the very bytes made at the signature. Raises `DocumentDamaged`."""
    found = access_conclusion(session, conclusion_id, caller)
    document = documents.read(found.document_sha256)
    record(session, "document.delivered", by=caller, at=at, kind="conclusion", object_id=found.id)
    return found.document_sha256, document


def find_acknowledgement(session: Session, conclusion_id: str) -> Acknowledgement | None:
    return store.find_acknowledgement(session, conclusion_id)


def acknowledge(
    session: Session, conclusion: ExpertConclusion, what_was_done: str, *, by: Caller, at: datetime
) -> None:
    """The requesting side says that it has read the conclusion, and what it did."""
    session.add(
        Acknowledgement(
            conclusion_id=conclusion.id,
            person_id=by.person_id,
            person_name=by.name,
            at=at,
            what_was_done=what_was_done,
        )
    )
    session.flush()
    record(session, "conclusion.acknowledged", by=by, at=at, kind="conclusion", object_id=conclusion.id)
