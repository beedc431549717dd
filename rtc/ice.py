"""The ICE servers that a browser is told, with short-lived TURN credentials; no server is contacted here.

The list is always given, empty when nothing is configured: aiortc, left to itself, asks a public STUN server, and a
hospital's server has no business telling its address to a stranger.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

# A credential opens a relay into the network, so it lives no longer than a join takes; coturn asks for it when an
# allocation is made, not while one is used, and each reconnection fetches a fresh one.
DEFAULT_TTL_S = 600
MAX_TTL_S = 4 * 3600

# RFC 7064 and RFC 7065. An address in brackets is IPv6.
_STUN = re.compile(r"stuns?:(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?")
_TURN = re.compile(r"(turns?):(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?(\?transport=(udp|tcp))?")
_USER = re.compile(r"[A-Za-z0-9._:@-]{1,128}")

TransportPolicy = Literal["all", "relay"]
BadIceCode = Literal["bad_stun_url", "bad_turn_url", "turn_without_secret", "relay_without_turn", "bad_ttl", "bad_user"]


class BadIceSettings(Exception):
    """Settings that cannot give a working list; the facts never carry the secret."""

    def __init__(self, code: BadIceCode, facts: Mapping[str, str | int] | None = None) -> None:
        super().__init__(code)
        self.code: BadIceCode = code
        self.facts: Mapping[str, str | int] = facts or {}


class IceSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`turn_secret` is coturn's `static-auth-secret`; `force_relay` keeps every address but the relay's hidden."""

    stun_urls: tuple[str, ...] = ()
    turn_urls: tuple[str, ...] = ()
    turn_secret: str = ""
    ttl_s: int = DEFAULT_TTL_S
    force_relay: bool = False

    def __repr__(self) -> str:
        return f"IceSettings(stun={self.stun_urls}, turn={self.turn_urls}, force_relay={self.force_relay})"


class IceServer(msgspec.Struct, frozen=True, omit_defaults=True):
    """One entry of RTCConfiguration.iceServers, its fields named as browsers name them."""

    urls: tuple[str, ...]
    username: str | None = None
    credential: str | None = None

    def __repr__(self) -> str:
        return f"IceServer({', '.join(self.urls)})"


def check_ice_settings(settings: IceSettings) -> None:
    """Raise BadIceSettings where the settings contradict themselves; to be called when the program starts."""
    for url in settings.stun_urls:
        if not _STUN.fullmatch(url):
            raise BadIceSettings("bad_stun_url", {"url": url})
    for url in settings.turn_urls:
        if not _TURN.fullmatch(url):
            raise BadIceSettings("bad_turn_url", {"url": url})
    if settings.turn_urls and not settings.turn_secret:
        raise BadIceSettings("turn_without_secret")
    if settings.force_relay and not settings.turn_urls:
        raise BadIceSettings("relay_without_turn")
    if not 0 < settings.ttl_s <= MAX_TTL_S:
        raise BadIceSettings("bad_ttl", {"limit": MAX_TTL_S, "ttl_s": settings.ttl_s})


def ice_servers(settings: IceSettings, *, user: str, at: datetime) -> list[IceServer]:
    """STUN, then TURN over UDP, over TCP, over TLS, each URL its own entry so that each path can be tested alone.

    `user` is what coturn logs and counts quotas by: an opaque identifier of the seat in the room, never a name.
    """
    check_ice_settings(settings)
    stun = [] if settings.force_relay else [IceServer((url,)) for url in settings.stun_urls]
    if not settings.turn_urls:
        return stun
    username, credential = turn_credential(settings, user=user, at=at)
    turn = [IceServer((url,), username, credential) for url in sorted(settings.turn_urls, key=_cost)]
    return stun + turn


def transport_policy(settings: IceSettings) -> TransportPolicy:
    return "relay" if settings.force_relay else "all"


def turn_credential(settings: IceSettings, *, user: str, at: datetime) -> tuple[str, str]:
    """User name and password of coturn's `use-auth-secret` (draft-uberti-behave-turn-rest-00, 2.2)."""
    assert at.tzinfo is not None
    if not _USER.fullmatch(user):
        raise BadIceSettings("bad_user")
    username = f"{int(at.timestamp()) + settings.ttl_s}:{user}"
    # SHA-1 is what coturn computes by default; as an HMAC it is not broken.
    digest = hmac.new(settings.turn_secret.encode(), username.encode(), hashlib.sha1).digest()
    return username, base64.b64encode(digest).decode()


def _cost(url: str) -> int:
    """UDP first; TCP stalls on loss; TLS on 443 passes where nothing else does and costs one more handshake."""
    match = _TURN.fullmatch(url)
    assert match is not None
    if match[1] == "turns":
        return 2
    return 1 if match[5] == "tcp" else 0
