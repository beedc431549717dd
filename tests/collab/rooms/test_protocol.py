"""The messages as they travel, by golden frames that the browser's tests read too; PROTOCOL.md against its tests."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from collab.rooms import protocol
from collab.rooms.frames import BadMessage, Frame, read
from collab.rooms.protocol import Act, Done, FromBrowser, FromRoom
from tests.collab.rooms import golden

PROTOCOL = Path(protocol.__file__).with_name("PROTOCOL.md")
_FROM_ROOM = msgspec.msgpack.Decoder(FromRoom)


def golden_frames(name: str) -> list[dict[str, Any]]:
    return json.loads((golden.GOLDEN / name).read_text("utf-8"))


@pytest.mark.parametrize("name", golden.files())
def test_the_golden_files_are_what_the_examples_say(name: str) -> None:
    assert (golden.GOLDEN / name).read_text("utf-8") == golden.text_of(golden.files()[name])


@pytest.mark.parametrize("example", golden_frames("from_browser.json"), ids=lambda one: one["name"])
def test_r1_both_frames_of_a_browsers_message_read_alike(example: dict[str, Any]) -> None:
    from_msgpack = read(bytes.fromhex(example["msgpack"]))
    from_json = read(json.dumps(example["message"]))
    assert from_msgpack == from_json
    assert json.loads(msgspec.json.encode(from_json)) == example["message"]


@pytest.mark.parametrize("example", golden_frames("from_room.json"), ids=lambda one: one["name"])
def test_r1_a_rooms_message_is_written_as_the_golden_frame_has_it(example: dict[str, Any]) -> None:
    message = _FROM_ROOM.decode(bytes.fromhex(example["msgpack"]))
    frame = Frame(message)
    assert frame.packed().hex() == example["msgpack"]
    assert json.loads(frame.text()) == example["message"]


@pytest.mark.parametrize("example", golden_frames("refused.json"), ids=lambda one: one["name"])
def test_r2_the_refused_examples_are_refused(example: dict[str, Any]) -> None:
    with pytest.raises(BadMessage):
        read(example["frame"])


def test_every_message_and_every_fact_has_a_golden_frame() -> None:
    shown = golden.from_browser() + golden.from_room()
    inner = [getattr(one, "act", None) or getattr(one, "done", None) for one in shown]
    kinds = {type(one) for one in (*shown, *inner)}
    missing = {one for union in (FromBrowser, FromRoom, Act, Done) for one in get_args(union)} - kinds
    assert not missing


def rules() -> list[str]:
    return re.findall(r"^- \*\*R(\d+)\*\*", PROTOCOL.read_text("utf-8"), re.MULTILINE)


def numbers_in_names() -> set[str]:
    here = Path(__file__).parent
    names = (re.findall(r"def test_r(\d+)_", path.read_text("utf-8")) for path in here.glob("test_*.py"))
    return {number for found in names for number in found}


def test_each_rule_has_a_number_of_its_own_and_they_grow() -> None:
    numbers = [int(number) for number in rules()]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("number", rules())
def test_every_rule_has_a_test(number: str) -> None:
    assert number in numbers_in_names(), f"R{number} of PROTOCOL.md has no test named test_r{number}_..."


def test_no_test_names_a_rule_that_is_not_there() -> None:
    assert numbers_in_names() <= set(rules())


def test_every_close_code_and_reason_in_the_code_stands_in_the_table() -> None:
    folder, text = PROTOCOL.parent, PROTOCOL.read_text("utf-8")
    source = "".join(
        (folder / name).read_text("utf-8")
        for name in ("room.py", "hub.py", "gateway.py", "talk.py", "versions.py", "relay.py")
    )
    reasons = re.findall(r"(?:close|close_all|Close|Refused|_drop)\((?:\w+, )?[A-Z_\d]+, \"(\w+)\"\)", source)
    assert len(reasons) >= 15
    assert not [one for one in reasons if f"`{one}`" not in text]
