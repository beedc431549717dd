"""Quality and path of a connection: the limits, on both sides of each."""

import math

import msgspec
import pytest

from rtc.quality import CallNumbers, CandidateType, Path, Quality, RelayProtocol, path_of, quality_of


@pytest.mark.parametrize(
    ("numbers", "quality"),
    [
        (CallNumbers(0.0, 20.0), "good"),
        (CallNumbers(0.019, 199.0, 0.019), "good"),
        (CallNumbers(0.02, 20.0), "fair"),
        (CallNumbers(0.0, 200.0), "fair"),
        (CallNumbers(0.0, 20.0, 0.02), "fair"),
        (CallNumbers(0.0, 20.0, 0.0, 1), "fair"),
        (CallNumbers(0.049, 399.0, 0.049, 9), "fair"),
        (CallNumbers(0.05, 20.0), "poor"),
        (CallNumbers(0.0, 400.0), "poor"),
        (CallNumbers(0.0, 20.0, 0.05), "poor"),
        (CallNumbers(1.0, 20.0), "poor"),
    ],
)
def test_the_worst_number_decides(numbers: CallNumbers, quality: Quality) -> None:
    assert quality_of(numbers) == quality


@pytest.mark.parametrize(
    "fields",
    [
        {"loss_fraction": -0.1, "rtt_ms": 1},
        {"loss_fraction": 1.1, "rtt_ms": 1},
        {"loss_fraction": math.nan, "rtt_ms": 1},
        {"loss_fraction": 0, "rtt_ms": -1},
        {"loss_fraction": 0, "rtt_ms": math.inf},
        {"loss_fraction": 0, "rtt_ms": 1, "freezes": -1},
        {"loss_fraction": 0, "rtt_ms": 1, "name": "x"},
        {"rtt_ms": 1},
    ],
)
def test_numbers_that_no_connection_has_are_refused_at_the_door(fields: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(fields, CallNumbers)


@pytest.mark.parametrize(
    ("local", "remote", "protocol", "path"),
    [
        ("host", "host", None, "direct"),
        ("srflx", "prflx", None, "direct"),
        ("relay", "host", "udp", "relay-udp"),
        ("relay", "host", "tcp", "relay-tcp"),
        ("relay", "relay", "tls", "relay-tls"),
        ("relay", "host", None, "relay-udp"),
        ("host", "relay", None, "relay-udp"),
    ],
)
def test_the_path_is_named_by_the_local_end_of_the_selected_pair(
    local: CandidateType, remote: CandidateType, protocol: RelayProtocol | None, path: Path
) -> None:
    assert path_of(local, remote, relay_protocol=protocol) == path
