"""The JSON of requests over HTTP: who may not, the whole golden path, and what programs may not slip in."""

from __future__ import annotations

import httpx
import msgspec
import pytest

from collab.accounts.models import Person
from collab.rooms.protocol import TextUpdated
from tests import make
from tests.collab.expertise.make import STROKE_ANSWERS, World, asking
from tests.collab.rooms.make import updates

POSTS = (
    "submit",
    "accept",
    "decline",
    "ask-more",
    "tell-more",
    "confirm-identity",
    "room",
    "invite",
    "cancel",
    "acknowledge",
    "close",
    "conclusion",
)


async def sign_in(world: World, person: Person) -> httpx.AsyncClient:
    return await world.server.sign_in(person)


async def test_a_stranger_without_login_gets_nothing(world: World) -> None:
    browser, request_id = world.server.client(), world.ask()
    for path in ("", "/waiting", f"/{request_id}", f"/{request_id}/brief", f"/{request_id}/conclusion"):
        assert (await browser.get(f"/api/expertise{path}")).status_code == 401
    for path in ("", *(f"/{request_id}/{act}" for act in POSTS)):
        assert (await browser.post(f"/api/expertise{path}", json={})).status_code == 401


@pytest.mark.parametrize("who", ["outsider", "technologist"])
async def test_who_has_no_part_in_the_case_cannot_tell_that_it_is_there(world: World, who: str) -> None:
    request_id = world.drafted()
    body = msgspec.to_builtins(world.wish(request_id))
    browser = await sign_in(world, getattr(world, who))
    for path in ("", "/brief", "/conclusion"):
        real = await browser.get(f"/api/expertise/{request_id}{path}")
        none = await browser.get(f"/api/expertise/EXR-0000000000000000{path}")
        assert (real.status_code, real.json()) == (none.status_code, none.json())
        assert real.status_code == 404
    bodies = {"decline": {"reason": "other"}, "invite": {"person_id": world.peer.id}, "conclusion": body}
    for act in POSTS:
        answer = await browser.post(f"/api/expertise/{request_id}/{act}", json=bodies.get(act, {}))
        assert answer.status_code == 404, (act, answer.text)


async def test_a_member_of_the_room_reads_its_brief_and_no_more(world: World) -> None:
    request_id = world.accepted()
    requester, guest = await sign_in(world, world.requester), await sign_in(world, world.outsider)
    assert (await guest.get(f"/api/expertise/{request_id}/brief")).status_code == 404
    invited = await requester.post(f"/api/expertise/{request_id}/invite", json={"person_id": world.outsider.id})
    assert invited.status_code == 200
    brief = (await guest.get(f"/api/expertise/{request_id}/brief")).json()
    assert brief["question"] == "Thrombolyse ? Thrombectomie ?"
    assert {"label": "NIHSS total", "value": "14 / 42"} in brief["lines"]
    assert (await guest.get(f"/api/expertise/{request_id}")).status_code == 404


async def test_from_the_question_to_the_closed_case(world: World) -> None:
    asks, expert = await sign_in(world, world.requester), await sign_in(world, world.expert)
    created = await asks.post("/api/expertise", json=msgspec.to_builtins(asking(world)))
    assert created.status_code == 201, created.text
    request_id = created.json()["request_id"]
    path = f"/api/expertise/{request_id}"

    assert (await expert.get("/api/expertise/waiting")).json() == {"count": 1}
    assert (await expert.get(path)).json()["state"] == "received"
    accepted = (await expert.post(f"{path}/accept", json={})).json()
    assert (accepted["state"], bool(accepted["room_id"])) == ("accepted", True)
    world.journal(request_id, [TextUpdated(update) for update in updates("Occlusion M1.")])

    shown = (await expert.get(f"{path}/conclusion")).json()
    body = {
        "idempotency_key": shown["idempotency_key"],
        "text_sha256": shown["text_sha256"],
        "key_views_sha256": shown["key_views_sha256"],
        "study_versions": {study["study_id"]: study["version"] for study in shown["studies"]},
        "answers": msgspec.to_builtins(STROKE_ANSWERS),
        "password": make.PASSWORD,
    }
    receipt = await expert.post(f"{path}/conclusion", json=body)
    assert receipt.status_code == 200, receipt.text
    assert (await expert.post(f"{path}/conclusion", json=body)).json() == receipt.json()

    done = await asks.post(f"{path}/acknowledge", json={"note": "Ténectéplase à 03 h 20"})
    assert done.json()["conclusion_id"] == receipt.json()["conclusion_id"]
    closed = (await asks.post(f"{path}/close", json={})).json()
    acts = [step["act"] for step in closed["steps"]]
    assert acts == ["submit", "receive", "accept", "conclude", "acknowledge", "close"]
    assert closed["state"] == "closed"


async def test_a_wrong_password_is_counted_although_nothing_was_signed(world: World) -> None:
    request_id = world.drafted()
    expert = await sign_in(world, world.expert)
    body = msgspec.to_builtins(world.wish(request_id, password="not it"))
    for _ in range(10):
        answer = await expert.post(f"/api/expertise/{request_id}/conclusion", json=body)
        assert (answer.status_code, answer.json()["refused"]) == (403, "wrong_password")
    right = {**body, "password": make.PASSWORD}
    answer = await expert.post(f"/api/expertise/{request_id}/conclusion", json=right)
    assert (answer.status_code, answer.json()["refused"]) == (429, "too_many_tries")


@pytest.mark.parametrize("forged", ["state", "requester_id", "author_id", "is_admin"])
async def test_a_field_that_is_not_the_caller_s_is_refused(world: World, forged: str) -> None:
    asks = await sign_in(world, world.requester)
    body = {**msgspec.to_builtins(asking(world)), forged: "x"}
    assert (await asks.post("/api/expertise", json=body)).status_code == 422


async def test_a_mismatch_of_identity_is_refused_with_what_differs(world: World) -> None:
    patient = msgspec.structs.replace(asking(world).patient, birth_date="19480313")
    request_id = world.accepted(patient=patient)
    expert = await sign_in(world, world.expert)
    answer = await expert.post(f"/api/expertise/{request_id}/room", json={})
    assert (answer.status_code, answer.json()["refused"]) == (409, "identity_mismatch")
    (difference,) = (await expert.get(f"/api/expertise/{request_id}")).json()["identity_differences"]
    assert (difference["trait"], difference["asked"], difference["found"]) == ("birth_date", "19480313", "19480312")
