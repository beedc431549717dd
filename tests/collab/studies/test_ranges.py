"""Ranges as they are asked for."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from collab.studies.ranges import MAX_RANGES, ByteRange, NotSatisfiable, asked_ranges

TAG = '"tag"'


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, []),
        ({"range": "bytes=0-9"}, [(0, 10)]),
        ({"range": "bytes=90-"}, [(90, 100)]),
        ({"range": "bytes=-5"}, [(95, 100)]),
        ({"range": "bytes=-500"}, [(0, 100)]),
        ({"range": "bytes=50-500"}, [(50, 100)]),
        ({"range": "bytes=9-0"}, []),
        ({"range": "bytes=-"}, []),
        ({"range": "lines=0-1"}, []),
        ({"range": "bytes=0-9", "if-range": TAG}, [(0, 10)]),
        ({"range": "bytes=0-9", "if-range": '"other"'}, []),
        ({"range": "bytes=0-9", "if-range": "W/" + TAG}, []),
        ({"range": "bytes=50-59,0-1, 4-5 "}, [(50, 60), (0, 2), (4, 6)]),
        ({"range": "bytes=0-1,200-300"}, [(0, 2)]),
        ({"range": "bytes=0-1,x"}, []),
        ({"range": "bytes=0-1,"}, []),
        ({"range": "bytes=0-60,40-99"}, []),
        ({"range": "bytes=" + ",".join(["0-0"] * MAX_RANGES)}, [(0, 1)] * MAX_RANGES),
        ({"range": "bytes=" + ",".join(["0-0"] * (MAX_RANGES + 1))}, []),
    ],
)
def test_ranges_are_read_as_rfc_9110_says(headers: dict[str, str], expected: list[tuple[int, int]]) -> None:
    found = asked_ranges(Headers(headers), etag=TAG, length=100)
    assert list(found) == [ByteRange(*one) for one in expected]


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=100-,200-300"])
def test_ranges_outside_are_not_satisfiable(asked: str) -> None:
    with pytest.raises(NotSatisfiable):
        asked_ranges(Headers({"range": asked}), etag=TAG, length=100)
