"""The download of evidence: for the doctor who signed and administrators of both sides, and nobody else."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from collab.accounts.models import Hospital, Person
from collab.conclusions.service import Documents
from collab.evidence import endpoints
from collab.evidence.proof import prove
from collab.evidence.service import public_key
from collab.kit.caller import Role
from collab.kit.database import Database
from tests import make as base
from tests.collab.evidence import make
from tests.collab.expertise.make import World
from tests.collab.rooms import make as rooms


@pytest.fixture
def met(database: Database, tmp_path: Path) -> tuple[World, str]:
    return make.meeting(database, tmp_path)


def administrator(world: World, hospital_id: str | None) -> Person:
    with world.database.transaction() as session:
        home = session.get_one(Hospital, hospital_id) if hospital_id else base.hospital(session, "Hôpital d'ailleurs")
        return base.person(session, home, name="Adèle Roux", role=Role.ADMINISTRATOR)


async def download(world: World, room_id: str, person: Person) -> httpx.Response:
    with world.database.transaction() as session:
        rooms.login(session, person)
    parts = {Documents: world.server.site.part(Documents)}
    server = base.server(world.database, endpoints.routes(), settings=world.settings, parts=parts)
    headers = {"cookie": f"consilium={rooms.token_of(person)}"}
    return await server.client().get(f"/api/rooms/{room_id}/evidence.zip", headers=headers)


@pytest.mark.parametrize("who", ["outsider", "colleague", "peer", "technologist"])
async def test_whoever_was_not_in_the_room_cannot_tell_it_from_none(met: tuple[World, str], who: str) -> None:
    world, room_id = met
    forbidden = await download(world, room_id, getattr(world, who))
    assert forbidden.status_code == 404


async def test_an_administrator_of_another_hospital_cannot_either(met: tuple[World, str]) -> None:
    world, room_id = met
    assert (await download(world, room_id, administrator(world, None))).status_code == 404


async def test_the_one_who_asked_sees_the_meeting_and_has_no_evidence_of_it(met: tuple[World, str]) -> None:
    world, room_id = met
    assert (await download(world, room_id, world.requester)).status_code == 403


async def test_the_expert_has_none_before_they_have_signed(met: tuple[World, str]) -> None:
    world, _ = met
    room_id = world.room_id(world.drafted())
    assert (await download(world, room_id, world.expert)).status_code == 403


async def test_the_doctor_who_signed_gets_a_file_that_proves_itself(met: tuple[World, str]) -> None:
    world, room_id = met
    answer = await download(world, room_id, world.expert)
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="{room_id}-evidence.zip"'
    proof = prove(answer.content, public_key=public_key(base.SECRET))
    assert proof.is_whole, proof.findings
    assert proof.manifest is not None
    assert proof.manifest.made_by == world.expert.name


@pytest.mark.parametrize("side", ["requester", "expert"])
async def test_administrators_of_both_sides_get_it_too(met: tuple[World, str], side: str) -> None:
    world, room_id = met
    at_home = administrator(world, getattr(world, side).hospital_id)
    assert (await download(world, room_id, at_home)).status_code == 200
