"""What an ask does to a room, or why it may not: one judgement for each act; it keeps nothing."""

from __future__ import annotations

from dataclasses import dataclass

from collab.rooms.draft import BadUpdate, Draft
from collab.rooms.policy import KEY_VIEWS, MAY, refusal_of_control
from collab.rooms.protocol import (
    Act,
    AddKeyView,
    ConfirmIdentity,
    ControlRequested,
    ControlTaken,
    Done,
    GiveControl,
    IdentityConfirmed,
    KeyViewAdded,
    KeyViewRemoved,
    Member,
    ReleaseControl,
    RemoveKeyView,
    RequestControl,
    RoomState,
    Said,
    Say,
    SettleView,
    TakeControl,
    TextUpdated,
    UpdateText,
    ViewSettled,
)


@dataclass(frozen=True)
class No:
    """Why an ask cannot be carried out; the catalogues have the sentence of `refused.<code>`."""

    code: str


def judge(state: RoomState, act: Act, *, by: Member, draft: Draft, study_uids: frozenset[str]) -> Done | No:
    """What the act does in this state. An accepted text update is in `draft` afterwards."""
    if by.role not in MAY[type(act)]:
        return No("not_your_role")
    refusal = refusal_of_control(state, by.actor, by.role, act)
    if refusal is not None:
        return No(refusal)
    match act:
        case SettleView(term, view):
            return ViewSettled(term, view) if view.study_uids <= study_uids else No("other_study")
        case RequestControl():
            return ControlRequested()
        case GiveControl(to=to):
            return ControlTaken(to, state.term + 1, "given") if to in state.present else No("not_here")
        case TakeControl():
            return ControlTaken(by.actor, state.term + 1, "taken")
        case ReleaseControl():
            return ControlTaken(None, state.term + 1, "released")
        case AddKeyView():
            return _add_key_view(state, act, study_uids)
        case RemoveKeyView():
            return _remove_key_view(state, act)
        case UpdateText(update):
            return _update_text(state, update, draft)
        case Say(text):
            return Said(text)
        case ConfirmIdentity():
            return IdentityConfirmed()


def _add_key_view(state: RoomState, act: AddKeyView, study_uids: frozenset[str]) -> Done | No:
    if state.conclusion_id is not None:
        return No("draft_locked")
    if _has_key_view(state, act.key_view_id):
        return No("key_view_known")
    if len(state.key_views) >= KEY_VIEWS:
        return No("too_many_key_views")
    if act.view.only_pane is None:
        return No("not_one_pane")
    if not act.view.study_uids <= study_uids:
        return No("other_study")
    return KeyViewAdded(act.key_view_id, act.viewport, act.view, act.caption)


def _remove_key_view(state: RoomState, act: RemoveKeyView) -> Done | No:
    # A signed conclusion is bound to its key views as to its text.
    if state.conclusion_id is not None:
        return No("draft_locked")
    return KeyViewRemoved(act.key_view_id) if _has_key_view(state, act.key_view_id) else No("no_key_view")


def _has_key_view(state: RoomState, key_view_id: str) -> bool:
    return any(one.key_view_id == key_view_id for one in state.key_views)


def _update_text(state: RoomState, update: str, draft: Draft) -> Done | No:
    if state.conclusion_id is not None:
        return No("draft_locked")
    try:
        draft.accept(update)
    except BadUpdate as bad:
        return No(bad.code)
    return TextUpdated(update)
