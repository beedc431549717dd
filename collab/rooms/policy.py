"""Who may ask what in a room, and how long it waits for people; pure, and every door asks it."""

from __future__ import annotations

from collab.rooms.protocol import (
    Act,
    AddKeyView,
    ChangeAnnotation,
    ConfirmIdentity,
    DrawAnnotation,
    GatherEveryone,
    GiveControl,
    LayRegistration,
    LowerHand,
    MarkView,
    MemberRole,
    RaiseHand,
    ReleaseControl,
    RemoveAnnotation,
    RemoveKeyView,
    RemoveRegistration,
    RequestControl,
    RoomState,
    Say,
    SettleView,
    TakeControl,
    UpdateText,
)

EVERYBODY: frozenset[MemberRole] = frozenset({"requester", "expert", "participant"})
# Those who answer for the case: the one who asks and the one who signs.
PRINCIPALS: frozenset[MemberRole] = frozenset({"requester", "expert"})

MAY: dict[type[Act], frozenset[MemberRole]] = {
    SettleView: EVERYBODY,
    RequestControl: EVERYBODY,
    GiveControl: EVERYBODY,
    TakeControl: EVERYBODY,
    ReleaseControl: EVERYBODY,
    GatherEveryone: EVERYBODY,
    RaiseHand: EVERYBODY,
    LowerHand: EVERYBODY,
    Say: EVERYBODY,
    MarkView: EVERYBODY,
    ConfirmIdentity: EVERYBODY,
    DrawAnnotation: EVERYBODY,
    ChangeAnnotation: EVERYBODY,
    RemoveAnnotation: EVERYBODY,
    LayRegistration: EVERYBODY,
    RemoveRegistration: EVERYBODY,
    AddKeyView: PRINCIPALS,
    RemoveKeyView: PRINCIPALS,
    UpdateText: PRINCIPALS,
}

# Long enough for a reload or a change of network, short enough for a stroke: then somebody else may take the baton.
BATON_GRACE_MS = 10_000
# After this a member is no longer there: their chair is empty in the journal, and in a tumour board's quorum.
MEMBER_GRACE_MS = 45_000
# A connection that has not read for so long is closed; it resumes when it can.
OWED_MS = 30_000

# A browser pings every 5 s. Whoever has not been heard for this is not there, whatever their socket says: until then
# the others are told that they see the same.
SILENT_MS = 11_000
# After this somebody is asked: a hidden tab's clock may sleep for a minute, but it answers what it receives.
ASKED_AFTER_MS = 7_000
# Of the time between two ticks no more counts as silence: while the server itself stood still, it did not listen.
LISTENED_MS = 2_000
# A room is asked what time has changed at each instant that it knows of beforehand, and this often. What comes up in
# between waits for longer than this: a loss, a silence, a debt.
LOOK_AGAIN_MS = 5_000

KEY_VIEWS = 100
# A state of this many, each with its longest text, is a fifth of a megabyte.
ANNOTATIONS = 200
# More frames of reference than a room has panes.
REGISTRATIONS = 16


def may_remove(author: str, by: str, role: MemberRole) -> bool:
    """Who may take an annotation or a registration away: its author, and those who answer for the case.

    Nobody changes another's.
    """
    return author == by or role in PRINCIPALS


def may_lay(state: RoomState, actor: str, role: MemberRole) -> bool:
    """Who may lay frames of reference upon each other: whoever presents them, and those who answer for the case."""
    return state.holder == actor or role in PRINCIPALS


def refusal_of_control(state: RoomState, actor: str, role: MemberRole, act: Act) -> str | None:
    """Why `actor` may not do this with the baton as `state` has it; None when they may."""
    match act:
        # They may take it from anybody; to whoever has raised a hand they pass it on in one step.
        case GiveControl(term, to) if role in PRINCIPALS and to in state.hands:
            return "control_moved" if term != state.term else None
        case SettleView(term) | GiveControl(term) | ReleaseControl(term) | GatherEveryone(term):
            if state.holder != actor:
                return "not_presenter"
            return "control_moved" if term != state.term else None
        case TakeControl(term):
            if term != state.term:
                return "control_moved"
            if state.holder == actor:
                return "already_presenter"
            # Whoever may not take it from somebody may still pick it up from the table.
            return "not_your_role" if state.holder is not None and role not in PRINCIPALS else None
        case RequestControl():
            if state.holder == actor:
                return "already_presenter"
            return "already_requested" if actor in state.requested else None
        case _:
            return None


def refusal_of_hand(state: RoomState, actor: str, role: MemberRole, act: Act) -> str | None:
    """Why `actor` may not do this with a hand; None when they may, or where no hand is meant."""
    match act:
        case RaiseHand():
            if state.holder == actor:
                return "already_presenter"
            return "hand_up" if actor in state.hands else None
        case LowerHand(whose):
            if whose != actor and state.holder != actor and role not in PRINCIPALS:
                return "not_your_role"
            return None if whose in state.hands else "no_hand"
        case _:
            return None
