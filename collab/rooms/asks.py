"""What an ask does to a room, or why it may not: one judgement for each act; it keeps nothing."""

from __future__ import annotations

from dataclasses import dataclass

from collab.rooms.annotation import POINTS, Annotation
from collab.rooms.draft import BadUpdate, Draft
from collab.rooms.policy import (
    ANNOTATIONS,
    KEY_VIEWS,
    MAY,
    REGISTRATIONS,
    may_lay,
    may_remove,
    refusal_of_control,
    refusal_of_hand,
)
from collab.rooms.protocol import (
    Act,
    AddKeyView,
    AnnotationChanged,
    AnnotationDrawn,
    AnnotationRemoved,
    ChangeAnnotation,
    ConfirmIdentity,
    ControlRequested,
    ControlTaken,
    Done,
    DrawAnnotation,
    Gathered,
    GatherEveryone,
    GiveControl,
    HandLowered,
    HandRaised,
    IdentityConfirmed,
    KeyViewAdded,
    KeyViewRemoved,
    LayRegistration,
    LowerHand,
    MarkView,
    Member,
    RaiseHand,
    RegistrationLaid,
    RegistrationRemoved,
    ReleaseControl,
    RemoveAnnotation,
    RemoveKeyView,
    RemoveRegistration,
    RequestControl,
    RoomState,
    Said,
    Say,
    SettleView,
    TakeControl,
    TextUpdated,
    UpdateText,
    ViewMarked,
    ViewSettled,
)
from collab.rooms.registration import between
from collab.rooms.view import View


@dataclass(frozen=True)
class No:
    """Why an ask cannot be carried out; the catalogues have the sentence of `refused.<code>`."""

    code: str


def judge(state: RoomState, act: Act, *, by: Member, draft: Draft, study_uids: frozenset[str]) -> Done | No:
    """What the act does in this state. An accepted text update is in `draft` afterwards."""
    if by.role not in MAY[type(act)]:
        return No("not_your_role")
    refusal = refusal_of_control(state, by.actor, by.role, act) or refusal_of_hand(state, by.actor, by.role, act)
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
        case GatherEveryone():
            return Gathered()
        case RaiseHand():
            return HandRaised()
        case LowerHand(whose):
            return HandLowered(whose)
        case AddKeyView():
            return _add_key_view(state, act, study_uids)
        case RemoveKeyView():
            return _remove_key_view(state, act)
        case DrawAnnotation():
            return _draw(state, act, study_uids)
        case ChangeAnnotation():
            return _change(state, act, by.actor)
        case RemoveAnnotation():
            return _remove(state, act, by)
        case LayRegistration():
            return _lay(state, act, by)
        case RemoveRegistration(version):
            return _lift(state, version, by)
        case UpdateText(update):
            return _update_text(state, update, draft)
        case Say(text, view, caption):
            return _refusal_of_view(view, study_uids) or Said(text, view, caption)
        case MarkView(view):
            return _refusal_of_view(view, study_uids) or ViewMarked(view)
        case ConfirmIdentity():
            return IdentityConfirmed()


def _refusal_of_view(view: View | None, study_uids: frozenset[str]) -> No | None:
    """Why a view cannot be kept to be found again."""
    if view is None:
        return None
    if not view.study_uids:
        return No("empty_view")
    return None if view.study_uids <= study_uids else No("other_study")


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


def _draw(state: RoomState, act: DrawAnnotation, study_uids: frozenset[str]) -> Done | No:
    if _find_annotation(state, act.annotation_id) is not None:
        return No("annotation_known")
    if len(state.annotations) >= ANNOTATIONS:
        return No("too_many_annotations")
    if act.drawing.study_uid not in study_uids:
        return No("other_study")
    return AnnotationDrawn(act.annotation_id, act.drawing)


def _change(state: RoomState, act: ChangeAnnotation, actor: str) -> Done | No:
    found = _find_annotation(state, act.annotation_id)
    if found is None:
        return No("no_annotation")
    if found.author != actor:
        return No("not_your_annotation")
    if found.version != act.version:
        return No("annotation_changed")
    if len(act.points) != POINTS[found.drawing.kind]:
        return No("wrong_points")
    return AnnotationChanged(act.annotation_id, found.version + 1, act.points, act.text, act.text_point)


def _remove(state: RoomState, act: RemoveAnnotation, by: Member) -> Done | No:
    found = _find_annotation(state, act.annotation_id)
    if found is None:
        return No("no_annotation")
    if not may_remove(found.author, by.actor, by.role):
        return No("not_your_annotation")
    return AnnotationRemoved(act.annotation_id) if found.version == act.version else No("annotation_changed")


def _lay(state: RoomState, act: LayRegistration, by: Member) -> Done | No:
    if not may_lay(state, by.actor, by.role):
        return No("not_presenter")
    found = between(state.registrations, act.registration.pair)
    # Of two who lay the same pair at once the second sees first what the first has said.
    if act.version != (0 if found is None else found.version):
        return No("registration_changed")
    if found is None and len(state.registrations) >= REGISTRATIONS:
        return No("too_many_registrations")
    return RegistrationLaid(act.registration)


def _lift(state: RoomState, version: int, by: Member) -> Done | No:
    found = next((one for one in state.registrations if one.version == version), None)
    if found is None:
        return No("no_registration")
    return RegistrationRemoved(version) if may_remove(found.author, by.actor, by.role) else No("not_your_registration")


def _find_annotation(state: RoomState, annotation_id: str) -> Annotation | None:
    return next((one for one in state.annotations if one.annotation_id == annotation_id), None)


def _update_text(state: RoomState, update: str, draft: Draft) -> Done | No:
    if state.conclusion_id is not None:
        return No("draft_locked")
    try:
        draft.accept(update)
    except BadUpdate as bad:
        return No(bad.code)
    return TextUpdated(update)
