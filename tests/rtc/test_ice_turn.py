"""Our credentials against a real coturn: a valid one relays a call, an expired or forged one is answered 401."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aioice import stun, turn

from rtc.headless import HeadlessIce
from rtc.ice import IceSettings, ice_servers, transport_policy, turn_credential
from rtc.signals import Answer, Offer, Signal
from tests.rtc import make, turnserver
from tests.rtc.make import GREEN, RED, SOON_S
from tests.rtc.turnserver import Turn

SECRET = "only for this test"


@pytest.fixture
async def coturn(tool: Callable[[str], str], tmp_path: Path) -> AsyncIterator[Turn]:
    async with turnserver.running(tool("turnserver"), tmp_path, secret=SECRET) as running:
        yield running


def settings_for(url: str, *, secret: str = SECRET) -> IceSettings:
    return IceSettings(turn_urls=(url,), turn_secret=secret, ttl_s=60, force_relay=True)


class Allocation(asyncio.DatagramProtocol):
    """The client's end of a relay; `closed` is set when coturn has taken it back."""

    def __init__(self) -> None:
        self.closed = asyncio.Event()

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed.set()


async def allocate(coturn: Turn, *, at: datetime, secret: str = SECRET) -> str:
    """The address at which coturn opens a relay for the credential made `at`; raises TransactionFailed."""
    username, credential = turn_credential(settings_for(coturn.udp, secret=secret), user="room1.seat1", at=at)
    transport, allocation = await turn.create_turn_endpoint(
        Allocation, server_addr=("127.0.0.1", coturn.port), username=username, password=credential
    )
    address, _ = transport.get_extra_info("sockname")
    transport.close()
    async with asyncio.timeout(SOON_S):
        await allocation.closed.wait()
    return address


async def refusal(coturn: Turn, *, at: datetime, secret: str = SECRET) -> int:
    with pytest.raises(stun.TransactionFailed) as caught:
        await allocate(coturn, at=at, secret=secret)
    code, _ = caught.value.response.attributes["ERROR-CODE"]
    return code


async def test_coturn_opens_a_relay_for_a_valid_credential_and_answers_401_to_all_others(coturn: Turn) -> None:
    now = datetime.now(UTC)
    assert await allocate(coturn, at=now) == "127.0.0.1"
    # RFC 8656 7.2 and RFC 8489 9.2.4: unauthenticated is 401.
    assert await refusal(coturn, at=now - timedelta(seconds=70)) == 401
    assert await refusal(coturn, at=now, secret="another") == 401


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_a_call_forced_through_coturn_is_heard_and_seen(coturn: Turn, transport: str) -> None:
    settings = settings_for(coturn.udp if transport == "udp" else coturn.tcp)
    servers = ice_servers(settings, user="room1.seat1", at=datetime.now(UTC))
    ice = HeadlessIce(servers, transport_policy(settings))
    async with make.connected_pair(ice=ice) as pair:
        await pair.callee.ear.until(lambda ear: ear.hears(1000), timeout_s=SOON_S)
        await pair.caller.ear.until(lambda ear: ear.hears(440), timeout_s=SOON_S)
        await pair.callee.eye.until(lambda eye: eye.sees(GREEN), timeout_s=SOON_S)
        await pair.caller.eye.until(lambda eye: eye.sees(RED), timeout_s=SOON_S)
        assert {candidate_type(line) for signal in pair.passed for line in candidates(signal)} == {"relay"}


def candidates(signal: Signal) -> list[str]:
    assert isinstance(signal, Offer | Answer)
    return [line for line in signal.sdp.splitlines() if line.startswith("a=candidate:")]


def candidate_type(line: str) -> str:
    return line.split()[7]
