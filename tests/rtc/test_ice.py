"""The list of ICE servers: explicit, ordered, with credentials as coturn computes them."""

import base64
import subprocess
from datetime import UTC, datetime

import msgspec
import pytest

from rtc.ice import (
    MAX_TTL_S,
    BadIceSettings,
    IceServer,
    IceSettings,
    check_ice_settings,
    ice_servers,
    transport_policy,
    turn_credential,
)

NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)
NOON_S = 1767355200
UDP, TCP, TLS = "turn:turn.test:3478", "turn:turn.test:3478?transport=tcp", "turns:turn.test:443?transport=tcp"
FULL = IceSettings(stun_urls=("stun:stun.test",), turn_urls=(TLS, UDP, TCP), turn_secret="north", ttl_s=60)


def refusal(settings: IceSettings) -> BadIceSettings:
    with pytest.raises(BadIceSettings) as caught:
        check_ice_settings(settings)
    return caught.value


def test_without_settings_the_list_is_there_and_empty() -> None:
    assert ice_servers(IceSettings(), user="seat", at=NOON) == []


def test_relays_come_by_udp_then_tcp_then_tls_after_stun() -> None:
    found = ice_servers(FULL, user="seat", at=NOON)
    assert [one.urls for one in found] == [("stun:stun.test",), (UDP,), (TCP,), (TLS,)]


def test_stun_gets_no_credential_and_every_relay_does() -> None:
    stun, *turn = ice_servers(FULL, user="seat", at=NOON)
    assert (stun.username, stun.credential) == (None, None)
    assert {(one.username, one.credential) for one in turn} == {turn_credential(FULL, user="seat", at=NOON)}


def test_the_user_name_says_when_the_credential_expires() -> None:
    username, _ = turn_credential(FULL, user="room7.seat2", at=NOON)
    assert username == f"{NOON_S + 60}:room7.seat2"


def test_the_password_is_the_one_that_openssl_computes(tool) -> None:
    username, credential = turn_credential(FULL, user="seat", at=NOON)
    command = [tool("openssl"), "dgst", "-sha1", "-hmac", FULL.turn_secret, "-binary"]
    expected = subprocess.run(command, input=username.encode(), capture_output=True, check=True).stdout
    assert credential == base64.b64encode(expected).decode()


def test_forcing_the_relay_drops_stun_and_says_relay() -> None:
    forced = msgspec.structs.replace(FULL, force_relay=True)
    assert [one.urls for one in ice_servers(forced, user="seat", at=NOON)] == [(UDP,), (TCP,), (TLS,)]
    assert (transport_policy(forced), transport_policy(FULL)) == ("relay", "all")


def test_an_entry_is_encoded_as_browsers_read_it() -> None:
    assert msgspec.to_builtins(IceServer(("stun:stun.test",))) == {"urls": ("stun:stun.test",)}
    assert set(msgspec.to_builtins(IceServer((UDP,), "u", "c"))) == {"urls", "username", "credential"}


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        (IceSettings(stun_urls=("stun.test",)), "bad_stun_url"),
        (IceSettings(stun_urls=("stun:stun.test?transport=udp",)), "bad_stun_url"),
        (IceSettings(turn_urls=("turn:",), turn_secret="x"), "bad_turn_url"),
        (IceSettings(turn_urls=("turn:turn.test?transport=sctp",), turn_secret="x"), "bad_turn_url"),
        (IceSettings(turn_urls=("http://turn.test",), turn_secret="x"), "bad_turn_url"),
        (IceSettings(turn_urls=(UDP,)), "turn_without_secret"),
        (IceSettings(force_relay=True), "relay_without_turn"),
        (IceSettings(ttl_s=0), "bad_ttl"),
        (IceSettings(ttl_s=MAX_TTL_S + 1), "bad_ttl"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: IceSettings, code: str) -> None:
    assert refusal(settings).code == code


@pytest.mark.parametrize("user", ["", "a b", "x" * 129, "Zoé", "a\n"])
def test_only_an_opaque_identifier_becomes_a_user_name(user: str) -> None:
    with pytest.raises(BadIceSettings) as caught:
        turn_credential(FULL, user=user, at=NOON)
    assert caught.value.code == "bad_user"


def test_no_secret_is_shown() -> None:
    username, credential = turn_credential(FULL, user="seat", at=NOON)
    assert "north" not in repr(FULL)
    assert credential not in repr(IceServer((UDP,), username, credential))
