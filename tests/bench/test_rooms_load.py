"""Latency is counted from when a message was due, for those of the measured part alone."""

from __future__ import annotations

import pytest

from tests.bench.rooms_load import MEMBERS, RATE_HZ, Sampler


def sampler() -> Sampler:
    return Sampler(rooms=2, first=60, last=120, start_s=1000.0)


def test_rooms_take_turns_within_a_sixtieth_of_a_second() -> None:
    assert sampler().due_s(0, 60) == 1001.0
    assert sampler().due_s(1, 60) == pytest.approx(1001.0 + 0.5 / RATE_HZ)


def test_a_late_generator_does_not_excuse_a_late_message() -> None:
    found = sampler()
    found.sent(0, 60, 1001.030)
    found.arrived(0, 60, 1001.031)
    assert found.late_ms == [pytest.approx(30)]
    assert found.latencies_ms == [pytest.approx(31)]


def test_warm_up_is_not_counted() -> None:
    found = sampler()
    for number in (59, 120):
        found.sent(0, number, 1001.0)
        found.arrived(0, number, 1001.0)
    assert (found.late_ms, found.latencies_ms) == ([], [])


def test_each_message_is_expected_by_everybody_else() -> None:
    assert sampler().expected == 60 * 2 * (MEMBERS - 1)
