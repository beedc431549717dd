"""The life of a request as a table, and who may move it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from collab.expertise.rules import (
    ACTS,
    MOVES,
    OPEN,
    OVER,
    Parties,
    State,
    WrongState,
    acts_now,
    may_act,
    may_see,
    next_state,
    sides_of,
)
from collab.kit.caller import Caller, Role

PARTIES = Parties(
    requester_id="PER-asks", hospital_id="HOS-a", expert_person_id=None, expert_team_id="TEA-1", accepted_by_id=None
)


def doctor(person_id: str, hospital_id: str, *teams: str, role: Role = Role.DOCTOR) -> Caller:
    return Caller(
        person_id=person_id,
        name=person_id,
        role=role,
        specialty=None,
        rpps=None,
        hospital_id=hospital_id,
        hospital_name=hospital_id,
        team_ids=frozenset(teams),
        login_id="LOG-1",
        language="fr",
    )


ASKS = doctor("PER-asks", "HOS-a")
COLLEAGUE = doctor("PER-next", "HOS-a")
EXPERT = doctor("PER-expert", "HOS-b", "TEA-1")
PEER = doctor("PER-peer", "HOS-b", "TEA-1")
STRANGER = doctor("PER-x", "HOS-b")


def test_the_states_are_those_of_the_domain() -> None:
    # DOMAIN.md 11.4
    listed = "draft submitted received needs_info accepted declined in_progress concluded acknowledged closed cancelled"
    assert {state.value for state in State} == {*listed.split(), "expired"}


def test_every_state_can_be_reached_from_a_draft() -> None:
    reached = {State.DRAFT}
    while more := {then for (start, _), then in MOVES.items() if start in reached} - reached:
        reached |= more
    assert reached == set(State)


@pytest.mark.parametrize("state", [State.DECLINED, State.CLOSED, State.CANCELLED, State.EXPIRED])
def test_what_is_over_does_not_move(state: State) -> None:
    assert not [act for (start, act) in MOVES if start is state]


def test_a_state_is_open_or_over_or_a_draft() -> None:
    assert OPEN | OVER | {State.DRAFT} == set(State)
    assert not OPEN & OVER


def test_every_act_but_expiry_has_a_side() -> None:
    assert {act for _, act in MOVES} - set(ACTS) == {"expire"}


def test_a_request_cannot_be_closed_without_a_conclusion() -> None:
    for state in set(State) - {State.ACKNOWLEDGED}:
        with pytest.raises(WrongState):
            next_state(state, "close")


def test_a_requester_is_never_their_own_expert_even_in_the_team_asked() -> None:
    assert sides_of(doctor("PER-asks", "HOS-a", "TEA-1"), PARTIES) == {"requester"}


def test_anybody_of_the_team_may_accept_until_one_has() -> None:
    taken = replace(PARTIES, accepted_by_id=EXPERT.person_id)
    assert may_act(PEER, PARTIES, "accept")
    assert not may_act(PEER, taken, "conclude")
    assert may_act(EXPERT, taken, "conclude")


def test_only_the_requesting_hospital_acknowledges_and_a_colleague_may() -> None:
    assert may_act(COLLEAGUE, PARTIES, "acknowledge")
    assert not may_act(EXPERT, PARTIES, "acknowledge")


@pytest.mark.parametrize("role", [Role.TECHNOLOGIST, Role.SECRETARY, Role.ADMINISTRATOR])
def test_only_doctors_see_requests(role: Role) -> None:
    for home, team in (("HOS-a", "TEA-0"), ("HOS-b", "TEA-1")):
        caller = doctor("PER-other", home, team, role=role)
        assert not may_see(caller, PARTIES, State.SUBMITTED)
        assert not sides_of(caller, PARTIES)


def test_a_draft_is_its_author_s_alone() -> None:
    assert may_see(ASKS, PARTIES, State.DRAFT)
    assert not may_see(COLLEAGUE, PARTIES, State.DRAFT)
    assert not may_see(EXPERT, PARTIES, State.DRAFT)


def test_a_stranger_sees_nothing() -> None:
    assert not any(may_see(STRANGER, PARTIES, state) for state in State)


def test_the_page_offers_only_what_can_be_done_now() -> None:
    assert acts_now(EXPERT, PARTIES, State.RECEIVED) == {"accept", "decline", "ask_more"}
    assert acts_now(ASKS, PARTIES, State.RECEIVED) == {"cancel"}
    assert acts_now(STRANGER, PARTIES, State.RECEIVED) == set()
