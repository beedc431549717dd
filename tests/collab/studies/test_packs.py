"""Packs, whole and in ranges."""

from __future__ import annotations

import json
import struct
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.policy import HTTP
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from collab.accounts.models import Hospital
from collab.studies.importing import Intake
from collab.studies.models import Series
from tests import make
from tests.collab.studies import make as make_studies
from tests.collab.studies.live import Live, serving


@pytest.fixture
async def live(intake: Intake, hospital: Hospital) -> AsyncIterator[Live]:
    async with serving(intake, hospital) as found:
        yield found


def pack_path(live: Live, place: Path, hospital: Hospital, *, count: int = 6) -> str:
    """Where the pack of a new study's only stack is."""
    study_id = make_studies.study(live.intake, place, hospital, count=count)
    with live.intake.database.transaction() as session:
        series_uid = session.scalars(select(Series.series_uid)).one()
    return f"/api/studies/{study_id}/series/{series_uid}/stacks/0/pack"


def header_of(pack: bytes) -> dict[str, Any]:  # Any: JSON
    (length,) = struct.unpack_from("<I", pack, 4)
    return json.loads(pack[8 : 8 + length])


async def test_whether_an_image_is_in_a_stack_is_not_told_to_who_may_not_see_it(
    live: Live, hospital: Hospital, tmp_path: Path
) -> None:
    path = pack_path(live, tmp_path, hospital)
    known = header_of((await live.client.get(path)).content)["frames"][0]["sop_instance_uid"]
    with live.intake.database.transaction() as session:
        stranger = make.person(session, make.hospital(session, "Centre hospitalier de Belrive"))
    await live.client.post("/logout")
    assert (await live.client.get(path, params={"sop": known})).status_code == 401
    await live.client.post("/login", data={"email": stranger.email, "password": make.PASSWORD})
    for sop in (known, "1.2.3"):
        refused = await live.client.get(path, params={"sop": sop})
        assert (refused.status_code, refused.json()["refused"]) == (404, "not_found")


async def test_the_image_named_comes_first_and_its_pack_is_that_of_its_place(
    live: Live, hospital: Hospital, tmp_path: Path
) -> None:
    path = pack_path(live, tmp_path, hospital)
    by_place = await live.client.get(path, params={"first": "4"})
    header = header_of(by_place.content)
    image = header["frames"][4]
    assert header["chunks"][0][:2] == [4, 1]
    asked = {"sop": image["sop_instance_uid"], "frame": str(image["frame"])}
    by_name = await live.client.get(path, params=asked)
    assert by_name.status_code == 200
    assert by_name.content == by_place.content
    tag = by_name.headers["etag"]
    assert tag == by_place.headers["etag"]
    rest = await live.client.get(path, params=asked, headers={"range": "bytes=1000-", "if-range": tag})
    assert (rest.status_code, rest.content) == (206, by_name.content[1000:])
    unnumbered = await live.client.get(path, params={"sop": image["sop_instance_uid"]})
    assert unnumbered.headers["etag"] == tag


async def test_where_nothing_is_asked_for_the_middle_comes_first(
    live: Live, hospital: Hospital, tmp_path: Path
) -> None:
    path = pack_path(live, tmp_path, hospital, count=7)
    assert header_of((await live.client.get(path)).content)["chunks"][0][:2] == [3, 1]


async def test_an_image_that_is_not_in_the_stack_is_refused_by_its_own_code(
    live: Live, hospital: Hospital, tmp_path: Path
) -> None:
    path = pack_path(live, tmp_path, hospital)
    known = header_of((await live.client.get(path)).content)["frames"][0]["sop_instance_uid"]
    for asked in ({"sop": "1.2.3"}, {"sop": ""}, {"sop": known, "frame": "2"}, {"sop": known, "frame": "0"}):
        refused = await live.client.get(path, params=asked)
        assert (refused.status_code, refused.json()["refused"]) == (404, "no_such_image")
    for asked in ({"sop": known, "frame": "x"}, {"sop": known, "first": "0"}):
        refused = await live.client.get(path, params=asked)
        assert (refused.status_code, refused.json()["refused"]) == (422, "bad_input")


async def test_a_pack_in_ranges_equals_the_whole(live: Live, hospital: Hospital, tmp_path: Path) -> None:
    path = pack_path(live, tmp_path, hospital)
    whole = await live.client.get(path, params={"first": "3"})
    assert whole.status_code == 200
    assert whole.content.startswith(b"CPK1")
    assert int(whole.headers["content-length"]) == len(whole.content)
    tag = whole.headers["etag"]
    joined = b""
    while len(joined) < len(whole.content):
        ask = {"range": f"bytes={len(joined)}-{len(joined) + 699}", "if-range": tag}
        part = await live.client.get(path, params={"first": "3"}, headers=ask)
        assert part.status_code == 206
        start, length = len(joined), len(part.content)
        assert part.headers["content-range"] == f"bytes {start}-{start + length - 1}/{len(whole.content)}"
        joined += part.content
    assert joined == whole.content
    same = await live.client.get(path, params={"first": "3"}, headers={"if-none-match": tag})
    assert (same.status_code, same.content) == (304, b"")
    beyond = await live.client.get(path, headers={"range": f"bytes={10**9}-"})
    assert (beyond.status_code, beyond.headers["content-range"].split("/")[0]) == (416, "bytes *")
    other = await live.client.get(path, params={"first": "0"}, headers={"range": "bytes=0-9", "if-range": tag})
    assert (other.status_code, len(other.content)) == (200, len(other.content))
    head = await live.client.head(path)
    assert (head.content, int(head.headers["content-length"]) > 1000) == (b"", True)
    for wrong in ("6", "-1", "x"):
        assert (await live.client.get(path, params={"first": wrong})).status_code == 422


async def test_several_ranges_come_in_the_order_asked_each_saying_where_it_lies(
    live: Live, hospital: Hospital, tmp_path: Path
) -> None:
    path = pack_path(live, tmp_path, hospital)
    whole = await live.client.get(path)
    length = len(whole.content)
    ask = {"range": f"bytes={length - 300}-, 100-199,700-1009", "if-range": whole.headers["etag"]}
    answer = await live.client.get(path, headers=ask)
    assert answer.status_code == 206
    assert "content-range" not in answer.headers
    assert int(answer.headers["content-length"]) == len(answer.content)
    # Python's own reader of multipart messages, which is not ours.
    kind = f"Content-Type: {answer.headers['content-type']}\r\n\r\n".encode()
    message = message_from_bytes(kind + answer.content, policy=HTTP)
    assert message.get_content_type() == "multipart/byteranges"
    parts = [(str(part["content-range"]), part.get_payload(decode=True)) for part in message.iter_parts()]
    spans = [(length - 300, length), (100, 200), (700, 1010)]
    assert parts == [(f"bytes {low}-{high - 1}/{length}", whole.content[low:high]) for low, high in spans]
    head = await live.client.head(path, headers=ask)
    assert (head.content, head.headers["content-length"]) == (b"", answer.headers["content-length"])
