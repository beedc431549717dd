"""When leave to be in a room holds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from collab.rooms.rules import ROLES, is_member
from tests.make import NIGHT

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("since", "until", "revoked_at", "holds"),
    [
        (NIGHT, None, None, True),
        (NIGHT + HOUR, None, None, False),
        (NIGHT - HOUR, NIGHT, None, False),
        (NIGHT - HOUR, NIGHT + HOUR, None, True),
        (NIGHT - HOUR, None, NIGHT, False),
        (NIGHT - HOUR, None, NIGHT + HOUR, False),
    ],
)
def test_leave_holds_from_its_start_to_its_end_unless_revoked(
    since: object, until: object, revoked_at: object, holds: bool
) -> None:
    found = is_member(since=since, until=until, revoked_at=revoked_at, at=NIGHT)  # pyright: ignore[reportArgumentType]
    assert found is holds


def test_the_roles_are_those_of_the_protocol() -> None:
    assert ROLES == ("requester", "expert", "participant")
