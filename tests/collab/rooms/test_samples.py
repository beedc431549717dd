"""What moves now: numbers that only grow, and what a newcomer is shown."""

from __future__ import annotations

from collab.rooms.protocol import MoveView, PointerMoved, PointerSlid
from collab.rooms.samples import Samples
from tests.collab.rooms import make


def move(number: int) -> MoveView:
    return MoveView(1, number, make.view(float(number)))


def test_r15_numbers_grow_over_kinds_actors_and_owners() -> None:
    samples = Samples(epoch=1)
    numbers = [
        samples.move_view("a", move(1)).number,
        samples.move_pointer("b", make.pointer()).number,
        samples.move_pointer("a", None).number,
        Samples(epoch=2).move_view("a", move(1)).number,
    ]
    assert numbers == sorted(set(numbers))


def test_r15_a_newcomer_is_shown_what_moves_but_not_themselves() -> None:
    samples = Samples(epoch=1)
    view = samples.move_view("a", move(1))
    samples.move_pointer("a", make.pointer())
    mine = samples.move_pointer("b", make.pointer())
    samples.move_pointer("a", None)
    assert list(samples.current(but="c")) == [view, mine]
    assert list(samples.current(but="b")) == [view]


def test_r17_a_view_at_rest_is_newer_than_the_samples_before_it_only() -> None:
    samples = Samples(epoch=1)
    samples.move_view("a", move(1))
    samples.view_rests(7)
    assert samples.is_view_outdated_by(7)
    samples.view_rests(8)
    samples.move_view("a", move(2))
    assert not samples.is_view_outdated_by(8)
    samples.drop_view()
    samples.view_rests(9)
    assert not samples.is_view_outdated_by(9)


def test_r48_what_slides_on_one_image_bears_its_number_and_its_name_is_made_when_asked_for() -> None:
    samples = Samples(epoch=1)
    on = make.pointer(1.0, frame=7)
    named = samples.move_pointer("a", on)
    slid = samples.slide_pointer("a", on, (2.0, 0.0, 0.0))
    assert (named.image_n, named.slid) == (named.number, None)
    assert slid.frame.message == PointerMoved(slid.number, "a", slid.number, make.pointer(2.0, frame=7), named.number)
    assert slid.slid is not None
    assert slid.slid.message == PointerSlid(slid.number, "a", named.number, (2.0, 0.0, 0.0))


def test_r48_whoever_slides_on_another_image_than_that_of_their_last_pointer_names_it_anew() -> None:
    samples = Samples(epoch=1)
    first, other = make.pointer(1.0, frame=7), make.pointer(1.0, frame=8)
    samples.move_pointer("a", first)
    samples.move_pointer("a", other)
    back = samples.slide_pointer("a", first, (2.0, 0.0, 0.0))
    assert (back.image_n, back.slid) == (back.number, None)
    assert samples.slide_pointer("a", first, (3.0, 0.0, 0.0)).image_n == back.number
    samples.move_pointer("a", None)
    after = samples.slide_pointer("a", first, (4.0, 0.0, 0.0))
    assert (after.image_n, after.slid) == (after.number, None)


def test_r48_an_image_that_is_named_again_keeps_its_number() -> None:
    samples = Samples(epoch=1)
    named = samples.move_pointer("a", make.pointer(1.0, frame=7))
    again = samples.move_pointer("a", make.pointer(2.0, frame=7))
    assert again.image_n == named.image_n
    assert again.slid is not None
    assert again.slid.message == PointerSlid(again.number, "a", named.number, (2.0, 0.0, 0.0))
    other = samples.move_pointer("a", make.pointer(2.0, frame=8))
    assert (other.image_n, other.slid) == (other.number, None)
