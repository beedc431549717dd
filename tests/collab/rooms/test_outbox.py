"""One connection's outbox: facts first, only the newest sample, and never more than its bounds."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from collab.rooms.frames import Frame
from collab.rooms.outbox import CREDIT_FRAMES, LINE_BYTES, LINE_FRAMES, Close, Outbox
from collab.rooms.protocol import Fact, PointerMoved, Pong, Presence, Said


def outbox(wakes: list[int] | None = None) -> Outbox:
    counted = wakes if wakes is not None else []
    return Outbox(is_json=False, wake=lambda: counted.append(1))


def fact(seq: int, size: int = 1) -> Frame:
    return Frame(Fact(seq, 0, "a", "", 0, Said("x" * size)))


def pointer(number: int) -> Frame:
    return Frame(PointerMoved(number, "a", number, None))


def taken(box: Outbox) -> list[object]:
    items: list[object] = []
    while isinstance(item := box.take(at_ms=0), Frame):
        items.append(item)
    return items


def test_r19_facts_go_before_samples() -> None:
    box = outbox()
    moved, said = pointer(1), fact(1)
    box.offer(("a", "pointer"), moved, 1)
    box.push(said, at_ms=0)
    assert taken(box) == [said, moved]


def test_r15_a_slot_keeps_its_turn() -> None:
    box = outbox()
    for number, actor in enumerate("abab"):
        box.offer((actor, "pointer"), pointer(number), number)
    assert [frame.message.n for frame in taken(box)] == [2, 3]  # pyright: ignore[reportAttributeAccessIssue]


def test_r18_every_actor_gets_a_turn_under_credit() -> None:
    box = outbox()
    numbers = iter(range(1, 1000))
    seen: set[str] = set()
    for _ in range(4):
        for actor in "abcdefgh":
            number = next(numbers)
            box.offer((actor, "pointer"), Frame(PointerMoved(number, actor, number, None)), number)
        frames = taken(box)
        assert len(frames) == CREDIT_FRAMES
        seen |= {frame.message.actor for frame in frames}  # pyright: ignore[reportAttributeAccessIssue]
        box.drawn(next(numbers), at_ms=0)
    assert seen == set("abcdefgh")


def test_r18_drawn_gives_back_the_credit_of_all_frames_before() -> None:
    box = outbox()
    for number in range(1, 20):
        box.offer((str(number), "pointer"), pointer(number), number)
    assert len(taken(box)) == CREDIT_FRAMES
    box.drawn(2, at_ms=0)
    assert len(taken(box)) == 2
    box.drawn(10_000, at_ms=0)
    assert len(taken(box)) == CREDIT_FRAMES


def in_flight(box: Outbox, *, numbers: Iterator[int], at_ms: int) -> list[int]:
    """The frames that go out when more than enough moves."""
    found: list[int] = []
    for number in itertools.islice(numbers, 10):
        box.offer((str(number), "pointer"), pointer(number), number)
        if box.take(at_ms=at_ms) is not None:
            found.append(number)
        box.withdraw((str(number), "pointer"))
    return found


def test_r18_a_link_on_which_frames_wait_gets_two_at_a_time() -> None:
    """Of 370 bytes at 32 kbit/s each frame takes 93 ms: the fourth is answered 279 ms later than the first would be."""
    box, numbers, at_ms = outbox(), itertools.count(1), 0
    assert len(in_flight(box, numbers=numbers, at_ms=0)) == 4
    for took_ms in (160, 440, 340):
        box.drawn(next(numbers), at_ms=at_ms + took_ms)
        at_ms += 1000
        sent = in_flight(box, numbers=numbers, at_ms=at_ms)
    assert len(sent) == 2
    # With two on their way they are answered sooner, but not so soon that more would not wait again.
    box.drawn(next(numbers), at_ms=at_ms + 240)
    assert len(in_flight(box, numbers=numbers, at_ms=at_ms)) == 2


def test_r18_a_long_round_trip_alone_costs_no_credit() -> None:
    box, numbers = outbox(), itertools.count(1)
    for round_trip in range(5):
        at_ms = 1000 * round_trip
        assert len(in_flight(box, numbers=numbers, at_ms=at_ms)) == 4
        box.drawn(next(numbers), at_ms=at_ms + 600 + round_trip)


def test_r18_credit_comes_back_with_quick_answers() -> None:
    box, numbers, at_ms = outbox(), itertools.count(1), 0
    for took_ms, expected in ((20, 4), (400, 4), (400, 3), (30, 2), (30, 3), (30, 4)):
        at_ms += 1000
        assert len(in_flight(box, numbers=numbers, at_ms=at_ms)) == expected
        box.drawn(next(numbers), at_ms=at_ms + took_ms)


def test_r19_a_line_is_bounded_in_number() -> None:
    box = outbox()
    for seq in range(LINE_FRAMES):
        box.push(fact(seq), at_ms=0)
    assert box.owed_since_ms is None
    box.push(fact(LINE_FRAMES), at_ms=7)
    assert box.owed_since_ms == 7
    assert taken(box) == []
    box.push(fact(LINE_FRAMES + 1), at_ms=8)
    assert box.waiting == (0, 0, 0)


def test_r19_a_line_is_bounded_in_bytes_but_one_frame_always_fits() -> None:
    box = outbox()
    box.push(fact(1, LINE_BYTES * 2), at_ms=0)
    assert box.owed_since_ms is None
    box.push(fact(2), at_ms=0)
    assert box.owed_since_ms == 0


def test_r19_a_snapshot_pays_what_is_owed() -> None:
    box = outbox()
    for seq in range(LINE_FRAMES + 1):
        box.push(fact(seq), at_ms=0)
    snapshot = Frame(Pong(1))
    box.pay(snapshot, at_ms=1)
    box.push(fact(999), at_ms=1)
    assert taken(box)[0] is snapshot
    assert box.owed_since_ms is None


def test_r21_only_the_newest_presence_of_a_member_waits() -> None:
    box = outbox()
    for lost_ms in (1, 2, 3):
        box.tell("a", Frame(Presence("a", False, "lost", True, lost_ms)))
    [only] = taken(box)
    assert only.message.lost_ms == 3  # pyright: ignore[reportAttributeAccessIssue]


def test_r17_a_sample_that_is_no_longer_true_is_taken_back() -> None:
    box = outbox()
    box.offer(("", "view"), pointer(1), 1)
    box.withdraw(("", "view"))
    assert taken(box) == []


def test_the_first_reason_to_close_stands_and_nothing_else_is_sent() -> None:
    box = outbox()
    box.push(fact(1), at_ms=0)
    box.close(4001, "replaced")
    box.close(1011, "journal")
    box.push(fact(2), at_ms=0)
    assert box.take(at_ms=0) == Close(4001, "replaced")
    assert box.is_closing


def test_the_writer_is_woken_when_there_is_something_to_take() -> None:
    wakes: list[int] = []
    box = outbox(wakes)
    for act in (
        lambda: box.push(fact(1), at_ms=0),
        lambda: box.offer(("a", "pointer"), pointer(1), 1),
        lambda: box.tell("a", Frame(Pong(1))),
        lambda: box.close(1000, ""),
    ):
        before = len(wakes)
        act()
        assert len(wakes) > before


@given(st.lists(st.sampled_from(["push", "offer", "take", "drawn", "pay"]), max_size=400))
def test_r20_no_sequence_of_events_breaks_a_bound(events: list[str]) -> None:
    box = outbox()
    for number, event in enumerate(events):
        match event:
            case "push":
                box.push(fact(number, 3000), at_ms=number)
            case "offer":
                box.offer((str(number % 5), "pointer"), pointer(number), number)
            case "take":
                box.take(at_ms=0)
            case "drawn":
                box.drawn(number, at_ms=0)
            case _:
                if box.owed_since_ms is not None:
                    box.pay(fact(number), at_ms=number)
        frames, size, slots = box.waiting
        assert frames <= LINE_FRAMES
        assert size <= LINE_BYTES
        assert slots <= 5
