"""The one place where an aiortc connection is made: ICE servers explicit, one transport, chosen local addresses."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

import aioice.ice
from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCIceCandidate,
    RTCIceServer,
    RTCIceTransportPolicy,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.exceptions import InvalidStateError, OperationError
from aiortc.sdp import candidate_from_sdp

from rtc.ice import IceServer, TransportPolicy
from rtc.signals import Answer, BadSignal, Candidate, Offer

# What aiortc's parser raised on some thousand mutated offers; it has no error class of its own for them.
_UNREADABLE = (ValueError, LookupError, AssertionError, AttributeError, TypeError, RuntimeError)

_host_addresses: ContextVar[tuple[str, ...] | None] = ContextVar("rtc_host_addresses", default=None)
_every_host_address = aioice.ice.get_host_addresses


def _offered_host_addresses(use_ipv4: bool, use_ipv6: bool) -> list[str]:
    chosen = _host_addresses.get()
    return _every_host_address(use_ipv4, use_ipv6) if chosen is None else list(chosen)


# aioice offers every interface but 127.0.0.1 and has no setting for it; without a choice made below nothing changes.
aioice.ice.get_host_addresses = _offered_host_addresses


@contextmanager
def only_host_addresses(addresses: Sequence[str] | None) -> Generator[None]:
    """Connections that gather their candidates inside offer these local addresses only; None: aioice's own choice."""
    token = _host_addresses.set(None if addresses is None else tuple(addresses))
    try:
        yield
    finally:
        _host_addresses.reset(token)


def new_connection(ice: Sequence[IceServer] = (), *, policy: TransportPolicy = "all") -> RTCPeerConnection:
    """A connection that asks exactly the servers given. With none given aiortc would ask a public STUN server."""
    servers = [RTCIceServer(list(one.urls), one.username, one.credential) for one in ice]
    return RTCPeerConnection(
        RTCConfiguration(
            iceServers=servers,
            iceTransportPolicy=RTCIceTransportPolicy(policy),
            # One transport for all media: otherwise aiortc first gathers one for each kind.
            bundlePolicy=RTCBundlePolicy.MAX_BUNDLE,
        )
    )


async def set_remote(connection: RTCPeerConnection, description: Offer | Answer) -> None:
    """Raises BadSignal when aiortc cannot read or use what our check let pass; the connection is then to be closed."""
    kind = "offer" if isinstance(description, Offer) else "answer"
    with _refusing_the_unreadable():
        await connection.setRemoteDescription(RTCSessionDescription(description.sdp, kind))


async def make_offer(connection: RTCPeerConnection, host_addresses: Sequence[str] | None) -> Offer:
    await _set_local(connection, host_addresses)
    return Offer(connection.localDescription.sdp)


async def make_answer(connection: RTCPeerConnection, host_addresses: Sequence[str] | None) -> Answer:
    """Raises BadSignal where an offer turns out to be unusable only now; the connection is then to be closed."""
    with _refusing_the_unreadable():
        await _set_local(connection, host_addresses)
    return Answer(connection.localDescription.sdp)


async def add_candidate(connection: RTCPeerConnection, signal: Candidate) -> None:
    """Add a checked remote candidate, or the end of them; raises BadSignal."""
    await connection.addIceCandidate(_read_candidate(signal) if signal.candidate else None)


@contextmanager
def _refusing_the_unreadable() -> Generator[None]:
    try:
        yield
    except InvalidStateError:
        raise BadSignal("out_of_turn") from None
    except OperationError:
        raise BadSignal("no_common_codec") from None
    except _UNREADABLE as unreadable:
        # From None: the texts of these errors quote the SDP.
        raise BadSignal("not_sdp", {"cause": type(unreadable).__name__}) from None


async def _set_local(connection: RTCPeerConnection, host_addresses: Sequence[str] | None) -> None:
    # aiortc gathers every local candidate inside this call: what comes out is complete, no candidate follows.
    with only_host_addresses(host_addresses):
        await connection.setLocalDescription()


def _read_candidate(signal: Candidate) -> RTCIceCandidate:
    try:
        candidate = candidate_from_sdp(signal.candidate.partition(":")[2])
    except ValueError:
        raise BadSignal("not_a_candidate") from None
    candidate.sdpMid = signal.sdp_mid
    candidate.sdpMLineIndex = signal.sdp_m_line_index
    return candidate
