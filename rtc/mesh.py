"""Rules of a call in which two or three people are connected pair by pair; pure, no connection and no clock in it.

The later joiner calls everybody who is already there: it has just opened its devices and holds the list of those
present. It is also the *impolite* one of perfect negotiation (W3C WebRTC 10.7), the earlier one rolls back. An end that
cannot roll back (aiortc) then only has to keep from making a second offer.

A pair is connected by a *leg*. A new connection of the same pair is a new leg with a higher epoch, so a signal that was
under way for the earlier connection is recognised and dropped.
"""

import enum
from typing import Literal

import msgspec

from rtc.signals import SignalKind

# Measured with software VP8 at 640x360: 12 % of a core and 0.6 Mbit/s up for each leg, beside the image viewer.
MESH_LIMIT = 3

RefusalCode = Literal["call_full", "not_in_call", "not_paired", "late", "unknown_epoch", "out_of_order", "glare"]


class Verdict(msgspec.Struct, frozen=True):
    """Allowed, or the code of the reason. `late` and `glare` are ordinary races: drop the signal and say nothing."""

    refusal: RefusalCode | None = None
    limit: int | None = None

    @property
    def is_allowed(self) -> bool:
        return self.refusal is None

    @property
    def is_ordinary_race(self) -> bool:
        return self.refusal in ("late", "glare")


class CallRefused(Exception):
    def __init__(self, verdict: Verdict) -> None:
        assert verdict.refusal is not None
        super().__init__(verdict.refusal)
        self.code: RefusalCode = verdict.refusal
        self.facts = {} if verdict.limit is None else {"limit": verdict.limit}


class Side(enum.Enum):
    CALLER = "caller"
    CALLEE = "callee"


class LegState(enum.Enum):
    NEW = "new"
    CALLER_OFFERED = "caller_offered"
    CALLEE_OFFERED = "callee_offered"
    STABLE = "stable"
    ENDED = "ended"


_OPEN = (LegState.NEW, LegState.CALLER_OFFERED, LegState.CALLEE_OFFERED, LegState.STABLE)
# An end may find candidates before its answer is out, never before the first offer.
_NEGOTIATING = (LegState.CALLER_OFFERED, LegState.CALLEE_OFFERED, LegState.STABLE)

MOVES: dict[tuple[LegState, SignalKind, Side], LegState] = {
    (LegState.NEW, "offer", Side.CALLER): LegState.CALLER_OFFERED,
    (LegState.CALLER_OFFERED, "answer", Side.CALLEE): LegState.STABLE,
    (LegState.STABLE, "offer", Side.CALLER): LegState.CALLER_OFFERED,
    (LegState.STABLE, "offer", Side.CALLEE): LegState.CALLEE_OFFERED,
    (LegState.CALLEE_OFFERED, "answer", Side.CALLER): LegState.STABLE,
    # Glare: the impolite caller ignores the offer it crossed, the callee rolls its own back and answers.
    (LegState.CALLEE_OFFERED, "offer", Side.CALLER): LegState.CALLER_OFFERED,
    **{(state, "candidate", side): state for state in _NEGOTIATING for side in Side},
    **{(state, "bye", side): LegState.ENDED for state in _OPEN for side in Side},
}


class Leg(msgspec.Struct, frozen=True):
    """One connection of a pair: `caller` makes the first offer and is impolite, `callee` is polite."""

    caller: str
    callee: str
    epoch: int
    state: LegState = LegState.NEW

    def joins(self, one: str, other: str) -> bool:
        return {one, other} == {self.caller, self.callee}

    def has(self, peer: str) -> bool:
        return peer in (self.caller, self.callee)

    def side(self, peer: str) -> Side:
        assert self.has(peer)
        return Side.CALLER if peer == self.caller else Side.CALLEE


class Mesh(msgspec.Struct, frozen=True):
    """Who is in the call, in order of joining, and their legs. Keep it while the room lives: epochs never go back."""

    present: tuple[str, ...] = ()
    legs: tuple[Leg, ...] = ()
    last_epoch: int = 0

    def find_leg(self, one: str, other: str) -> Leg | None:
        return next((leg for leg in self.legs if leg.joins(one, other)), None)


class MeshChange(msgspec.Struct, frozen=True):
    """The call after a change; `opened` legs are to be told to both their ends, `closed` ones to be hung up."""

    mesh: Mesh
    opened: tuple[Leg, ...] = ()
    closed: tuple[Leg, ...] = ()


class Relay(msgspec.Struct, frozen=True):
    mesh: Mesh
    verdict: Verdict


def may_join(count: int, *, limit: int = MESH_LIMIT) -> Verdict:
    """May one more join a call of `count` people?"""
    return Verdict() if count < limit else Verdict("call_full", limit)


def join(mesh: Mesh, peer: str, *, limit: int = MESH_LIMIT) -> MeshChange:
    """`peer` joins, or joins again after a reload: the new one calls everybody. Raises CallRefused."""
    left = leave(mesh, peer)
    verdict = may_join(len(left.mesh.present), limit=limit)
    if not verdict.is_allowed:
        raise CallRefused(verdict)
    others = left.mesh.present
    epochs = range(mesh.last_epoch + 1, mesh.last_epoch + 1 + len(others))
    opened = tuple(Leg(peer, other, epoch) for other, epoch in zip(others, epochs, strict=True))
    now = Mesh((*others, peer), (*left.mesh.legs, *opened), mesh.last_epoch + len(others))
    return MeshChange(now, opened, left.closed)


def leave(mesh: Mesh, peer: str) -> MeshChange:
    """`peer` is gone; harmless if it was not there."""
    present = tuple(one for one in mesh.present if one != peer)
    closed = tuple(leg for leg in mesh.legs if leg.has(peer))
    kept = tuple(leg for leg in mesh.legs if not leg.has(peer))
    return MeshChange(Mesh(present, kept, mesh.last_epoch), (), closed)


def redial(mesh: Mesh, peer: str, *, other: str, epoch: int) -> MeshChange:
    """`peer` saw the leg `epoch` with `other` fail and calls again on a new one. Raises CallRefused.

    Both ends see a failure; the second to say so finds the new leg already there and changes nothing.
    """
    old = mesh.find_leg(peer, other)
    if old is None:
        raise CallRefused(Verdict("not_paired"))
    if epoch < old.epoch:
        return MeshChange(mesh)
    leg = Leg(peer, other, mesh.last_epoch + 1)
    legs = tuple(leg if one is old else one for one in mesh.legs)
    return MeshChange(Mesh(mesh.present, legs, leg.epoch), (leg,), (old,))


def relay(mesh: Mesh, *, sender: str, receiver: str, epoch: int, kind: SignalKind) -> Relay:
    """May the server pass this signal on? The answer carries the call in which it has been passed."""
    if sender not in mesh.present or receiver not in mesh.present:
        return Relay(mesh, Verdict("not_in_call"))
    leg = mesh.find_leg(sender, receiver)
    if leg is None:
        return Relay(mesh, Verdict("not_paired"))
    if epoch != leg.epoch:
        return Relay(mesh, Verdict("late" if epoch < leg.epoch else "unknown_epoch"))
    side = leg.side(sender)
    state = MOVES.get((leg.state, kind, side))
    if state is None:
        return Relay(mesh, Verdict(_why_not(leg.state, kind, side)))
    moved = msgspec.structs.replace(leg, state=state)
    legs = tuple(moved if one is leg else one for one in mesh.legs)
    return Relay(msgspec.structs.replace(mesh, legs=legs), Verdict())


def _why_not(state: LegState, kind: SignalKind, side: Side) -> RefusalCode:
    if state is LegState.ENDED:
        return "late"
    # The callee's offer crossed the caller's on the way; its browser will roll back and offer again once stable.
    crossed = (state, kind, side) == (LegState.CALLER_OFFERED, "offer", Side.CALLEE)
    return "glare" if crossed else "out_of_order"
