"""The conclusion's page and document over HTTP."""

from __future__ import annotations

import hashlib

import pytest

from collab.conclusions.models import ExpertConclusion
from tests.collab.expertise.conftest import world  # noqa: F401 - a fixture
from tests.collab.expertise.make import TEXT, World


def concluded(world: World) -> ExpertConclusion:  # noqa: F811
    world.concluded()
    with world.database.transaction() as session:
        return session.query(ExpertConclusion).one()


async def test_a_stranger_is_sent_to_the_login(world: World) -> None:  # noqa: F811
    found, browser = concluded(world), world.server.client()
    for path in ("", "/document.pdf"):
        assert (await browser.get(f"/conclusions/{found.id}{path}")).status_code == 303
    assert (await browser.get(f"/api/conclusions/{found.id}")).status_code == 401


@pytest.mark.parametrize("who", ["outsider", "technologist", "peer"])
async def test_others_cannot_tell_that_it_is_there(world: World, who: str) -> None:  # noqa: F811
    found, browser = concluded(world), await world.server.sign_in(getattr(world, who))
    for path in (f"/conclusions/{found.id}", f"/conclusions/{found.id}/document.pdf", f"/api/conclusions/{found.id}"):
        assert (await browser.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("language", "title"), [("fr", "Ce n’est pas une seconde lecture"), ("en", "not a second read")]
)
async def test_the_page_says_its_nature_and_its_hashes(world: World, language: str, title: str) -> None:  # noqa: F811
    found, browser = concluded(world), await world.server.sign_in(world.requester)
    await browser.post("/language", data={"chosen": language})
    page = (await browser.get(f"/conclusions/{found.id}")).text
    for text in (title, TEXT, found.content_sha256, found.document_sha256, "85208-7"):
        assert text in page


async def test_the_document_is_delivered_unchanged(world: World) -> None:  # noqa: F811
    found, browser = concluded(world), await world.server.sign_in(world.requester)
    answer = await browser.get(f"/conclusions/{found.id}/document.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert hashlib.sha256(answer.content).hexdigest() == found.document_sha256
    assert answer.headers["etag"] == f'"{found.document_sha256}"'
    assert answer.headers["cache-control"] == "no-store"


async def test_the_requester_acknowledges_on_the_page_and_the_expert_sees_it(world: World) -> None:  # noqa: F811
    found = concluded(world)
    asks, expert = await world.server.sign_in(world.requester), await world.server.sign_in(world.expert)
    path = f"/conclusions/{found.id}"
    assert "/acknowledge" not in (await expert.get(path)).text
    assert "/acknowledge" in (await asks.get(path)).text
    await asks.post(f"/expertise/{found.request_id}/acknowledge", data={"note": "Patiente transférée"})
    page = (await expert.get(path)).text
    assert "Patiente transférée" in page
    assert "Réception accusée par Dr Karim Benali" in page


async def test_programs_read_the_same_content(world: World) -> None:  # noqa: F811
    found, browser = concluded(world), await world.server.sign_in(world.expert)
    answer = await browser.get(f"/api/conclusions/{found.id}")
    assert answer.json()["text"] == TEXT
