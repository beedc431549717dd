"""Reports are listed by hospital, the last copied first."""

from __future__ import annotations

from collab.second_reads import store
from tests.collab.expertise.make import World
from tests.collab.second_reads.make import report


def test_a_hospital_lists_its_own_reports(world: World) -> None:
    report_id = report(world)
    with world.database.transaction() as session:
        assert [found.id for found in store.list_reports(session, world.requester.hospital_id)] == [report_id]
        assert store.list_reports(session, world.expert.hospital_id) == []
