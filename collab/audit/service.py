"""Record an act in the caller's own transaction, and prove that the chain is whole."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import event
from sqlalchemy.orm import Session

from collab.audit import store
from collab.audit.rules import GENESIS, Break, Row, find_break, seal
from collab.kit.caller import Caller
from collab.kit.refusals import Fact

_NOTED = "audit.noted"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What `verify` found: how many rows, the head's hash, and the first break if there is one."""

    rows: int
    head: str
    broken: Break | None


@dataclass(frozen=True, kw_only=True)
class _Noted:
    """An act of a transaction that is under way; its place in the chain is found when the transaction commits."""

    at: datetime
    act: str
    actor_id: str | None
    actor_name: str
    hospital_id: str | None
    object_kind: str
    object_id: str
    facts: Mapping[str, Fact]


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
    noted = _Noted(
        at=at,
        act=act,
        actor_id=None if isinstance(by, str) else by.person_id,
        actor_name=by if isinstance(by, str) else by.name,
        hospital_id=None if isinstance(by, str) else by.hospital_id,
        object_kind=kind,
        object_id=object_id,
        facts=facts,
    )
    _noted(session).append(noted)


def _noted(session: Session) -> list[_Noted]:
    found: list[_Noted] | None = session.info.get(_NOTED)
    if found is None:
        found = session.info[_NOTED] = []
        event.listen(session, "before_commit", _append)
        event.listen(session, "after_rollback", _forget)
    return found


def _forget(session: Session) -> None:
    _noted(session).clear()


def _append(session: Session) -> None:
    """Seal what was noted, as the last thing that a transaction does.

    The lock on the chain is taken after all others, so no two transactions can each wait for what the other holds;
    and it is kept for a moment only: a document that is drawn after its act was recorded keeps nobody waiting.
    """
    noted = _noted(session)
    if not noted:
        return
    session.flush()
    store.lock_chain(session)
    seq, previous = store.find_head(session) or (0, GENESIS)
    sealed: list[tuple[Row, str]] = []
    for each in noted:
        row = Row(**vars(each), seq=seq + 1, previous_hash=previous)
        seq, previous = row.seq, seal(row)
        sealed.append((row, previous))
    store.append(session, sealed)
    noted.clear()


def rows_about(session: Session, object_ids: Collection[str]) -> list[tuple[Row, str]]:
    """What was done to these objects, in order, each row with its hash; for features that have their own gate."""
    return store.list_about(session, object_ids)


def verify(session: Session) -> Verdict:
    """Walk the whole chain, with what this transaction adds; offline, from the table alone."""
    _append(session)
    rows, head = store.find_head(session) or (0, GENESIS)
    return Verdict(rows=rows, head=head, broken=find_break(store.iterate(session)))
