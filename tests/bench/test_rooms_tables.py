"""What the tables of `rooms` make of the counts."""

from __future__ import annotations

import msgspec
import pytest

from tests.bench.rooms_load import Counts
from tests.bench.rooms_tables import Measured, capacity_table, coming_in_table, cpu_us, is_carried, stalled_table

# Ten rooms for 8 s: 10 x 3 x 60 x 8 deliveries.
COUNTS = Counts(
    rooms=10,
    run_s=8.0,
    expected=14_400,
    delivered=14_400,
    p50_ms=0.2,
    p99_ms=0.6,
    max_ms=3.0,
    age_p50_ms=16.7,
    age_p99_ms=18.0,
    late_ms_p99=0.1,
    server_cpu=0.18,
    generator_cpu=0.2,
    rss_before_mib=100.0,
    rss_in_mib=110.0,
    rss_after_mib=130.0,
    bytes_in=1,
    closed=0,
    joined_p50_ms=5.0,
    joined_max_ms=9.0,
)


def counts(**changes: float) -> Counts:
    return msgspec.structs.replace(COUNTS, **changes)


def test_processor_time_is_shared_out_over_what_arrived() -> None:
    assert cpu_us(COUNTS) == pytest.approx(0.18 * 8 * 1e6 / 14_400)
    assert cpu_us(counts(delivered=7_200)) == pytest.approx(0.18 * 8 * 1e6 / 7_200)


@pytest.mark.parametrize(
    ("change", "carried"),
    [
        ({}, True),
        ({"p99_ms": 20.0}, False),
        ({"age_p99_ms": 37.0}, False),
        # Replaced by newer ones before they left: nobody looks at anything older for it.
        ({"delivered": 14_000}, True),
        ({"closed": 1}, False),
        # Nothing has arrived at all: there is no p99.
        ({"delivered": 0, "p99_ms": -1.0}, False),
    ],
)
def test_rooms_are_carried_when_nobody_looks_at_what_is_old(change: dict[str, float], carried: bool) -> None:
    assert is_carried(counts(**change)) is carried


def test_each_is_compared_with_ours() -> None:
    table = capacity_table(
        [Measured(name="ours", counts=counts(rooms=300)), Measured(name="peer", counts=counts(rooms=100))], "rooms"
    )
    assert [(row[0], row[1], row[-1]) for row in table.rows] == [("ours", 300, 1.0), ("peer", 100, 3.0)]


def test_growth_is_shared_out_over_those_who_stall() -> None:
    [row] = stalled_table([Measured(name="ours", counts=COUNTS)]).rows
    assert row[-2] == pytest.approx((130.0 - 110.0) / 10)


def test_what_a_room_and_a_socket_take_is_told_from_rooms_of_one_and_of_four() -> None:
    """By hand: a room of 100 KiB and sockets of 20: one in it 120, four in it 180."""
    one = counts(rooms=1024, rss_in_mib=100.0 + 120.0)
    four = counts(rooms=1024, rss_in_mib=100.0 + 180.0)
    tables = [[Measured(name="ours", counts=each)] for each in (one, four, COUNTS)]
    [row] = coming_in_table(*tables).rows
    assert row[1:3] == (pytest.approx(100.0), pytest.approx(20.0))
