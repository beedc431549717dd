"""Queries that more than one verb stands on."""

from __future__ import annotations

from datetime import timedelta

from collab.expertise import store
from tests import make
from tests.collab.expertise.make import World


def test_only_what_still_waits_is_overdue(world: World) -> None:
    waiting, _ = world.ask(), world.accepted()
    with world.database.transaction() as session:
        overdue = store.list_overdue(session, make.NIGHT + timedelta(days=1))
        assert [request.id for request in overdue] == [waiting]
        assert not store.list_overdue(session, make.NIGHT)


def test_the_first_time_of_a_step_counts(world: World) -> None:
    request_id = world.ask()
    with world.database.transaction() as session:
        step = store.find_step(session, request_id, "submit")
        assert step is not None
        assert store.submitted_at(session, [request_id]) == {request_id: step.at}
        assert store.find_step(session, request_id, "accept") is None
