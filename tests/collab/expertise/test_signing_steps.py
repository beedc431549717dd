"""A signature over HTTP: others go on while it draws, and what was typed is kept.

A stack whose header is a named pipe keeps the process that draws at work until somebody has written to it.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from collab.expertise.concluding import Underway
from collab.rooms.protocol import KeyViewRemoved, MemberJoined
from tests.collab.expertise.make import World
from tests.collab.expertise.test_concluding import (
    content_of,
    more,
    nothing_is_signed,
    only_key_view,
    prepared_file,
    with_key_views,
)
from tests.collab.expertise.test_signing_pages import form_of
from tests.collab.rooms.make import member

PATIENCE_S = 60


async def test_others_go_on_while_a_signing_draws(world: World, tmp_path: Path) -> None:
    request_id = with_key_views(world, tmp_path)
    expert, other = await world.server.sign_in(world.expert), await world.server.sign_in(world.requester)
    path = f"/expertise/{request_id}/conclude"
    form = form_of((await expert.get(path)).text)
    # Its header is known to this process by now, and read anew by the one that draws.
    assert isinstance(world.start(request_id, world.wish(request_id)), Underway)
    header = prepared_file(world, "stack-0.json")
    content = header.read_bytes()
    header.unlink()
    os.mkfifo(header)
    signing = asyncio.create_task(expert.post(path, data=form))
    with await asyncio.wait_for(asyncio.to_thread(header.open, "wb"), PATIENCE_S) as gate:
        # Reads and writes of others, in the room that is being signed too, while the picture waits.
        assert (await asyncio.wait_for(other.get(f"/expertise/{request_id}"), PATIENCE_S)).status_code == 200
        await asyncio.wait_for(asyncio.to_thread(more, world, request_id, MemberJoined(member("vasseur"))), PATIENCE_S)
        assert not signing.done()
        gate.write(content)
    answer = await signing
    assert answer.status_code == 303, answer.text
    assert only_key_view(world, request_id).image_sha256
    assert [each.name for each in content_of(world, request_id).participants] == ["Dr vasseur"]


async def test_what_was_typed_is_kept_when_key_views_change_meanwhile(world: World, tmp_path: Path) -> None:
    request_id = with_key_views(world, tmp_path)
    expert = await world.server.sign_in(world.expert)
    path = f"/expertise/{request_id}/conclude"
    form = form_of((await expert.get(path)).text, limits="artéfacts")
    assert isinstance(world.start(request_id, world.wish(request_id)), Underway)
    header = prepared_file(world, "stack-0.json")
    content = header.read_bytes()
    header.unlink()
    os.mkfifo(header)
    signing = asyncio.create_task(expert.post(path, data=form))
    with await asyncio.wait_for(asyncio.to_thread(header.open, "wb"), PATIENCE_S) as gate:
        await asyncio.to_thread(more, world, request_id, KeyViewRemoved("k1"))
        gate.write(content)
    answer = await signing
    assert answer.status_code == 409
    assert "Les images clés" in answer.text
    assert "artéfacts" in answer.text
    nothing_is_signed(world, request_id)
