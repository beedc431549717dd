"""The trail: what it picks from a room's samples, what it leaves out, and what is read of a damaged one."""

from __future__ import annotations

import json

import msgspec

from collab.rooms.protocol import (
    AnnotationMoved,
    MoveAnnotation,
    MovePointer,
    MoveView,
    PointerMoved,
    SettleView,
    ViewMoved,
)
from collab.rooms.trail import MOST_STEPS, Recorder, Step, Stretch, join, pack, unpack
from tests.collab.rooms import make
from tests.collab.rooms.golden import GOLDEN


def test_r42_the_newest_of_each_hand_is_kept_once_a_look() -> None:
    room, (expert, requester) = make.meeting(("expert", "expert"), ("requester", "requester"))
    term, recorder = make.present(room, expert), Recorder()
    for n in range(1, 5):
        expert.say(MoveView(term, n, make.view(float(n))))
        requester.say(MovePointer(n, make.pointer(float(n))))
    recorder.look(room.moving(), at_ms=100)
    recorder.look(room.moving(), at_ms=200)
    stretch = recorder.take()
    assert stretch is not None
    assert [step.at_ms for step in stretch.steps] == [100, 100]
    view, pointer = (step.moved for step in stretch.steps)
    assert isinstance(view, ViewMoved)
    assert (view.actor, view.term, view.view) == ("expert", term, make.view(4.0))
    assert isinstance(pointer, PointerMoved)
    assert (pointer.actor, pointer.pointer) == ("requester", make.pointer(4.0))


def test_r42_a_hand_that_stops_is_kept_as_such_and_nothing_after_it() -> None:
    room, (expert, requester) = make.meeting(("expert", "expert"), ("requester", "requester"))
    recorder = Recorder()
    requester.say(MovePointer(1, make.pointer()))
    expert.say(MoveAnnotation(1, "a", make.length()))
    recorder.look(room.moving(), at_ms=100)
    requester.leave()
    expert.say(MoveAnnotation(2, "a", None))
    for at_ms in (200, 300):
        recorder.look(room.moving(), at_ms=at_ms)
    stretch = recorder.take()
    assert stretch is not None
    gone = [step.moved for step in stretch.steps if step.at_ms > 100]
    assert [(type(one), one.actor) for one in gone] == [(PointerMoved, "requester"), (AnnotationMoved, "expert")]
    assert all(getattr(one, "pointer", None) is None and getattr(one, "drawing", None) is None for one in gone)
    assert recorder.take() is None


def test_r42_a_view_older_than_the_one_at_rest_is_not_kept_after_it() -> None:
    room, (expert,) = make.meeting(("expert", "expert"))
    term, recorder = make.present(room, expert), Recorder()
    expert.say(MoveView(term, 1, make.view(1.0)))
    expert.ask(SettleView(term, make.view(2.0)))
    recorder.look(room.moving(), at_ms=100)  # accepted, and not durable yet
    assert recorder.take() is None
    expert.say(MoveView(term, 2, make.view(3.0)))
    recorder.look(room.moving(), at_ms=200)
    stretch = recorder.take()
    assert stretch is not None
    assert [step.moved.view for step in stretch.steps if isinstance(step.moved, ViewMoved)] == [make.view(3.0)]


def test_what_exceeds_the_bound_is_counted() -> None:
    room, (expert,) = make.meeting(("expert", "expert"))
    recorder = Recorder()
    for n in range(1, MOST_STEPS + 3):
        expert.say(MovePointer(n, make.pointer(float(n))))
        recorder.look(room.moving(), at_ms=n * 100)
    stretch = recorder.take()
    assert stretch is not None
    assert (len(stretch.steps), stretch.lost) == (MOST_STEPS, 2)


def _stretch(*at_ms: int, lost: int = 0) -> Stretch:
    return Stretch(tuple(Step(at, PointerMoved(1, "a", 1, make.pointer(float(at)))) for at in at_ms), lost)


def test_records_are_read_up_to_the_first_torn_one() -> None:
    first, second = _stretch(100, 200), _stretch(300, lost=4)
    content = pack(first) + pack(second)
    assert list(unpack(content)) == [first, second]
    assert list(unpack(content[:-1])) == [first]
    assert list(unpack(content[: len(pack(first)) + 3])) == [first]
    flipped = bytearray(content)
    flipped[len(pack(first)) + 12] ^= 1
    assert list(unpack(bytes(flipped))) == [first]


def test_what_is_no_trail_of_ours_is_none() -> None:
    assert list(unpack(b"")) == []
    assert list(unpack(b"\xff" * 64)) == []


def test_stretches_of_several_owners_stand_in_the_order_of_time() -> None:
    joined = join([_stretch(300, 400, lost=1), _stretch(100, lost=2)])
    assert [step.at_ms for step in joined.steps] == [100, 300, 400]
    assert joined.lost == 3


def test_the_golden_trail_is_read_as_browsers_read_it() -> None:
    golden = json.loads((GOLDEN / "trail.json").read_text("utf-8"))
    read = join(list(unpack(bytes.fromhex(golden["packed"]))))
    assert json.loads(msgspec.json.encode(read)) == [golden["steps"], golden["lost"]]
