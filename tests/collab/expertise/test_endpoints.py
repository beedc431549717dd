"""Pages of the worklist and of a case, over HTTP."""

from __future__ import annotations

import msgspec
import pytest

from collab.expertise.rules import State
from tests.collab.expertise.make import PATIENT, World

POSTS = (
    "submit",
    "accept",
    "decline",
    "ask-more",
    "tell-more",
    "cancel",
    "close",
    "acknowledge",
    "confirm-identity",
    "invite",
    "conclude",
)


async def test_a_stranger_is_sent_to_the_login(world: World) -> None:
    browser, request_id = world.server.client(), world.ask()
    for path in ("/", f"/expertise/{request_id}", f"/expertise/{request_id}/join"):
        answer = await browser.get(path)
        assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/login")
    for act in POSTS:
        assert (await browser.post(f"/expertise/{request_id}/{act}")).status_code == 303


@pytest.mark.parametrize("who", ["outsider", "technologist"])
async def test_who_has_no_part_in_the_case_is_told_that_there_is_none(world: World, who: str) -> None:
    request_id = world.accepted()
    browser = await world.server.sign_in(getattr(world, who))
    for path in ("", "/join", "/conclude"):
        assert (await browser.get(f"/expertise/{request_id}{path}")).status_code == 404
    said = {"note": "x", "reason": "other", "person": world.peer.id}
    for act in POSTS:
        assert (await browser.post(f"/expertise/{request_id}/{act}", data=said)).status_code == 404


async def test_the_worklist_says_urgency_and_state_in_words(world: World) -> None:
    world.ask()
    page = (await (await world.server.sign_in(world.expert)).get("/")).text
    for words in ("Immédiate", "AVC", "envoyée", "MARTIN Jeanne", "À ouvrir"):
        assert words in page


async def test_an_empty_worklist_says_so(world: World) -> None:
    page = (await (await world.server.sign_in(world.expert)).get("/?pathway=oncology&urgency=x&show=all")).text
    assert "Aucune demande ne vous est adressée" in page


async def test_a_case_escapes_what_people_wrote(world: World) -> None:
    patient = msgspec.structs.replace(PATIENT, used_name="<b>D’Arc</b> & fils")
    request_id = world.ask(patient=patient, question="<script>alert(1)</script>")
    page = (await (await world.server.sign_in(world.expert)).get(f"/expertise/{request_id}")).text
    assert "<script>alert" not in page
    assert "&lt;b&gt;D’Arc&lt;/b&gt; &amp; fils" in page


async def test_accepting_with_one_touch_leads_into_the_room(world: World) -> None:
    request_id = world.ask()
    browser = await world.server.sign_in(world.expert)
    answer = await browser.post(f"/expertise/{request_id}/accept", data={"note": "join"})
    assert answer.headers["location"] == f"/expertise/{request_id}/join"
    answer = await browser.get(answer.headers["location"])
    assert answer.headers["location"] == f"/rooms/{world.room_id(request_id)}"
    assert world.get(request_id).state == State.IN_PROGRESS


async def test_a_mismatch_is_shown_with_both_sides(world: World) -> None:
    request_id = world.accepted(patient=msgspec.structs.replace(PATIENT, family_name="DURAND"))
    page = (await (await world.server.sign_in(world.expert)).get(f"/expertise/{request_id}")).text
    assert "la demande et les images ne concordent pas" in page
    assert "<td>DURAND</td><td>MARTIN</td>" in page
    assert "/join" not in page


async def test_both_sides_resolve_a_mismatch_on_the_page(world: World) -> None:
    request_id = world.accepted(patient=msgspec.structs.replace(PATIENT, family_name="DURAND"))
    for person in (world.requester, world.expert):
        browser = await world.server.sign_in(person)
        await browser.post(f"/expertise/{request_id}/confirm-identity", data={"note": "nom d’épouse"})
    assert world.get(request_id).room_id is not None


async def test_the_forms_of_a_case_do_what_they_say(world: World) -> None:
    request_id = world.ask()
    expert, asks = await world.server.sign_in(world.expert), await world.server.sign_in(world.requester)
    path = f"/expertise/{request_id}"
    assert (await expert.post(f"{path}/decline", data={"note": "sans motif"})).status_code == 422
    await expert.post(f"{path}/ask-more", data={"note": "INR ?"})
    assert world.get(request_id).state == State.NEEDS_INFO
    await asks.post(f"{path}/tell-more", data={"note": "1,1"})
    await expert.post(f"{path}/accept")
    await asks.post(f"{path}/invite", data={"person": world.colleague.id})
    page = (await asks.get(path)).text
    assert "INR ?" in page
    assert "Médecin invité" in page
    assert (await asks.post(f"{path}/close")).status_code == 409
    await asks.post(f"{path}/cancel", data={"note": "erreur"})
    assert world.get(request_id).state == State.CANCELLED


async def test_an_unknown_field_of_a_form_is_refused(world: World) -> None:
    request_id = world.ask()
    browser = await world.server.sign_in(world.expert)
    answer = await browser.post(f"/expertise/{request_id}/decline", data={"reason": "other", "state": "accepted"})
    assert answer.status_code == 422


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_every_step_of_a_case_is_shown_in_both_languages(world: World, language: str) -> None:
    request_id = world.concluded()
    for person in (world.requester, world.expert):
        browser = await world.server.sign_in(person)
        await browser.post("/language", data={"chosen": language})
        for path in ("/", "/?show=all", f"/expertise/{request_id}"):
            answer = await browser.get(path)
            assert answer.status_code == 200
            assert f'<html lang="{language}">' in answer.text
