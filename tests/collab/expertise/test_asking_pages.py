"""The request's form over HTTP: prefilled, forgiving, and sending once."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from collab.expertise.models import ExpertiseRequest, RequestStudy
from collab.expertise.pathways import Stroke
from collab.expertise.service import key_data_of
from tests.collab.expertise import make
from tests.collab.expertise.make import World


def form(world: World, **changes: str | list[str]) -> dict[str, str | list[str]]:
    return {
        "study": world.study_id,
        "action": "send",
        "pathway": "stroke",
        "urgency": "immediate",
        "expert": f"team:{world.team_id}",
        "callback_phone": "+33 1 99 00 00 11",
        "question": "Thrombolyse ?",
        "reason": "Hémiparésie.",
        "family_name": "MARTIN",
        "given_name": "Jeanne",
        "birth_date": "1948-03-12",
        "sex": "F",
        "identity_status": "validated",
        "informed": "informed",
        "onset": "known",
        "onset_at": "2026-11-24T02:30",
        "nihss_gaze": "2",
        "study_ids[]": [world.study_id],
        **changes,
    }


def count(world: World) -> int:
    with world.database.transaction() as session:
        return session.scalar(select(func.count()).select_from(ExpertiseRequest)) or 0


async def test_a_stranger_and_who_is_no_doctor_get_no_form(world: World) -> None:
    path = f"/expertise/new?study={world.study_id}"
    assert (await world.server.client().get(path)).status_code == 303
    browser = await world.server.sign_in(world.technologist)
    assert (await browser.get(path)).status_code == 403
    assert (await browser.post("/expertise/new", data=form(world))).status_code == 403
    assert count(world) == 0


async def test_images_that_one_may_not_see_give_no_form(world: World) -> None:
    browser = await world.server.sign_in(world.outsider)
    assert (await browser.get(f"/expertise/new?study={world.study_id}")).status_code == 404
    assert (await browser.post("/expertise/new", data=form(world))).status_code == 404


async def test_the_form_knows_the_patient_of_the_images(world: World) -> None:
    browser = await world.server.sign_in(world.requester)
    page = (await browser.get(f"/expertise/new?study={world.study_id}")).text
    for text in ('value="MARTIN"', 'value="Jeanne"', 'value="1948-03-12"', 'value="V-001"', "+33 1 99 00 00 11"):
        assert text in page


async def test_without_a_study_the_form_asks_for_one(world: World) -> None:
    page = (await (await world.server.sign_in(world.requester)).get("/expertise/new")).text
    assert f"/expertise/new?study={world.study_id}" in page


@pytest.mark.parametrize("pathway", ["stroke", "neurosurgery", "oncology", "paediatrics", "other"])
async def test_every_pathway_asks_its_own_questions_without_a_script(world: World, pathway: str) -> None:
    browser = await world.server.sign_in(world.requester)
    given = form(world, action=f"pathway.{pathway}", question="déjà tapé")
    answer = await browser.post("/expertise/new", data=given)
    assert answer.status_code == 200
    assert "déjà tapé" in answer.text
    assert ('name="nihss_gaze"' in answer.text) == (pathway == "stroke")
    assert ('name="gcs_eye"' in answer.text) == (pathway == "neurosurgery")
    assert count(world) == 0


async def test_what_was_typed_survives_a_mistake_which_is_named(world: World) -> None:
    browser = await world.server.sign_in(world.requester)
    answer = await browser.post("/expertise/new", data=form(world, inr="abc", question="", reason="à garder"))
    assert answer.status_code == 422
    for text in ("à garder", 'value="abc"', "n’est pas un nombre", 'href="#question"', 'value="2026-11-24T02:30"'):
        assert text in answer.text
    assert count(world) == 0


async def test_asking_oneself_is_told_at_the_field(world: World) -> None:
    browser = await world.server.sign_in(world.requester)
    answer = await browser.post("/expertise/new", data=form(world, expert=f"person:{world.requester.id}"))
    assert answer.status_code == 422
    assert "à soi-même" in answer.text


async def test_a_whole_form_is_sent(world: World) -> None:
    browser = await world.server.sign_in(world.requester)
    answer = await browser.post("/expertise/new", data=form(world, inr="1,1"))
    assert answer.status_code == 303, answer.text
    request = world.get(answer.headers["location"].removeprefix("/expertise/"))
    data = key_data_of(request)
    assert request.state == "submitted"
    assert isinstance(data, Stroke)
    assert (data.inr, data.nihss_gaze) == (1.1, 2)


async def test_a_draft_is_kept_and_sent_later(world: World) -> None:
    browser = await world.server.sign_in(world.requester)
    answer = await browser.post("/expertise/new", data=form(world, action="draft"))
    request_id = answer.headers["location"].removeprefix("/expertise/")
    assert world.get(request_id).state == "draft"
    await browser.post(f"/expertise/{request_id}/submit")
    assert world.get(request_id).state == "submitted"


async def test_earlier_studies_go_along_as_priors(world: World) -> None:
    with world.database.transaction() as session:
        prior = make.study(session, world.requester.hospital_id, study_date="20250102").id
    browser = await world.server.sign_in(world.requester)
    answer = await browser.post("/expertise/new", data=form(world, **{"study_ids[]": [world.study_id, prior]}))
    request_id = answer.headers["location"].removeprefix("/expertise/")
    with world.database.transaction() as session:
        places = session.scalars(select(RequestStudy).where(RequestStudy.request_id == request_id)).all()
    assert {place.study_id: place.is_prior for place in places} == {world.study_id: False, prior: True}
