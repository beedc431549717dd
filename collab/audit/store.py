"""Queries on the audit table; private to the audit feature."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from collab.audit.models import AuditEntry
from collab.audit.rules import Row

# Every request that reads appends here: statements made once, on the bare connection, take a third of the time.
_HEAD = select(AuditEntry.seq, AuditEntry.hash).order_by(AuditEntry.seq.desc()).limit(1)
_APPEND = insert(AuditEntry)
# Any constant: PostgreSQL's advisory lock that puts the writers of the chain in one line.
_CHAIN_LOCK = 0x_C0_15_11


def lock_chain(session: Session) -> None:
    """One writer at a time; SQLite has only one anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _CHAIN_LOCK})


def find_head(session: Session) -> tuple[int, str] | None:
    """The number and the hash of the last row."""
    found = session.connection().execute(_HEAD).first()
    return None if found is None else (found.seq, found.hash)


def append(session: Session, sealed: Sequence[tuple[Row, str]]) -> None:
    """Rows with their hashes, in order; nothing of them stays in the session, which reads never need again."""
    rows = [{**vars(row), "facts": dict(row.facts), "hash": own_hash} for row, own_hash in sealed]
    session.connection().execute(_APPEND, rows)


def iterate(session: Session) -> Iterator[tuple[Row, str]]:
    """Every row in order with the hash it claims, read in batches."""
    query = select(AuditEntry).order_by(AuditEntry.seq).execution_options(yield_per=1000)
    # Closed by whoever stops at a break: PostgreSQL keeps a cursor open on its side.
    with session.scalars(query) as entries:
        for entry in entries:
            yield as_row(entry), entry.hash


def list_about(session: Session, object_ids: Collection[str]) -> list[tuple[Row, str]]:
    query = select(AuditEntry).where(AuditEntry.object_id.in_(object_ids)).order_by(AuditEntry.seq)
    return [(as_row(entry), entry.hash) for entry in session.scalars(query)]


def as_row(entry: AuditEntry) -> Row:
    return Row(
        seq=entry.seq,
        at=entry.at,
        act=entry.act,
        actor_id=entry.actor_id,
        actor_name=entry.actor_name,
        hospital_id=entry.hospital_id,
        object_kind=entry.object_kind,
        object_id=entry.object_id,
        facts=entry.facts,
        previous_hash=entry.previous_hash,
    )
