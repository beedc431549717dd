"""The audit table: one row an act, each sealed to the one before it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from collab.kit.append_only import make_append_only
from collab.kit.database import Model


class AuditEntry(Model):
    """Who did what to which object, when; `hash` seals the row to `previous_hash`."""

    __tablename__ = "audit_entry"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    act: Mapped[str]
    actor_id: Mapped[str | None] = mapped_column(index=True)
    actor_name: Mapped[str]
    hospital_id: Mapped[str | None]
    object_kind: Mapped[str]
    object_id: Mapped[str] = mapped_column(index=True)
    facts: Mapped[dict[str, Any]]
    previous_hash: Mapped[str]
    hash: Mapped[str]


make_append_only(AuditEntry.__table__)
