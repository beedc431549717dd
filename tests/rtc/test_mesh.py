"""Rules of the call of two or three: who calls, who may say what when, and what comes too late."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc.mesh import (
    MESH_LIMIT,
    MOVES,
    CallRefused,
    Leg,
    LegState,
    Mesh,
    Side,
    Verdict,
    join,
    leave,
    may_join,
    redial,
    relay,
)
from rtc.signals import SignalKind


def call_of(*peers: str) -> Mesh:
    mesh = Mesh()
    for peer in peers:
        mesh = join(mesh, peer).mesh
    return mesh


def say(mesh: Mesh, sender: str, receiver: str, kind: SignalKind, *, epoch: int | None = None) -> Mesh:
    """Relay one signal that is expected to pass."""
    leg = mesh.find_leg(sender, receiver)
    assert leg is not None
    done = relay(mesh, sender=sender, receiver=receiver, epoch=epoch or leg.epoch, kind=kind)
    assert done.verdict.is_allowed, done.verdict
    return done.mesh


def refusal(mesh: Mesh, sender: str, receiver: str, kind: SignalKind, *, epoch: int = 1) -> str | None:
    done = relay(mesh, sender=sender, receiver=receiver, epoch=epoch, kind=kind)
    assert done.mesh is mesh
    return done.verdict.refusal


def test_a_call_takes_three_and_says_why_it_takes_no_fourth() -> None:
    assert may_join(MESH_LIMIT - 1).is_allowed
    assert may_join(MESH_LIMIT) == Verdict("call_full", 3)
    with pytest.raises(CallRefused) as caught:
        join(call_of("ann", "bob", "cleo"), "dan")
    assert (caught.value.code, caught.value.facts) == ("call_full", {"limit": 3})


def test_the_first_to_join_calls_nobody() -> None:
    change = join(Mesh(), "ann")
    assert change.opened == change.closed == ()


def test_the_later_joiner_calls_everybody_who_is_there() -> None:
    change = join(call_of("ann", "bob"), "cleo")
    assert change.opened == (Leg("cleo", "ann", 2), Leg("cleo", "bob", 3))
    assert change.closed == ()


def test_leaving_closes_the_legs_of_the_one_who_left_only() -> None:
    change = leave(call_of("ann", "bob", "cleo"), "bob")
    assert change.mesh.present == ("ann", "cleo")
    assert {(leg.caller, leg.callee) for leg in change.closed} == {("bob", "ann"), ("cleo", "bob")}
    assert change.mesh.find_leg("cleo", "ann") is not None


def test_leaving_without_having_been_there_changes_nothing() -> None:
    mesh = call_of("ann", "bob")
    assert leave(mesh, "dan").mesh == mesh


def test_who_joins_again_calls_everybody_on_new_legs_even_in_a_full_call() -> None:
    change = join(call_of("ann", "bob", "cleo"), "ann")
    assert change.mesh.present == ("bob", "cleo", "ann")
    assert {leg.epoch for leg in change.closed} == {1, 2}
    assert change.opened == (Leg("ann", "bob", 4), Leg("ann", "cleo", 5))


def test_signals_of_an_earlier_connection_are_late_and_those_of_none_unknown() -> None:
    mesh = join(call_of("ann", "bob"), "bob").mesh
    assert refusal(mesh, "bob", "ann", "offer", epoch=1) == "late"
    assert Verdict("late").is_ordinary_race
    assert refusal(mesh, "bob", "ann", "offer", epoch=3) == "unknown_epoch"
    say(mesh, "bob", "ann", "offer", epoch=2)


def test_a_leg_that_failed_is_dialled_again_once_though_both_ends_ask() -> None:
    mesh = call_of("ann", "bob")
    first = redial(mesh, "ann", other="bob", epoch=1)
    assert first.opened == (Leg("ann", "bob", 2),)
    assert first.closed == mesh.legs
    second = redial(first.mesh, "bob", other="ann", epoch=1)
    assert (second.mesh, second.opened, second.closed) == (first.mesh, (), ())


def test_only_a_pair_of_the_call_is_dialled_again() -> None:
    with pytest.raises(CallRefused) as caught:
        redial(call_of("ann"), "ann", other="dan", epoch=1)
    assert caught.value.code == "not_paired"


def test_nobody_outside_the_call_may_send_or_be_sent_anything() -> None:
    mesh = call_of("ann", "bob")
    for sender, receiver in (("eve", "ann"), ("ann", "eve"), ("eve", "mallory")):
        assert refusal(mesh, sender, receiver, "offer") == "not_in_call"
    assert refusal(mesh, "ann", "ann", "offer") == "not_paired"


def test_the_caller_offers_the_callee_answers_and_candidates_follow() -> None:
    mesh = call_of("ann", "bob")
    assert refusal(mesh, "bob", "ann", "candidate") == "out_of_order"
    assert refusal(mesh, "ann", "bob", "offer") == "out_of_order"
    mesh = say(mesh, "bob", "ann", "offer")
    assert refusal(mesh, "bob", "ann", "answer") == "out_of_order"
    mesh = say(mesh, "bob", "ann", "candidate")
    mesh = say(mesh, "ann", "bob", "answer")
    mesh = say(mesh, "ann", "bob", "candidate")
    assert refusal(mesh, "ann", "bob", "answer") == "out_of_order"


def test_once_connected_either_end_may_offer_again() -> None:
    connected = say(say(call_of("ann", "bob"), "bob", "ann", "offer"), "ann", "bob", "answer")
    for one, other in (("ann", "bob"), ("bob", "ann")):
        mesh = say(say(connected, one, other, "offer"), other, one, "answer")
        assert mesh.legs[0].state is LegState.STABLE


def test_when_offers_cross_the_callers_stands_whichever_came_first() -> None:
    connected = say(say(call_of("ann", "bob"), "bob", "ann", "offer"), "ann", "bob", "answer")
    callee_first = say(say(connected, "ann", "bob", "offer"), "bob", "ann", "offer")
    assert refusal(callee_first, "bob", "ann", "answer") == "out_of_order"
    say(callee_first, "ann", "bob", "answer")
    caller_first = say(connected, "bob", "ann", "offer")
    assert refusal(caller_first, "ann", "bob", "offer") == "glare"
    say(caller_first, "ann", "bob", "answer")


def test_after_goodbye_nothing_passes_on_that_leg() -> None:
    mesh = say(call_of("ann", "bob"), "ann", "bob", "bye")
    kinds: tuple[SignalKind, ...] = ("offer", "answer", "candidate", "bye")
    for kind in kinds:
        assert refusal(mesh, "bob", "ann", kind) == "late"


def test_a_goodbye_of_one_pair_leaves_the_other_pairs_alone() -> None:
    mesh = say(call_of("ann", "bob", "cleo"), "ann", "bob", "bye")
    say(mesh, "cleo", "ann", "offer")
    say(mesh, "cleo", "bob", "offer")


def test_every_open_state_can_be_left() -> None:
    for state in set(LegState) - {LegState.ENDED}:
        assert all(MOVES[state, "bye", side] is LegState.ENDED for side in Side)
    assert not [move for move in MOVES if move[0] is LegState.ENDED]


PEERS = ("ann", "bob", "cleo", "dan")
STEPS = st.lists(
    st.tuples(st.sampled_from(["join", "leave", "redial"]), st.sampled_from(PEERS), st.sampled_from(PEERS))
)


@given(STEPS)
def test_everybody_present_is_paired_exactly_once_and_epochs_only_grow(steps: list[tuple[str, str, str]]) -> None:
    mesh = Mesh()
    for step, peer, other in steps:
        seen = mesh.last_epoch
        try:
            match step:
                case "join":
                    change = join(mesh, peer)
                case "leave":
                    change = leave(mesh, peer)
                case _:
                    change = redial(mesh, peer, other=other, epoch=mesh.last_epoch)
        except CallRefused:
            continue
        mesh = change.mesh
        pairs = {frozenset((leg.caller, leg.callee)) for leg in mesh.legs}
        wanted = {frozenset((a, b)) for a in mesh.present for b in mesh.present if a != b}
        assert pairs == wanted
        assert len(mesh.legs) == len(pairs)
        assert all(leg.epoch > seen for leg in change.opened)
        assert not {leg.epoch for leg in mesh.legs} & {leg.epoch for leg in change.closed}
