"""The picture door: which stack, which version, which image."""

from __future__ import annotations

import asyncio
import io
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image
from sqlalchemy import select

from collab.accounts.models import Hospital
from collab.studies.importing import Intake
from collab.studies.models import Series
from dicom_render.drawers import Drawers
from dicom_render.drawing_queue import MAX_WAITING_EACH
from tests import make
from tests.collab.studies import make as make_studies
from tests.collab.studies.live import Live, serving

CORONAL = {"point_world_mm": "-0.5,-0.5,7", "normal": "0,-1,0", "up": "0,0,1", "mm_per_px": "1"}


@pytest.fixture
async def live(intake: Intake, hospital: Hospital) -> AsyncIterator[Live]:
    async with serving(intake, hospital) as found:
        yield found


@pytest.fixture
def stack_path(live: Live, tmp_path: Path, hospital: Hospital) -> str:
    return new_stack(live, tmp_path, hospital)


def new_stack(live: Live, tmp_path: Path, hospital: Hospital) -> str:
    """Where the only stack of a new study is: six slices of 16 x 16."""
    study_id = make_studies.study(live.intake, tmp_path, hospital, count=6)
    with live.intake.database.transaction() as session:
        series_uid = session.scalars(select(Series.series_uid)).one()
    return f"/api/studies/{study_id}/series/{series_uid}/stacks/0"


async def opened(live: Live, stack_path: str) -> dict[str, Any]:  # Any: JSON
    return (await live.client.get(f"{stack_path}/header")).json()


async def asked_of(live: Live, stack_path: str) -> dict[str, str]:
    """A right query."""
    found = await opened(live, stack_path)
    sop = found["header"]["frames"][2]["sop_instance_uid"]
    return {"version": found["version"], "sop": sop, "width": "32", "height": "32"}


async def test_nothing_of_a_stack_is_told_to_who_may_not_see_it(
    live: Live, hospital: Hospital, stack_path: str
) -> None:
    asked = await asked_of(live, stack_path)
    with live.intake.database.transaction() as session:
        stranger = make.person(session, make.hospital(session, "Centre hospitalier de Belrive"))
    await live.client.post("/logout")
    for door in ("header", "picture"):
        assert (await live.client.get(f"{stack_path}/{door}", params=asked)).status_code == 401
    await live.client.post("/login", data={"email": stranger.email, "password": make.PASSWORD})
    for params in (asked, asked | {"sop": "1.2.3"}, asked | {"version": "0"}):
        refused = await live.client.get(f"{stack_path}/picture", params=params)
        assert (refused.status_code, refused.json()["refused"]) == (404, "not_found")
    assert (await live.client.get(f"{stack_path}/header")).status_code == 404


async def test_a_picture_of_another_version_is_never_shown(live: Live, stack_path: str) -> None:
    asked = await asked_of(live, stack_path)
    refused = await live.client.get(f"{stack_path}/picture", params=asked | {"version": "0123-1"})
    assert (refused.status_code, refused.json()["refused"]) == (409, "picture_of_other_version")
    assert refused.json()["facts"] == {"version": asked["version"]}


async def test_the_header_is_that_of_the_pack_without_chunks(live: Live, stack_path: str) -> None:
    found = await opened(live, stack_path)
    answer = await live.client.get(f"{stack_path}/pack")
    pack = answer.content
    length = int.from_bytes(pack[4:8], "little")
    assert found["header"] | {"chunks": []} == json.loads(pack[8 : 8 + length]) | {"chunks": []}
    assert found["header"]["chunks"] == []
    assert found["version"] == answer.headers["consilium-version"]


async def test_the_image_named_is_drawn_and_said(live: Live, stack_path: str) -> None:
    asked = await asked_of(live, stack_path) | {
        "width": "16",
        "height": "16",
        "quality": "lossless",
        "window": "131,256",
    }
    answer = await live.client.get(f"{stack_path}/picture", params=asked)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.headers["cache-control"] == "no-store"
    drawn = json.loads(answer.headers["consilium-drawn"])
    assert (drawn["sop_instance_uid"], drawn["frame"], drawn["version"]) == (asked["sop"], 1, asked["version"])
    # Values 3 to 258 in the third slice: the window's 256 levels begin at 3.5 (PS3.3 C.11.2.1.2.1: centre - 0.5).
    expected = (np.arange(256) + 3 - 130.5) / 255 * 255 + 127.5
    shown = np.asarray(Image.open(io.BytesIO(answer.content)))
    assert np.abs(shown.ravel() - np.clip(expected, 0, 255)).max() <= 1


async def test_a_cut_is_drawn_as_jpeg_and_names_no_image(live: Live, stack_path: str) -> None:
    asked = await asked_of(live, stack_path) | CORONAL
    del asked["sop"]
    answer = await live.client.get(f"{stack_path}/picture", params=asked)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert json.loads(answer.headers["consilium-drawn"])["sop_instance_uid"] is None
    assert Image.open(io.BytesIO(answer.content)).size == (32, 32)


async def test_what_cannot_be_drawn_is_refused_with_its_reason(live: Live, stack_path: str) -> None:
    asked = await asked_of(live, stack_path)
    refused = await live.client.get(f"{stack_path}/picture", params=asked | {"sop": "1.2.3"})
    assert (refused.status_code, refused.json()["refused"]) == (404, "no_such_image")
    refused = await live.client.get(f"{stack_path}/picture", params=asked | CORONAL)
    assert (refused.status_code, refused.json()["facts"]) == (422, {"reason": "not_its_plane"})
    refused = await live.client.get(f"{stack_path}/picture", params=asked | {"width": "0"})
    assert (refused.status_code, refused.json()["refused"]) == (422, "bad_input")
    for door in ("header", "picture"):
        other = stack_path.removesuffix("0") + "7"
        assert (await live.client.get(f"{other}/{door}", params=asked)).status_code == 404


async def test_one_caller_may_not_ask_for_more_than_can_be_drawn(live: Live, stack_path: str) -> None:
    asked = await asked_of(live, stack_path)

    def ask() -> asyncio.Task[httpx.Response]:
        return asyncio.create_task(live.client.get(f"{stack_path}/picture", params=asked))

    # The header as a pipe keeps the one process that draws at work until somebody has written to it.
    (header,) = live.intake.settings.data.glob("prepared/*/*/stack-0.json")
    content = header.read_bytes()
    header.unlink()
    os.mkfifo(header)
    first = ask()
    pipe = await asyncio.to_thread(header.open, "wb")
    waiting = [ask() for _ in range(MAX_WAITING_EACH + 1)]
    (refused,), others = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    assert (refused.result().status_code, refused.result().json()["refused"]) == (429, "too_many_pictures")
    assert refused.result().headers["retry-after"] == "1"
    # A browser that goes away gives its place back.
    others.pop().cancel()
    while (last := ask()) and (await asyncio.wait([last], timeout=2))[0]:
        assert last.result().status_code == 429
    with pipe:
        pipe.write(content)
    assert {answer.status_code for answer in await asyncio.gather(first, last, *others)} == {200}


async def test_a_picture_that_takes_too_much_is_refused_and_the_next_one_drawn(
    intake: Intake, hospital: Hospital, tmp_path: Path
) -> None:
    async with serving(intake, hospital, drawers=Drawers(1, cpu_seconds=1)) as live:
        stack_path = new_stack(live, tmp_path, hospital)
        asked = await asked_of(live, stack_path)
        oblique = {"point_world_mm": "0,0,7", "normal": "0.6,-0.64,-0.48", "up": "0,-0.6,0.8", "mm_per_px": "0.01"}
        endless = {
            "width": "4096",
            "height": "2304",
            "blend": "mip",
            "thickness_mm": "500",
            "version": asked["version"],
        }
        refused = await live.client.get(f"{stack_path}/picture", params=oblique | endless, timeout=60)
        assert (refused.status_code, refused.json()["refused"]) == (503, "picture_failed")
        assert refused.json()["facts"] == {"reason": "cpu_time"}
        assert (await live.client.get(f"{stack_path}/picture", params=asked, timeout=60)).status_code == 200
