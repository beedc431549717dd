"""What the numbers of a connection mean to people; pure, the numbers themselves are the browser's getStats()."""

import math
from typing import Annotated, Literal

import msgspec

Quality = Literal["good", "fair", "poor"]
Path = Literal["direct", "relay-udp", "relay-tcp", "relay-tls"]
CandidateType = Literal["host", "srflx", "prflx", "relay"]
RelayProtocol = Literal["udp", "tcp", "tls"]

Fraction = Annotated[float, msgspec.Meta(ge=0, le=1)]


class Limits(msgspec.Struct, frozen=True):
    """Each number has to stay below its limit."""

    loss_fraction: float
    rtt_ms: float
    concealed_fraction: float
    freezes: float


# A conversation begins to overlap itself from 200 ms of round trip, and concealment is heard from 2 %.
GOOD = Limits(loss_fraction=0.02, rtt_ms=200, concealed_fraction=0.02, freezes=1)
FAIR = Limits(loss_fraction=0.05, rtt_ms=400, concealed_fraction=0.05, freezes=math.inf)


class CallNumbers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One interval of one connection; the interval is the sender's (two seconds in our client).

    `loss_fraction`: lost / expected packets. `concealed_fraction`: concealedSamples / totalSamplesReceived.
    `freezes`: increase of freezeCount.
    """

    loss_fraction: Fraction
    rtt_ms: Annotated[float, msgspec.Meta(ge=0, le=60_000)]
    concealed_fraction: Fraction = 0.0
    freezes: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 0


def quality_of(numbers: CallNumbers) -> Quality:
    if _is_below(numbers, GOOD):
        return "good"
    return "fair" if _is_below(numbers, FAIR) else "poor"


def path_of(local: CandidateType, remote: CandidateType, *, relay_protocol: RelayProtocol | None = None) -> Path:
    """How the selected pair travels, seen from the local end; `relay_protocol` is the local candidate's.

    A relay of the remote end alone reads `relay-udp`: what we send to that relay is UDP, and how the other end reaches
    it only the other end knows. So does a local relay whose browser does not tell the protocol.
    """
    if "relay" not in (local, remote):
        return "direct"
    if local != "relay" or relay_protocol is None:
        return "relay-udp"
    match relay_protocol:
        case "udp":
            return "relay-udp"
        case "tcp":
            return "relay-tcp"
        case "tls":
            return "relay-tls"


def _is_below(numbers: CallNumbers, limits: Limits) -> bool:
    return (
        numbers.loss_fraction < limits.loss_fraction
        and numbers.rtt_ms < limits.rtt_ms
        and numbers.concealed_fraction < limits.concealed_fraction
        and numbers.freezes < limits.freezes
    )
