"""The last version of a conclusion is the one that counts."""

from __future__ import annotations

from sqlalchemy.orm import make_transient

from collab.conclusions import store
from tests.collab.expertise.conftest import world  # noqa: F401 - a fixture
from tests.collab.expertise.make import World


def test_the_latest_version_is_found(world: World) -> None:  # noqa: F811
    request_id = world.concluded()
    with world.database.transaction() as session:
        first = store.find_latest(session, request_id)
        assert first is not None
        session.expunge(first)
        make_transient(first)
        first.id, first.version, first.idempotency_key = "EXC-0000000000000002", 2, "another"
        session.add(first)
        session.flush()
        found = store.find_latest(session, request_id)
        assert found is not None
        assert found.version == 2


def test_a_request_without_a_conclusion_has_none(world: World) -> None:  # noqa: F811
    request_id = world.ask()
    with world.database.transaction() as session:
        assert store.find_latest(session, request_id) is None
