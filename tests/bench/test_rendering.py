"""The table of `rendering`: a line a syntax, medians over its copies, a ratio only where both had a picture."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.rendering import Instance, Row, Timed, rendering_table

INSTANCE = Instance(
    number=0,
    path=Path("one.dcm"),
    syntax="RLELossless 5",
    study_uid="1.2",
    series_uid="1.3",
    uid="1.4",
    decoded_bytes=8,
)
PEER = Timed(cold_ms=18.0, warm_ms=[6.0])


def ours(cold_ms: float, *warm_ms: float) -> Row:
    return Row(instance=INSTANCE, ours=Timed(cold_ms=cold_ms, warm_ms=warm_ms), peer=PEER, steps_ms=2.0, copy_ms=0.1)


def test_a_line_has_the_medians_over_all_copies() -> None:
    table = rendering_table([ours(8.0, 3.0, 1.0), ours(9.0, 5.0), ours(30.0, 3.0, 3.0)])
    assert table.rows == (("RLELossless 5", 9.0, 18.0, 0.5, 3.0, 6.0, 0.5, "<= 0.5", 2.0, 0.1, pytest.approx(30)),)


def test_no_ratio_without_the_peer_s_picture() -> None:
    table = rendering_table([Row(instance=INSTANCE, ours=Timed(cold_ms=9.0, warm_ms=[3.0]), peer=None)])
    assert table.rows == (("RLELossless 5", 9.0, None, None, 3.0, None, None, "<= 0.5", None, None, None),)


def test_an_instance_is_asked_for_by_its_three_uids() -> None:
    assert INSTANCE.rendered("/dicomweb") == "/dicomweb/studies/1.2/series/1.3/instances/1.4/rendered"
