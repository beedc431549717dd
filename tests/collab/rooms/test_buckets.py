"""Token buckets: what a person and a fast screen send passes, a flood does not."""

from __future__ import annotations

from collab.rooms.buckets import (
    ASKS_BURST,
    BYTES_BURST,
    FLOOD_BURST,
    MOVES_BURST,
    Allowance,
    Bucket,
)
from collab.rooms.protocol import (
    EVERYTHING,
    Ask,
    Drawn,
    MoveAnnotation,
    MovePointer,
    MoveView,
    Ping,
    Pong,
    Say,
    Signal,
    Tell,
)
from tests.collab.rooms import make

MOVE = MoveView(1, 1, make.view())


def test_a_bucket_gives_its_burst_at_once_and_its_rate_after() -> None:
    bucket = Bucket(10.0, 20.0)
    assert sum(bucket.spend(1.0, at_s=0.0) for _ in range(30)) == 20
    assert sum(bucket.spend(1.0, at_s=1.0) for _ in range(30)) == 10
    assert sum(bucket.spend(1.0, at_s=100.0) for _ in range(30)) == 20


def test_r32_a_presenter_at_sixty_hertz_who_points_at_thirty_passes_for_ever() -> None:
    allowance = Allowance()
    for frame in range(60 * 60):
        at_s = frame / 60
        assert allowance.judge(MOVE, at_s=at_s) == "act"
        assert allowance.judge(Drawn(frame, 0), at_s=at_s) == "act"
        if frame % 2:
            assert allowance.judge(MovePointer(frame, make.pointer()), at_s=at_s) == "act"


def test_r32_a_screen_of_144_hertz_is_thinned_out_and_not_put_out() -> None:
    allowance = Allowance()
    verdicts = [
        allowance.judge(message, at_s=frame / 144) for frame in range(144 * 30) for message in (MOVE, Drawn(frame, 0))
    ]
    assert "close" not in verdicts
    acted = sum(one == "act" for one in verdicts[::2])
    assert acted <= 90 * 30 + MOVES_BURST


def test_r32_that_somebody_stops_pointing_is_never_left_out() -> None:
    allowance = Allowance()
    for _ in range(int(MOVES_BURST)):
        allowance.judge(MOVE, at_s=0.0)
    assert allowance.judge(MovePointer(1, make.pointer()), at_s=0.0) == "skip"
    assert allowance.judge(MoveAnnotation(1, "an", make.length()), at_s=0.0) == "skip"
    assert allowance.judge(MoveAnnotation(2, "an", None), at_s=0.0) == "act"
    assert allowance.judge(MovePointer(2, None), at_s=0.0) == "act"
    assert allowance.judge(Tell("same", EVERYTHING), at_s=0.0) == "act"


def test_r32_floods_of_each_kind_end_the_connection() -> None:
    for message, burst in (
        (Ask(1, Say("x")), ASKS_BURST),
        (Ping(1), FLOOD_BURST),
        (Pong(1), FLOOD_BURST),
        (Signal("a", ""), 200),
    ):
        allowance = Allowance()
        verdicts = [allowance.judge(message, at_s=0.0) for _ in range(int(burst) + 1)]
        assert verdicts[-1] == "close"
        assert "close" not in verdicts[:-1]


def test_r32_bytes_have_their_limit() -> None:
    allowance = Allowance()
    assert allowance.has_room_for(int(BYTES_BURST), at_s=0.0)
    assert not allowance.has_room_for(1, at_s=0.0)
    assert allowance.has_room_for(256 << 10, at_s=1.0)
