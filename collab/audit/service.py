"""Record an act in the caller's own transaction, and prove that the chain is whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from collab.audit import store
from collab.audit.models import AuditEntry
from collab.audit.rules import GENESIS, Break, Row, find_break, seal
from collab.kit.caller import Caller
from collab.kit.refusals import Fact


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What `verify` found: how many rows, the head's hash, and the first break if there is one."""

    rows: int
    head: str
    broken: Break | None


def record(
    session: Session,
    act: str,
    *,
    by: Caller | str,
    at: datetime,
    kind: str,
    object_id: str,
    **facts: Fact,
) -> None:
    """Append an act such as `conclusion.signed` on an object; `by` is a person or the name of a part of the program.

    Same transaction as the act: either both are there or neither. No patient name in the facts.
    """
    store.lock_chain(session)
    head = store.find_head(session)
    row = Row(
        seq=head.seq + 1 if head else 1,
        at=at,
        act=act,
        actor_id=None if isinstance(by, str) else by.person_id,
        actor_name=by if isinstance(by, str) else by.name,
        hospital_id=None if isinstance(by, str) else by.hospital_id,
        object_kind=kind,
        object_id=object_id,
        facts=facts,
        previous_hash=head.hash if head else GENESIS,
    )
    session.add(AuditEntry(**{**row.__dict__, "facts": dict(facts)}, hash=seal(row)))
    session.flush()


def verify(session: Session) -> Verdict:
    """Walk the whole chain; offline, from the table alone."""
    head = store.find_head(session)
    broken = find_break(store.iterate(session))
    return Verdict(rows=head.seq if head else 0, head=head.hash if head else GENESIS, broken=broken)
