"""Packs, whole and in ranges."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select
from starlette.datastructures import Headers

from collab.accounts.models import Hospital
from collab.studies.importing import Intake
from collab.studies.models import Series
from collab.studies.packs import NotSatisfiable, asked_range
from tests.collab.studies import make as make_studies
from tests.collab.studies.live import Live, serving

TAG = '"tag"'


@pytest.fixture
async def live(intake: Intake, hospital: Hospital) -> AsyncIterator[Live]:
    async with serving(intake, hospital) as found:
        yield found


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"range": "bytes=0-9"}, (0, 10)),
        ({"range": "bytes=90-"}, (90, 100)),
        ({"range": "bytes=-5"}, (95, 100)),
        ({"range": "bytes=-500"}, (0, 100)),
        ({"range": "bytes=50-500"}, (50, 100)),
        ({"range": "bytes=9-0"}, None),
        ({"range": "bytes=-"}, None),
        ({"range": "bytes=0-1,4-5"}, None),
        ({"range": "lines=0-1"}, None),
        ({"range": "bytes=0-9", "if-range": TAG}, (0, 10)),
        ({"range": "bytes=0-9", "if-range": '"other"'}, None),
        ({"range": "bytes=0-9", "if-range": "W/" + TAG}, None),
    ],
)
def test_a_range_is_read_as_rfc_9110_says(headers: dict[str, str], expected: tuple[int, int] | None) -> None:
    assert asked_range(Headers(headers), etag=TAG, length=100) == expected


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_outside_is_not_satisfiable(asked: str) -> None:
    with pytest.raises(NotSatisfiable):
        asked_range(Headers({"range": asked}), etag=TAG, length=100)


async def test_a_pack_in_ranges_equals_the_whole(live: Live, hospital: Hospital, tmp_path: Path) -> None:
    study_id = make_studies.study(live.intake, tmp_path, hospital, count=6)
    with live.intake.database.transaction() as session:
        series_uid = session.scalars(select(Series.series_uid)).one()
    path = f"/api/studies/{study_id}/series/{series_uid}/stacks/0/pack"
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
