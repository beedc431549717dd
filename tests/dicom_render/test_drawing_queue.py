"""Whose picture is drawn next."""

import pytest

from dicom_render.drawing_queue import LEND_AFTER_S, DrawingQueue, Place, QueueFull

ONE, OTHER = ("one", 0), ("other", 0)


def place(who: str = "Anne", *, screen: str = "", stack: tuple[str, int] = ONE, is_light: bool = False) -> Place:
    return Place(who, screen, stack, is_light)


def queue(*places: Place) -> DrawingQueue[int]:
    """Jobs 0, 1, 2... at these places."""
    made: DrawingQueue[int] = DrawingQueue(most=6, most_each=4)
    for job, each in enumerate(places):
        made.add(job, each, at_s=0)
    return made


def taken(made: DrawingQueue[int], process: int = 0) -> list[int]:
    found: list[int] = []
    while (job := made.take(process, at_s=0)) is not None:
        found.append(job)
    return found


def test_who_came_first_is_drawn_first() -> None:
    assert taken(queue(place(), place(), place())) == [0, 1, 2]


def test_everybodys_first_comes_before_anybodys_second() -> None:
    assert taken(queue(place("Anne"), place("Anne"), place("Anne"), place("Paul"), place("Paul"))) == [0, 3, 1, 4, 2]


def test_a_newer_picture_of_a_screen_takes_the_place_of_the_older() -> None:
    made = queue(place(screen="left"), place(screen="right"))
    assert made.add(7, place(screen="left"), at_s=0) == [0]
    assert taken(made) == [1, 7]


def test_neither_nobodys_screen_nor_anothers_is_overtaken() -> None:
    made = queue(place(screen=""), place("Paul", screen="left"))
    assert made.add(7, place(screen=""), at_s=0) == []
    assert made.add(8, place("Anne", screen="left"), at_s=0) == []


def test_one_caller_may_not_fill_the_queue() -> None:
    made = queue(*[place()] * 4)
    with pytest.raises(QueueFull) as refused:
        made.add(9, place(), at_s=0)
    assert refused.value.code == "too_many"
    made.add(9, place("Paul"), at_s=0)


def test_the_queue_has_an_end() -> None:
    made = queue(*[place()] * 4, *[place("Paul")] * 2)
    with pytest.raises(QueueFull) as refused:
        made.add(9, place("Luc"), at_s=0)
    assert refused.value.code == "busy"


def test_a_screen_that_asks_anew_is_not_refused_for_what_it_overtakes() -> None:
    made = queue(place(screen="left"), *[place()] * 3)
    assert made.add(9, place(screen="left"), at_s=0) == [0]


def test_a_process_goes_on_with_the_stack_that_it_has() -> None:
    made = queue(place(stack=ONE), place("Paul", stack=OTHER), place(stack=ONE), place("Paul", stack=OTHER))
    assert made.take(0, at_s=0) == 0
    assert made.take(1, at_s=0) == 1
    assert made.take(1, at_s=0) == 3
    assert made.take(0, at_s=0) == 2


def test_a_cut_waits_for_the_process_that_has_its_volume_but_not_for_ever() -> None:
    made = queue(place(), place())
    assert made.take(0, at_s=0) == 0
    assert made.take(1, at_s=LEND_AFTER_S - 0.1) is None
    assert made.take(1, at_s=LEND_AFTER_S) == 1


def test_an_image_drawn_as_it_is_goes_to_whoever_is_free() -> None:
    made = queue(place(), place(is_light=True))
    assert made.take(0, at_s=0) == 0
    assert made.take(1, at_s=0) == 1


def test_nothing_is_lent_while_the_process_that_has_it_is_idle() -> None:
    made = queue(place(), place(is_light=True))
    assert made.take(0, at_s=0) == 0
    assert made.take(1, at_s=9, idle=frozenset({0})) is None
    assert made.take(0, at_s=9) == 1


def test_a_process_that_ended_has_no_stack() -> None:
    made = queue(place(), place())
    assert made.take(0, at_s=0) == 0
    made.forget(0)
    assert made.take(1, at_s=0) == 1


def test_what_nobody_waits_for_leaves_the_queue() -> None:
    made = queue(place(), place())
    made.remove(0)
    made.remove(0)
    assert made.is_waiting
    assert made.drain() == [1]
    assert not made.is_waiting
