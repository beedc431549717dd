"""When a member may be in a room; pure."""

from __future__ import annotations

from datetime import datetime
from typing import get_args

from collab.kit.refusals import Refusal
from collab.rooms.protocol import MemberRole

ROLES: tuple[MemberRole, ...] = get_args(MemberRole)


class RoomClosed(Refusal):
    """The room is over; its journal can still be read."""

    code = "room_closed"


class AlreadySigned(Refusal):
    """Another conclusion has fixed this room's draft."""

    code = "draft_locked"


def is_member(*, since: datetime, until: datetime | None, revoked_at: datetime | None, at: datetime) -> bool:
    """Whether leave to be in the room holds at an instant."""
    return since <= at and (until is None or at < until) and revoked_at is None
