"""What is shown of a prepared series stands in the audit: once in a while, whatever it is shown by."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import select

from collab.accounts.models import Hospital
from collab.audit.models import AuditEntry
from collab.studies.importing import Intake
from collab.studies.models import Series
from tests.collab.studies import make as make_studies
from tests.collab.studies.live import Live, serving


@pytest.fixture
async def live(intake: Intake, hospital: Hospital) -> AsyncIterator[Live]:
    async with serving(intake, hospital) as found:
        yield found


@pytest.fixture
def stack_path(live: Live, tmp_path: Path, hospital: Hospital) -> str:
    study_id = make_studies.study(live.intake, tmp_path, hospital, count=6)
    with live.intake.database.transaction() as session:
        series_uid = session.scalars(select(Series.series_uid)).one()
    return f"/api/studies/{study_id}/series/{series_uid}/stacks/0"


def recorded(live: Live) -> Sequence[AuditEntry]:
    with live.intake.database.transaction() as session:
        return session.scalars(select(AuditEntry).filter_by(act="series.read")).all()


async def test_ranges_and_pictures_of_a_stack_are_one_line_of_the_audit(live: Live, stack_path: str) -> None:
    for start in (0, 100, 200):
        part = await live.client.get(f"{stack_path}/pack", headers={"range": f"bytes={start}-{start + 99}"})
        assert part.status_code == 206
    opened = (await live.client.get(f"{stack_path}/header")).json()
    sop = opened["header"]["frames"][2]["sop_instance_uid"]
    for size in ("8", "16"):
        asked = {"version": opened["version"], "sop": sop, "width": size, "height": size}
        assert (await live.client.get(f"{stack_path}/picture", params=asked)).status_code == 200
    (entry,) = recorded(live)
    assert (entry.actor_name, entry.facts["version"]) == (live.doctor.name, opened["version"])


async def test_another_login_is_another_line(live: Live, stack_path: str) -> None:
    assert (await live.client.head(f"{stack_path}/pack")).status_code == 200
    await live.sign_in()
    assert (await live.client.head(f"{stack_path}/pack")).status_code == 200
    assert len(recorded(live)) == 2


async def test_what_nobody_was_shown_is_not_recorded(live: Live, stack_path: str) -> None:
    live.client.cookies.clear()
    assert (await live.client.get(f"{stack_path}/pack")).status_code == 401
    assert recorded(live) == []
