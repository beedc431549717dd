"""The table of `rendering`: a ratio only where both servers had a picture."""

from __future__ import annotations

from pathlib import Path

from tests.bench.rendering import Instance, Row, Timed, rendering_table

INSTANCE = Instance(path=Path("one.dcm"), syntax="RLELossless 5", study_uid="1.2", series_uid="1.3", uid="1.4")
OURS, PEER = Timed(cold_ms=9.0, warm_ms=3.0), Timed(cold_ms=8.0, warm_ms=6.0)


def test_a_picture_of_both_has_a_ratio_of_the_warm_ones() -> None:
    table = rendering_table([Row(instance=INSTANCE, ours=OURS, peer=PEER, steps_ms=2.0)])
    assert table.rows == (("RLELossless 5", 9.0, 3.0, 2.0, 8.0, 6.0, 0.5, "<= 0.5"),)


def test_no_ratio_without_the_peer_s_picture() -> None:
    table = rendering_table([Row(instance=INSTANCE, ours=OURS, peer=None, steps_ms=2.0)])
    assert table.rows == (("RLELossless 5", 9.0, 3.0, 2.0, None, None, None, "<= 0.5"),)


def test_an_instance_is_asked_for_by_its_three_uids() -> None:
    assert INSTANCE.rendered("/dicomweb") == "/dicomweb/studies/1.2/series/1.3/instances/1.4/rendered"
