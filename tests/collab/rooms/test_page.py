"""What the room's page is told at its start: the words on the wire, and what may be left out of them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from collab.rooms.page import RoomIceServer, RoomLinks, RoomPage, RoomPatient
from tests.collab.rooms import make


def page(**changes: Any) -> RoomPage:
    usual: dict[str, Any] = {
        "room_id": "ROO-0000000000000001",
        "actor": "p1",
        "role": "expert",
        "language": "fr",
        "socket_path": "/rooms/ROO-0000000000000001/socket",
        "patient": make.patient(),
        "study_ids": ("STU-0001", "STU-0002"),
        "links": RoomLinks(brief="/expertise/EXR-1"),
        "phone": "+33 1 99 00 00 11",
        "ice_servers": (
            RoomIceServer(("stun:turn.valmont.example:3478",)),
            RoomIceServer(("turns:turn.valmont.example:5349?transport=tcp",), "1764000000:p1", "secret"),
        ),
        "ice_policy": "relay",
        "demo": False,
    }
    return RoomPage(**{**usual, **changes})


def on_wire(value: object) -> Any:  # Any: JSON
    return msgspec.json.decode(msgspec.json.encode(value))


def test_a_page_comes_back_from_json_as_it_was() -> None:
    assert msgspec.json.decode(msgspec.json.encode(page()), type=RoomPage) == page()


def test_an_ice_server_without_credentials_has_no_such_members() -> None:
    """RTCIceServer's members are strings: a browser given null would send the user name "null"."""
    stun, turn = on_wire(page())["ice_servers"]
    assert stun == {"urls": ["stun:turn.valmont.example:3478"]}
    assert turn["username"] == "1764000000:p1"
    assert turn["credential"] == "secret"


@pytest.mark.parametrize("policy", ["public", "none", ""])
def test_only_the_policies_that_browsers_know_are_told(policy: str) -> None:
    """WebRTC 4.2.3: "all" or "relay"; any other word makes the browser throw before the call."""
    with pytest.raises(msgspec.ValidationError, match="ice_policy"):
        msgspec.convert({**on_wire(page()), "ice_policy": policy}, RoomPage)


def test_an_identity_that_nobody_checked_is_provisional() -> None:
    """What is not said must not look like the national identity service's word."""
    patient = RoomPatient(name="MARTIN Jeanne", family_name="MARTIN", given_name="Jeanne", birth_date="", sex="U")
    assert on_wire(patient) == {
        "name": "MARTIN Jeanne",
        "family_name": "MARTIN",
        "given_name": "Jeanne",
        "birth_date": "",
        "sex": "U",
        "birth_place_insee": "",
        "ins": "",
        "ins_oid": "",
        "identity_status": "provisional",
        "local_id": "",
    }


@pytest.mark.parametrize(("name", "value"), [("sex", "O"), ("sex", ""), ("identity_status", "checked")])
def test_traits_are_in_the_words_of_the_identity_rules(name: str, value: str) -> None:
    """M, F or U (unknown), as the national rules write it; DICOM also knows O and an empty value."""
    with pytest.raises(msgspec.ValidationError, match=name):
        msgspec.convert({**on_wire(make.patient()), name: value}, RoomPatient)


@pytest.mark.parametrize(
    ("value", "kind"), [(page(), RoomPage), (make.patient(), RoomPatient), (RoomLinks(), RoomLinks)]
)
def test_a_field_that_nobody_knows_is_refused(value: object, kind: type) -> None:
    with pytest.raises(msgspec.ValidationError, match="favourite"):
        msgspec.convert({**on_wire(value), "favourite": 1}, kind)


def test_a_room_without_a_case_behind_it_links_nowhere() -> None:
    nowhere = {"brief": None, "sign": None, "page": None, "phone": None, "pathway": None, "modules": []}
    assert on_wire(RoomLinks()) == nowhere


@pytest.mark.parametrize("missing", ["actor", "patient", "phone", "ice_policy", "demo"])
def test_a_page_leaves_nothing_to_be_guessed(missing: str) -> None:
    kept = on_wire(page())
    del kept[missing]
    with pytest.raises(msgspec.ValidationError, match=missing):
        msgspec.convert(kept, RoomPage)


def test_the_patient_of_a_room_cannot_be_changed() -> None:
    with pytest.raises(AttributeError, match="immutable"):
        make.patient().name = "DUPONT Jean"  # pyright: ignore[reportAttributeAccessIssue] - that is the point
