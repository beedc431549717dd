"""Who speaks another version is told so in words that their browser lets through."""

from __future__ import annotations

from pathlib import Path

import pytest

from collab.rooms.outbox import Close
from collab.rooms.protocol import SUBPROTOCOL, SUBPROTOCOL_JSON, VERSION
from collab.rooms.versions import Choice, choose


@pytest.mark.parametrize("protocol", [SUBPROTOCOL, SUBPROTOCOL_JSON])
def test_r1_the_version_of_this_server_is_chosen_whatever_else_is_offered(protocol: str) -> None:
    assert choose(["consilium.v0", protocol, f"consilium.v{VERSION + 1}"]) == Choice(protocol, None)


@pytest.mark.parametrize("protocol", ["consilium.v0", "consilium.v0.json"])
def test_r43_an_older_page_is_told_to_reload(protocol: str) -> None:
    assert choose(["other", protocol]) == Choice(protocol, Close(4426, "outdated"))


def test_r43_a_newer_page_comes_back_until_the_server_has_been_replaced() -> None:
    newer = f"consilium.v{VERSION + 1}"
    assert choose([newer]) == Choice(newer, Close(1012, "not_yet"))


@pytest.mark.parametrize("offered", [[], ["other"], ["consilium.v"], ["consilium.v0.xml"], ["xconsilium.v0"]])
def test_r1_anything_else_is_no_room(offered: list[str]) -> None:
    assert choose(offered) == Choice(None, Close(1002, "subprotocol"))


def test_r43_the_page_offers_the_version_that_the_server_speaks() -> None:
    """The page comes from the server, but each has the name in its own language."""
    socket = Path(__file__).parents[3] / "web/src/wire/socket.ts"
    assert f'export const SUBPROTOCOL = "{SUBPROTOCOL}";' in socket.read_text("utf-8")
