"""How an audit row is sealed and how a chain is judged; pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

GENESIS = "0" * 64


@dataclass(frozen=True, kw_only=True)
class Row:
    """The sealed content of one audit row, as read from any database."""

    seq: int
    at: datetime
    act: str
    actor_id: str | None
    actor_name: str
    hospital_id: str | None
    object_kind: str
    object_id: str
    facts: Mapping[str, Any]
    previous_hash: str


@dataclass(frozen=True, kw_only=True)
class Break:
    """The first place where the chain does not hold, and why."""

    seq: int
    why: str


def seal(row: Row) -> str:
    """SHA-256 over the canonical JSON of the row, which holds the hash before it."""
    content = {
        "seq": row.seq,
        "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "act": row.act,
        "actor_id": row.actor_id,
        "actor_name": row.actor_name,
        "hospital_id": row.hospital_id,
        "object_kind": row.object_kind,
        "object_id": row.object_id,
        "facts": row.facts,
        "previous_hash": row.previous_hash,
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()


def find_break(rows: Iterable[tuple[Row, str]]) -> Break | None:
    """The first row whose number, link or hash is wrong; None for a whole chain.

    A chain cut at its tail looks whole from inside: compare the head with a copy kept elsewhere.
    """
    previous, expected = GENESIS, 1
    for row, claimed in rows:
        if row.seq != expected:
            return Break(seq=expected, why="missing")
        if row.previous_hash != previous:
            return Break(seq=row.seq, why="unlinked")
        if seal(row) != claimed:
            return Break(seq=row.seq, why="changed")
        previous, expected = claimed, expected + 1
    return None
