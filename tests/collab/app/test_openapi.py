"""The API document is made from what the routes say."""

from __future__ import annotations

import msgspec

from collab.app.openapi import document
from collab.kit.web import Call, api, json_answer, page


class Thing(msgspec.Struct, frozen=True):
    """A thing."""

    count: int


def post_thing(call: Call) -> object:
    """Make a thing."""
    return json_answer(call.read(Thing))


ROUTES = [
    api("/api/things/{thing}", post_thing, methods=["POST"], takes=Thing, gives=list[Thing]),
    page("/things", post_thing),
]


def test_an_api_route_is_described_with_what_it_takes_and_gives() -> None:
    described = document(ROUTES)
    operation = described["paths"]["/api/things/{thing}"]["post"]
    assert operation["summary"] == "Make a thing."
    assert operation["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Thing"}
    given = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert given == {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}
    assert described["components"]["schemas"]["Thing"]["properties"]["count"] == {"type": "integer"}


def test_pages_for_people_are_not_in_it() -> None:
    assert list(document(ROUTES)["paths"]) == ["/api/things/{thing}"]
