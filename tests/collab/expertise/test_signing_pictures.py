"""What a signer sees of key views is what the conclusion prints; what changed since is not shown under old words."""

from __future__ import annotations

import os
from pathlib import Path

import httpx
import pytest

from collab.conclusions.service import Documents
from collab.expertise.signing import KeyViewsChanged
from collab.rooms.protocol import AnnotationDrawn
from tests.collab.expertise.make import World
from tests.collab.expertise.test_concluding import images_in, more, nothing_is_signed, prepared_file, with_key_views
from tests.collab.expertise.test_laying import ACROSS, drawing


def path_of(world: World, request_id: str, *, number: int = 1) -> str:
    shown = world.wish(request_id).key_views_sha256
    return f"/expertise/{request_id}/conclude/key-views/{number}?shown={shown}"


async def ask(world: World, path: str, who: str = "expert") -> httpx.Response:
    return await (await world.server.sign_in(getattr(world, who))).get(path)


@pytest.mark.parametrize("who", ["requester", "colleague", "peer"])
async def test_only_the_expert_gets_a_picture(world: World, tmp_path: Path, who: str) -> None:
    path = path_of(world, with_key_views(world, tmp_path))
    assert (await ask(world, path, who)).status_code == 403


async def test_the_picture_shown_is_the_one_that_the_conclusion_prints(world: World, tmp_path: Path) -> None:
    request_id = with_key_views(world, tmp_path)
    shown = await ask(world, path_of(world, request_id))
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    receipt = world.sign(request_id, world.wish(request_id))
    assert images_in(world.server.site.part(Documents).read(receipt.document_sha256)) == [shown.content]


async def test_what_was_drawn_over_a_key_view_since_stops_its_picture_and_the_signature(
    world: World, tmp_path: Path
) -> None:
    request_id = with_key_views(world, tmp_path)
    path, wish = path_of(world, request_id), world.wish(request_id)
    more(world, request_id, AnnotationDrawn("an-1", drawing("length", *ACROSS)))
    answer = await ask(world, path)
    assert answer.status_code == 409
    assert "image/jpeg" not in answer.headers["content-type"]
    with pytest.raises(KeyViewsChanged):
        world.sign(request_id, wish)
    nothing_is_signed(world, request_id)
    assert (await ask(world, path_of(world, request_id))).status_code == 200


async def test_a_key_view_that_cannot_be_drawn_has_no_picture(world: World, tmp_path: Path) -> None:
    request_id = with_key_views(world, tmp_path)
    prepared_file(world, "stack-0.frames").write_bytes(b"\xff\x4f\xff\x51" + os.urandom(400))
    assert (await ask(world, path_of(world, request_id))).status_code == 404


@pytest.mark.parametrize("number", [0, 2, 999])
async def test_there_are_as_many_pictures_as_key_views(world: World, tmp_path: Path, number: int) -> None:
    assert (await ask(world, path_of(world, with_key_views(world, tmp_path), number=number))).status_code == 404


@pytest.mark.parametrize("number", ["-1", "one", "1234"])
async def test_what_is_no_number_is_refused(world: World, tmp_path: Path, number: str) -> None:
    path = path_of(world, with_key_views(world, tmp_path)).replace("/1?", f"/{number}?")
    assert (await ask(world, path)).status_code == 422
