"""Where an image of a study stands: who may not ask, and what is answered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from collab.accounts.models import Hospital
from collab.studies.importing import Intake
from tests import make
from tests.collab.studies import make as make_studies
from tests.collab.studies.live import Live, serving


@pytest.fixture
async def live(intake: Intake, hospital: Hospital) -> AsyncIterator[Live]:
    async with serving(intake, hospital) as found:
        yield found


@pytest.fixture
def study_id(live: Live, hospital: Hospital, tmp_path: Path) -> str:
    found = make_studies.study(live.intake, tmp_path, hospital, count=3)
    make_studies.prepare_all(live.intake)
    return found


async def first_image(live: Live, study_id: str) -> tuple[dict[str, str], str]:
    """The series as it is listed, and an image of it as its pack's header names it."""
    series = (await live.client.get(f"/api/studies/{study_id}")).json()["series"][0]
    path = f"/api/studies/{study_id}/series/{series['series_uid']}/stacks/0/header"
    return series, (await live.client.get(path)).json()["header"]["frames"][1]["sop_instance_uid"]


async def test_a_place_is_behind_the_gate_of_its_study(live: Live, study_id: str) -> None:
    _, uid = await first_image(live, study_id)
    with live.intake.database.transaction() as session:
        stranger = make.person(session, make.hospital(session, "Centre hospitalier de Belrive"))
    await live.client.post("/logout")
    assert (await live.client.get(f"/api/studies/{study_id}/images/{uid}")).status_code == 401
    await live.client.post("/login", data={"email": stranger.email, "password": make.PASSWORD})
    assert (await live.client.get(f"/api/studies/{study_id}/images/{uid}")).status_code == 404


async def test_an_image_is_found_in_its_stack(live: Live, study_id: str) -> None:
    series, uid = await first_image(live, study_id)
    answer = await live.client.get(f"/api/studies/{study_id}/images/{uid}")
    assert answer.status_code == 200
    found = answer.json()
    assert (found["series_uid"], found["stack"], found["sop_instance_uid"]) == (series["series_uid"], 0, uid)
    assert found["frame"] == 1


async def test_an_image_that_is_not_there_has_no_place(live: Live, study_id: str) -> None:
    assert (await live.client.get(f"/api/studies/{study_id}/images/1.2.3.4")).status_code == 404
