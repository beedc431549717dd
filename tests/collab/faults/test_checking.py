"""That the judge finds what is wrong: an evening as it should be, and each thing that must not happen, planted."""

from __future__ import annotations

import itertools

import pytest
from msgspec.structs import replace

from collab.rooms.fold import fold
from collab.rooms.protocol import Act, ControlTaken, Done, Fact, MemberJoined, Said, Say, TakeControl
from tests.collab.faults.checking import violations
from tests.collab.faults.history import (
    Asked,
    Event,
    Greeted,
    Pointed,
    Saw,
    Told,
    WasRefused,
    Welcomed,
    Written,
)
from tests.collab.rooms import make


class Evening:
    """Two visitors, `a` on line 1 and `b` on line 2; each event comes a second after the one before."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.journal: list[Written] = []
        self._seconds = itertools.count(1)

    def note(self, kind: type[Event], client_id: str, line: int, **values: object) -> None:
        made = kind(at_s=float(next(self._seconds)), client_id=client_id, line=line, **values)  # pyright: ignore[reportCallIssue]
        self.events.append(made)

    def write(self, done: Done, client_id: str = "", n: int = 0, *, epoch: int = 1, at_ms: int = 1000) -> Fact:
        fact = Fact(len(self.journal) + 1, at_ms, client_id, client_id, n, done)
        self.journal.append(Written(epoch, fact))
        return fact

    def ask(self, client_id: str, n: int, act: Act) -> None:
        self.note(Asked, client_id, 0, n=n, act=act)

    def enter(self, client_id: str, line: int, *, seq: int = 0, epoch: int = 1, acked: int = 0) -> None:
        self.note(Greeted, client_id, line, seq=seq, next_n=acked + 1)
        self.note(Welcomed, client_id, line, epoch=epoch, acked=acked, state=None)

    def tell(self, line: int, *facts: Fact) -> None:
        for fact in facts:
            self.note(Told, "ab"[line - 1] if line < 3 else "a", line, fact=fact)

    def wrong(self) -> list[str]:
        return violations(self.events, self.journal)


def evening() -> Evening:
    """a says something and takes the baton, both hear it, b sees a's view move; then another owner comes."""
    made = Evening()
    facts = [made.write(MemberJoined(make.member(one))) for one in "ab"]
    made.enter("a", 1)
    made.enter("b", 2)
    made.tell(1, *facts)
    made.tell(2, *facts)
    made.ask("a", 1, Say("here"))
    made.ask("a", 2, TakeControl(0))
    said = made.write(Said("here"), "a", 1)
    taken = made.write(ControlTaken("a", 1, "taken"), "a", 2)
    made.tell(1, said, taken)
    made.tell(2, said, taken)
    made.note(Pointed, "a", 1, stamp=7.0)
    made.note(Saw, "b", 2, actor="a", stamp=7.0, term=1)
    made.enter("a", 3, seq=4, epoch=2, acked=2)
    made.ask("a", 3, Say("still here"))
    made.tell(3, made.write(Said("still here"), "a", 3, epoch=2))
    return made


def test_an_evening_as_it_should_be_is_not_complained_of() -> None:
    assert evening().wrong() == []


def only(made: Evening) -> str:
    (found,) = made.wrong()
    return found


def test_r5_an_acknowledged_ask_that_is_lost_is_found() -> None:
    made = evening()
    made.ask("b", 1, Say("lost"))
    made.enter("b", 4, seq=4, epoch=2, acked=1)
    assert only(made).startswith("R5: ask ('b', 1)")


def test_r5_what_was_never_acknowledged_may_be_lost() -> None:
    made = evening()
    made.ask("b", 1, Say("on its way"))
    assert made.wrong() == []


def test_r10_an_ask_that_is_carried_out_twice_is_found() -> None:
    made = evening()
    made.write(Said("here"), "a", 1, epoch=2)
    assert only(made).startswith("R10: ask ('a', 1) was carried out 2 times")


def test_r10_what_nobody_asked_is_found() -> None:
    made = evening()
    made.write(Said("?"), "b", 9, epoch=2)
    assert only(made).startswith("R10: ask ('b', 9)")


def test_r11_what_was_refused_and_done_is_found() -> None:
    made = evening()
    made.note(WasRefused, "a", 3, n=2, code="control_moved")
    assert only(made).startswith("R11")


def test_r14_a_refusal_of_what_everybody_may_is_found() -> None:
    made = evening()
    made.ask("b", 1, Say("?"))
    made.note(WasRefused, "b", 2, n=1, code="not_allowed")
    assert only(made).startswith("R14")


def test_r12_a_fact_that_the_journal_does_not_hold_is_found() -> None:
    """Announced before it was durable, and gone with its owner."""
    made = evening()
    made.tell(3, Fact(6, 1000, "b", "b", 1, Said("gone")))
    assert only(made).startswith("R12: a was told a fact 6")


def test_r12_a_hole_in_what_was_told_is_found() -> None:
    made = evening()
    made.tell(3, made.write(Said("x"), epoch=2), made.write(Said("y"), epoch=2))
    del made.events[-2]
    assert only(made) == "R12: a was told fact 7 after 5"


def test_r12_a_fact_that_is_told_twice_on_a_connection_is_found() -> None:
    made = evening()
    made.tell(3, made.journal[-1].fact)
    assert only(made) == "R12: a was told fact 5 after 5"


@pytest.mark.parametrize("known", [3, 4])
def test_r8_a_state_that_is_not_that_of_the_journal_is_found(known: int) -> None:
    made = evening()
    state = fold(one.fact for one in made.journal[:known]).snapshot()
    made.note(Greeted, "b", 4, seq=0, next_n=1)
    made.note(Welcomed, "b", 4, epoch=2, acked=0, state=state)
    assert made.wrong() == []
    made.note(Greeted, "b", 5, seq=0, next_n=1)
    made.note(Welcomed, "b", 5, epoch=2, acked=0, state=replace(state, view=make.view()))
    assert only(made).startswith(f"R8: the state at {known}")


@pytest.mark.parametrize("term", [1, 3])
def test_r22_a_term_that_comes_twice_or_is_left_out_is_found(term: int) -> None:
    made = evening()
    made.write(ControlTaken("b", term, "taken"), epoch=2)
    assert made.wrong()[0].startswith("R22")


def test_r16_a_view_of_somebody_who_does_not_hold_the_baton_is_found() -> None:
    made = evening()
    made.note(Pointed, "b", 2, stamp=8.0)
    made.note(Saw, "a", 3, actor="b", stamp=8.0, term=1)
    assert only(made).startswith("R16")


def test_r9_a_fact_of_an_older_owner_after_one_of_a_newer_is_found() -> None:
    made = evening()
    made.write(Said("late"), epoch=1)
    assert only(made).startswith("R9: fact 6")


def test_r9_an_owner_that_welcomes_after_it_has_been_replaced_is_found() -> None:
    made = evening()
    made.enter("b", 4, seq=4, epoch=1)
    assert only(made).startswith("R9: b was welcomed")


def test_r9_an_owner_that_passes_moves_on_after_it_has_been_replaced_is_found() -> None:
    made = evening()
    made.note(Pointed, "a", 1, stamp=8.0)
    made.note(Saw, "b", 2, actor="a", stamp=8.0)
    assert only(made).startswith("R9: b saw a move")


def test_r9_a_move_of_before_that_comes_late_is_no_fault() -> None:
    """A wire that carried nothing for a while."""
    made = evening()
    made.note(Saw, "b", 2, actor="a", stamp=7.0, term=1)
    assert made.wrong() == []


def test_r9_an_owner_that_tells_what_its_successor_has_written_is_found() -> None:
    made = evening()
    made.tell(2, made.journal[-1].fact)
    assert only(made).startswith("R9: the owner of epoch 1 told fact 5")


def test_r12_time_that_steps_back_is_found() -> None:
    made = evening()
    made.write(Said("yesterday"), epoch=2, at_ms=999)
    assert only(made) == "R12: at fact 6 time steps back"
