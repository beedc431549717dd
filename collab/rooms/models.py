"""Rooms, who may be in them, and the journal of their facts; no queries."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from collab.kit.append_only import make_append_only
from collab.kit.database import Model


class RoomRecord(Model):
    """A room about one patient, opened for a `subject` such as ("expertise_request", its id).

    `epoch` grows with each owner: only the last one may write to the journal. `signed_conclusion_id` is set by the
    transaction that signs; from then on the journal takes nothing more of the draft.
    """

    __tablename__ = "room"

    id: Mapped[str] = mapped_column(primary_key=True)
    patient: Mapped[dict[str, Any]]
    study_ids: Mapped[list[Any]]
    subject_kind: Mapped[str]
    subject_id: Mapped[str] = mapped_column(index=True)
    links: Mapped[dict[str, Any]]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    epoch: Mapped[int]
    owner: Mapped[str | None]
    owner_until: Mapped[datetime | None]
    signed_conclusion_id: Mapped[str | None]
    signed_by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))


class RoomMember(Model):
    """Leave to be in a room; `color` is the place in the palette that tells members apart."""

    __tablename__ = "room_member"

    room_id: Mapped[str] = mapped_column(ForeignKey("room.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    role: Mapped[str]
    color: Mapped[int]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class RoomFact(Model):
    """One fact of a room, sealed to the one before it; `body` is msgpack. Never changed."""

    __tablename__ = "room_fact"
    __table_args__ = (
        # An ask is applied once, whatever the network repeats; facts that no client asked for have n 0.
        Index(
            "uq_room_fact_ask",
            "room_id",
            "client_id",
            "n",
            unique=True,
            sqlite_where=text("n > 0"),
            postgresql_where=text("n > 0"),
        ),
    )

    room_id: Mapped[str] = mapped_column(ForeignKey("room.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    epoch: Mapped[int]
    at: Mapped[datetime]
    actor: Mapped[str]
    client_id: Mapped[str]
    n: Mapped[int]
    body: Mapped[bytes]
    previous_hash: Mapped[str]
    hash: Mapped[str]


make_append_only(RoomFact.__table__)


class RoomSnapshot(Model):
    """The newest snapshot of a room, as msgpack under its SHA-256; the journal can always build it anew."""

    __tablename__ = "room_snapshot"

    room_id: Mapped[str] = mapped_column(ForeignKey("room.id"), primary_key=True)
    seq: Mapped[int]
    body: Mapped[bytes]
    sha256: Mapped[str]
