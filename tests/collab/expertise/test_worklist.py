"""Whose work is listed, and what comes first."""

from __future__ import annotations

import pytest

from collab.expertise.rules import State
from collab.expertise.worklist import Filter, Worklist, count_waiting, list_requests
from collab.kit.i18n import LANGUAGES, catalogue
from tests import make
from tests.collab.expertise.make import World


def listed(world: World, who: str, chosen: Filter | None = None) -> Worklist:
    with world.database.transaction() as session:
        caller = world.caller(getattr(world, who))
        return list_requests(session, caller, chosen or Filter(), at=make.NIGHT)


def count(world: World, who: str) -> int:
    with world.database.transaction() as session:
        return count_waiting(session, world.caller(getattr(world, who)))


@pytest.mark.parametrize("who", ["outsider", "technologist"])
def test_others_have_nothing_in_their_lists(world: World, who: str) -> None:
    world.ask()
    assert listed(world, who) == Worklist(for_me=(), by_us=())
    assert count(world, who) == 0


def test_a_request_stands_in_both_lists_where_it_belongs(world: World) -> None:
    request_id = world.ask()
    (for_expert,) = listed(world, "expert").for_me
    (for_us,) = listed(world, "colleague").by_us
    assert for_expert.request_id == for_us.request_id == request_id
    assert (for_expert.patient_name, for_expert.expert) == ("MARTIN Jeanne", "Neuroradiologie d’astreinte")
    assert listed(world, "expert").by_us == ()


def test_the_most_urgent_and_longest_waiting_come_first(world: World) -> None:
    planned = world.ask(urgency="planned")
    immediate = world.ask(urgency="immediate")
    taken = world.ask(urgency="immediate")
    world.accept(taken, world.peer)
    assert [line.request_id for line in listed(world, "expert").for_me] == [immediate, planned, taken]


def test_it_rings_until_somebody_opens_it(world: World) -> None:
    world.ask()
    assert listed(world, "expert").for_me[0].rings
    assert listed(world, "expert").for_me[0].needs_me
    world.accepted()
    assert [line.rings for line in listed(world, "peer").for_me] == [True, False]


def test_a_signed_conclusion_waits_for_the_requesting_side(world: World) -> None:
    world.concluded()
    (line,) = listed(world, "colleague").by_us
    assert (line.state, line.needs_me) == (State.CONCLUDED, True)
    assert count(world, "colleague") == 1
    assert count(world, "expert") == 0


def test_filters_leave_the_others_out(world: World) -> None:
    world.ask(urgency="planned")
    assert listed(world, "expert", Filter(urgency="immediate")).for_me == ()
    assert listed(world, "expert", Filter(pathway="oncology")).for_me == ()
    assert len(listed(world, "expert", Filter(pathway="stroke", urgency="planned")).for_me) == 1


def test_what_is_over_is_listed_on_demand(world: World) -> None:
    world.cancel(world.ask())
    assert listed(world, "colleague").by_us == ()
    assert len(listed(world, "colleague", Filter(is_open=False)).by_us) == 1


def test_every_next_step_has_its_words() -> None:
    steps = {"expert": ("submitted", "received", "accepted", "in_progress")}
    steps["requester"] = ("draft", "needs_info", "concluded")
    for language in LANGUAGES:
        for side, states in steps.items():
            assert {f"expertise.next.{side}.{state}" for state in states} <= set(catalogue(language))
        assert {f"expertise.state.{state.value}" for state in State} <= set(catalogue(language))
