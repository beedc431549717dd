"""The page of the signature over HTTP."""

from __future__ import annotations

import re

import pytest

from tests import make
from tests.collab.expertise.make import TEXT, World

ANSWERS = {
    "ivt": "none",
    "evt": "indicated",
    "disposition": "transfer_evt",
    "local_agreement": "concordant",
    "certainty": "high",
}


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))


def form_of(page: str, **changes: str) -> dict[str, str]:
    kept = {name: value for name, value in hidden(page).items() if name not in {"next"}}
    return {**kept, **ANSWERS, "password": make.PASSWORD, **changes}


@pytest.mark.parametrize("who", ["requester", "colleague", "peer"])
async def test_only_the_expert_gets_the_form(world: World, who: str) -> None:
    request_id = world.drafted()
    browser = await world.server.sign_in(getattr(world, who))
    assert (await browser.get(f"/expertise/{request_id}/conclude")).status_code == 403
    assert (await browser.post(f"/expertise/{request_id}/conclude", data=ANSWERS)).status_code == 403


async def test_the_form_shows_what_will_be_signed(world: World) -> None:
    request_id = world.drafted()
    page = (await (await world.server.sign_in(world.expert)).get(f"/expertise/{request_id}/conclude")).text
    for text in (TEXT, "Thrombolyse ? Thrombectomie ?", "MARTIN Jeanne", "a" * 64, "Signer la conclusion d’expertise"):
        assert text in page


async def test_signing_leads_to_the_conclusion(world: World) -> None:
    request_id = world.drafted()
    browser = await world.server.sign_in(world.expert)
    path = f"/expertise/{request_id}/conclude"
    answer = await browser.post(path, data=form_of((await browser.get(path)).text))
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].startswith("/conclusions/EXC-")


async def test_a_wrong_password_keeps_the_answers_and_never_the_password(world: World) -> None:
    request_id = world.drafted()
    browser = await world.server.sign_in(world.expert)
    path = f"/expertise/{request_id}/conclude"
    given = form_of((await browser.get(path)).text, password="pas le bon", limits="artéfacts")
    answer = await browser.post(path, data=given)
    assert answer.status_code == 403
    assert "artéfacts" in answer.text
    assert "pas le bon" not in answer.text
    assert hidden(answer.text)["idempotency_key"] == given["idempotency_key"]
    answer = await browser.post(path, data={**given, "password": make.PASSWORD})
    assert answer.status_code == 303


async def test_missing_codes_are_named(world: World) -> None:
    request_id = world.drafted()
    browser = await world.server.sign_in(world.expert)
    path = f"/expertise/{request_id}/conclude"
    answer = await browser.post(path, data=form_of((await browser.get(path)).text, evt=""))
    assert answer.status_code == 422
    assert 'id="wrong-evt"' in answer.text


async def test_new_images_stop_the_signature_until_the_expert_says_which_set(world: World) -> None:
    request_id = world.drafted()
    browser = await world.server.sign_in(world.expert)
    path = f"/expertise/{request_id}/conclude"
    given = form_of((await browser.get(path)).text)
    world.change_study()
    answer = await browser.post(path, data=given)
    assert answer.status_code == 409
    assert 'name="accept_earlier_set"' in answer.text
    again = form_of(answer.text, accept_earlier_set="yes")
    assert again[f"version_{world.study_id}"] == "a" * 64
    assert (await browser.post(path, data=again)).status_code == 303
