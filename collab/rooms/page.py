"""What the room's page is told at its start; the TypeScript twin is generated from here."""

from __future__ import annotations

from typing import Literal

import msgspec

from collab.rooms.protocol import MemberRole

IdentityStatus = Literal["provisional", "retrieved", "validated", "qualified"]


class RoomPatient(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The patient's identity as the room was opened with; a room never changes patient. `birth_date` is YYYYMMDD."""

    name: str
    family_name: str
    given_name: str
    birth_date: str
    sex: Literal["M", "F", "U"]
    birth_place_insee: str = ""
    ins: str = ""
    ins_oid: str = ""
    identity_status: IdentityStatus = "provisional"
    local_id: str = ""


# Aids that compute a clinical number: each may be switched off by itself. `abc2` is the volume of a haematoma.
Module = Literal["abc2"]


class RoomLinks(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the case gives its room: paths, the number to call when the call fails, aids of its pathway.

    `pathway` itself says by which rule the page hangs the images.
    """

    brief: str | None = None
    sign: str | None = None
    page: str | None = None
    phone: str | None = None
    pathway: str | None = None
    modules: tuple[Module, ...] = ()


class RoomIceServer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One entry of RTCConfiguration.iceServers."""

    urls: tuple[str, ...]
    username: str | None = None
    credential: str | None = None


class RoomPage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The room page's start: `actor` is the reader's own name in facts, `ice_policy` for RTCConfiguration."""

    room_id: str
    actor: str
    role: MemberRole
    language: Literal["fr", "en"]
    socket_path: str
    patient: RoomPatient
    study_ids: tuple[str, ...]
    links: RoomLinks
    phone: str | None
    ice_servers: tuple[RoomIceServer, ...]
    ice_policy: Literal["all", "relay"]
    demo: bool


class ReplayPage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The replay page's start. Of what moved before `kept_from_ms` nothing may be left: the trail is kept for a while.

    `page` is the case's; `is_over`: nobody can enter the room any more.
    """

    room_id: str
    language: Literal["fr", "en"]
    time_zone: str
    patient: RoomPatient
    study_ids: tuple[str, ...]
    page: str | None
    opened_at_ms: int
    is_over: bool
    kept_from_ms: int
    demo: bool
