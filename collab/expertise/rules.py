"""The life of an expertise request and who may move it; pure."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Literal

from collab.kit.caller import Caller, Role
from collab.kit.refusals import Refusal

# A request that nobody takes within the delay of an ordinary teleexpertise (DOMAIN 2.2) is over.
EXPIRES_AFTER = timedelta(days=7)
# Clocks of browsers and of the bedside differ: so far in the future a time is still believed.
CLOCK_TOLERANCE = timedelta(minutes=10)

Side = Literal["requester", "expert"]
Pathway = Literal["stroke", "neurosurgery", "oncology", "paediatrics", "other"]
Urgency = Literal["immediate", "urgent", "planned"]
DeclineReason = Literal["not_competent", "not_available", "incomplete", "not_relevant", "other"]


class State(StrEnum):
    """DOMAIN 11.4."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RECEIVED = "received"
    NEEDS_INFO = "needs_info"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    IN_PROGRESS = "in_progress"
    CONCLUDED = "concluded"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


_S = State
MOVES: dict[tuple[State, str], State] = {
    (_S.DRAFT, "submit"): _S.SUBMITTED,
    (_S.DRAFT, "cancel"): _S.CANCELLED,
    (_S.SUBMITTED, "receive"): _S.RECEIVED,
    **{
        (waiting, act): then
        for waiting in (_S.SUBMITTED, _S.RECEIVED)
        for act, then in (
            ("accept", _S.ACCEPTED),
            ("decline", _S.DECLINED),
            ("ask_more", _S.NEEDS_INFO),
            ("cancel", _S.CANCELLED),
            ("expire", _S.EXPIRED),
        )
    },
    (_S.NEEDS_INFO, "tell_more"): _S.RECEIVED,
    # An emergency does not wait for the answer to a question that can be asked aloud.
    (_S.NEEDS_INFO, "accept"): _S.ACCEPTED,
    (_S.NEEDS_INFO, "decline"): _S.DECLINED,
    (_S.NEEDS_INFO, "cancel"): _S.CANCELLED,
    (_S.NEEDS_INFO, "expire"): _S.EXPIRED,
    (_S.ACCEPTED, "start"): _S.IN_PROGRESS,
    (_S.ACCEPTED, "conclude"): _S.CONCLUDED,
    (_S.ACCEPTED, "cancel"): _S.CANCELLED,
    (_S.IN_PROGRESS, "conclude"): _S.CONCLUDED,
    (_S.CONCLUDED, "acknowledge"): _S.ACKNOWLEDGED,
    (_S.ACKNOWLEDGED, "close"): _S.CLOSED,
}

# Whose act it is. Nobody expires a request: time does.
ACTS: dict[str, Side] = {
    "submit": "requester",
    "cancel": "requester",
    "tell_more": "requester",
    "acknowledge": "requester",
    "close": "requester",
    "receive": "expert",
    "accept": "expert",
    "decline": "expert",
    "ask_more": "expert",
    "start": "expert",
    "conclude": "expert",
}

WAITING = frozenset({_S.SUBMITTED, _S.RECEIVED, _S.NEEDS_INFO})
OPEN = frozenset({*WAITING, _S.ACCEPTED, _S.IN_PROGRESS, _S.CONCLUDED})
LIVE = frozenset({_S.ACCEPTED, _S.IN_PROGRESS})
OVER = frozenset({_S.DECLINED, _S.CLOSED, _S.CANCELLED, _S.EXPIRED, _S.ACKNOWLEDGED})


class WrongState(Refusal):
    """The request is not where this act begins; facts say where it is."""

    code = "wrong_state"


@dataclass(frozen=True, kw_only=True)
class Parties:
    """Who stands where in a request."""

    requester_id: str
    hospital_id: str
    expert_person_id: str | None
    expert_team_id: str | None
    accepted_by_id: str | None


def next_state(state: State, act: str) -> State:
    """Where an act leads. Raises `WrongState`."""
    found = MOVES.get((state, act))
    if found is None:
        raise WrongState(state=state.value, act=act)
    return found


def sides_of(caller: Caller, parties: Parties) -> Set[Side]:
    """The sides that a caller may act for; a requester is never their own expert."""
    sides: set[Side] = set()
    if caller.role is not Role.DOCTOR:
        return sides
    if caller.hospital_id == parties.hospital_id:
        sides.add("requester")
    if caller.person_id != parties.requester_id and _is_expert(caller, parties):
        sides.add("expert")
    return sides


def _is_expert(caller: Caller, parties: Parties) -> bool:
    """The person asked, or any of the team asked until one of them has accepted."""
    if parties.accepted_by_id is not None:
        return caller.person_id == parties.accepted_by_id
    return _is_asked(caller, parties)


def _is_asked(caller: Caller, parties: Parties) -> bool:
    return caller.person_id == parties.expert_person_id or (
        parties.expert_team_id is not None and parties.expert_team_id in caller.team_ids
    )


def may_see(caller: Caller, parties: Parties, state: State) -> bool:
    """Doctors of the requesting hospital and of the side asked; a draft is its author's alone."""
    if caller.role is not Role.DOCTOR:
        return False
    if state is State.DRAFT:
        return caller.person_id == parties.requester_id
    return caller.hospital_id == parties.hospital_id or _is_asked(caller, parties) or _is_expert(caller, parties)


def may_act(caller: Caller, parties: Parties, act: str) -> bool:
    return ACTS[act] in sides_of(caller, parties)


def acts_now(caller: Caller, parties: Parties, state: State) -> Set[str]:
    """What the caller may do at this point, for the page."""
    return {act for (start, act) in MOVES if start is state and act in ACTS and may_act(caller, parties, act)}
