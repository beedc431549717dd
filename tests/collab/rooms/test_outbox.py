"""One connection's outbox: facts first, only the newest sample, and never more than its bounds."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from collab.rooms.frames import Frame
from collab.rooms.outbox import LINE_BYTES, LINE_FRAMES, Close, Outbox, Sample
from collab.rooms.protocol import EVERYTHING, Fact, Movements, PointerMoved, PointerSlid, Pong, Presence, Said


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
    box.offer(Sample(("a", "pointer"), moved, 1))
    box.push(said, at_ms=0)
    assert taken(box) == [said, moved]


def test_r15_the_newest_of_each_goes_out_and_all_of_them_as_one_frame() -> None:
    box = outbox()
    for number, actor in enumerate("abab"):
        box.offer(Sample((actor, "pointer"), Frame(PointerMoved(number, actor, number, None)), number))
    [together] = taken(box)
    moved = (PointerMoved(2, "a", 2, None), PointerMoved(3, "b", 3, None))
    assert isinstance(together, Frame)
    assert together.message == Movements(moved)


def test_r18_a_frame_in_which_several_move_takes_one_credit_and_is_answered_by_its_highest_number() -> None:
    box = outbox()
    for number in range(1, 20):
        box.offer(Sample(("a", "pointer"), pointer(2 * number), 2 * number))
        box.offer(Sample(("b", "pointer"), pointer(2 * number + 1), 2 * number + 1))
        box.take(at_ms=0)
    # Numbers up to 9 went out in four frames, then no more.
    assert box.waiting == (0, 0, 2)
    box.drawn(8, at_ms=0)
    assert len(in_flight(box, numbers=itertools.count(100), at_ms=0)) == 4


def slid(number: int) -> Frame:
    return Frame(PointerSlid(number, "a", 1, (0.0, 0.0, 0.0)))


def test_r48_an_image_is_named_to_each_connection_once() -> None:
    box, late = outbox(), outbox()
    box.offer(Sample(("a", "pointer"), pointer(1), 1, 1))
    first = taken(box)
    second, again = pointer(2), slid(2)
    for each in (box, late):
        each.offer(Sample(("a", "pointer"), second, 2, 1, again))
    assert [len(first), taken(box), taken(late)] == [1, [again], [second]]


def test_r48_what_was_never_sent_has_named_nothing() -> None:
    """The pointer goes to another image and back while a reader without credit is told nothing."""
    box = outbox()
    box.offer(Sample(("a", "pointer"), pointer(1), 1, 1))
    box.take(at_ms=0)
    box.offer(Sample(("a", "pointer"), pointer(2), 2, 2))
    third, again = pointer(3), Frame(PointerSlid(3, "a", 2, (0.0, 0.0, 0.0)))
    box.offer(Sample(("a", "pointer"), third, 3, 2, again))
    assert taken(box) == [third]


def in_flight(box: Outbox, *, numbers: Iterator[int], at_ms: int) -> list[int]:
    """The frames that go out when more than enough moves."""
    found: list[int] = []
    for number in itertools.islice(numbers, 10):
        box.offer(Sample((str(number), "pointer"), pointer(number), number))
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
    for took_ms, expected in ((70, 4), (400, 4), (400, 3), (80, 2), (80, 3), (80, 4), (80, 4)):
        at_ms += 1000
        assert len(in_flight(box, numbers=numbers, at_ms=at_ms)) == expected
        box.drawn(next(numbers), at_ms=at_ms + took_ms)


def test_r18_a_short_link_gets_more() -> None:
    box, numbers = outbox(), itertools.count(1)
    for round_trip, expected in enumerate((4, 5, 6, 7, 8, 8)):
        at_ms = 1000 * round_trip
        assert len(in_flight(box, numbers=numbers, at_ms=at_ms)) == expected
        box.drawn(next(numbers), at_ms=at_ms + 20)


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
        box.tell("a", Frame(Presence("a", False, "lost", EVERYTHING, lost_ms)))
    [only] = taken(box)
    assert only.message.lost_ms == 3  # pyright: ignore[reportAttributeAccessIssue]


def test_r17_a_sample_that_is_no_longer_true_is_taken_back() -> None:
    box = outbox()
    box.offer(Sample(("", "view"), pointer(1), 1))
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
        lambda: box.offer(Sample(("a", "pointer"), pointer(1), 1)),
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
                box.offer(Sample((str(number % 5), "pointer"), pointer(number), number))
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
