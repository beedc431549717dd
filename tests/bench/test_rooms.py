"""What the tables of `rooms` make of the counts."""

from __future__ import annotations

import msgspec
import pytest

from tests.bench.rooms import Measured, cpu_us, is_disturbed, ratio_table, rooms_by_cpu
from tests.bench.rooms_load import Counts

# Ten rooms for 8 s: 10 x 3 x 60 x 8 deliveries.
COUNTS = Counts(
    rooms=10,
    expected=14_400,
    delivered=14_400,
    p50_ms=0.2,
    p99_ms=0.6,
    max_ms=3.0,
    late_ms_p99=0.1,
    server_cpu=0.18,
    server_waited=0.01,
    server_rss_mib=100.0,
    generator_cpu=0.2,
    bytes_in=1,
    closed=0,
)


def test_processor_time_is_shared_out_over_what_arrived() -> None:
    assert cpu_us(COUNTS) == pytest.approx(0.18 * 8 * 1e6 / 14_400)


def test_lost_messages_do_not_make_a_server_cheaper() -> None:
    half = msgspec.structs.replace(COUNTS, delivered=7_200)
    assert cpu_us(half) == pytest.approx(2 * 0.18 * 8 * 1e6 / 14_400)


def test_rooms_are_reckoned_from_the_share_of_a_core() -> None:
    assert rooms_by_cpu(COUNTS) == pytest.approx(10 / 0.18)


@pytest.mark.parametrize(
    ("change", "disturbed"),
    [({}, False), ({"late_ms_p99": 1.5}, True), ({"server_waited": 0.06}, True), ({"server_waited": None}, False)],
)
def test_a_late_generator_or_a_waiting_server_is_a_disturbed_step(
    change: dict[str, float | None], disturbed: bool
) -> None:
    assert is_disturbed(msgspec.structs.replace(COUNTS, **change)) is disturbed


def test_a_disturbed_peer_gets_no_p99_ratio() -> None:
    peer = msgspec.structs.replace(COUNTS, p99_ms=0.3, server_waited=0.3)
    table = ratio_table(
        [Measured(name="ours", counts=COUNTS, tries=1), Measured(name="peer", counts=peer, tries=3)], "ours"
    )
    assert table.rows == ((10, "peer", 1.0, None, 1.0),)
