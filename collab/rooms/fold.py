"""How facts build a room's state: the only way it changes, live, on replay and for a snapshot; pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from collab.rooms.annotation import Annotation
from collab.rooms.draft import Draft
from collab.rooms.protocol import (
    AnnotationChanged,
    AnnotationDrawn,
    AnnotationRemoved,
    ChatLine,
    ControlRequested,
    ControlTaken,
    DraftLocked,
    Fact,
    Gathered,
    HandLowered,
    HandRaised,
    IdentityConfirmed,
    KeyViewAdded,
    KeyViewRemoved,
    Member,
    MemberJoined,
    MemberLeft,
    RegistrationLaid,
    RegistrationRemoved,
    RoomState,
    Said,
    TextUpdated,
    ViewMarked,
    ViewSettled,
)
from collab.rooms.registration import StandingRegistration
from collab.rooms.view import View

# Lines that a late joiner is given; the journal keeps all.
CHAT_LINES = 500

EMPTY = RoomState(
    seq=0,
    members=(),
    present=(),
    holder=None,
    term=0,
    requested=(),
    hands=(),
    gathered=None,
    view=None,
    key_views=(),
    annotations=(),
    registrations=(),
    text="",
    chat=(),
    identity_confirmed=(),
    conclusion_id=None,
)


def apply(state: RoomState, fact: Fact) -> RoomState:
    """The state after the next fact. The text is not in it: `Fold` gathers that, since merging it into `text` at
    every keystroke would cost the length of the whole text."""
    assert fact.seq == state.seq + 1, "a hole in the facts"
    return replace(state, seq=fact.seq, **_changes(state, fact))


def _changes(state: RoomState, fact: Fact) -> dict[str, Any]:  # Any: each field of the state has its own type
    match fact.done:
        case ViewSettled(view=view):
            return {"view": view}
        case ControlRequested():
            return {"requested": (*_without(state.requested, fact.actor), fact.actor)}
        case ControlTaken(holder=holder, term=term):
            # Whoever presents has the floor: they wait for it no more.
            waiting = {"requested": _without(state.requested, holder), "hands": _without(state.hands, holder)}
            return {"holder": holder, "term": term, "gathered": None, **waiting}
        case HandRaised():
            return {"hands": (*_without(state.hands, fact.actor), fact.actor)}
        case HandLowered(whose=whose):
            return {"hands": _without(state.hands, whose)}
        case KeyViewAdded() as added:
            return {"key_views": (*state.key_views, added)}
        case KeyViewRemoved(key_view_id=gone):
            return {"key_views": tuple(one for one in state.key_views if one.key_view_id != gone)}
        case AnnotationDrawn(annotation_id, drawing):
            # The number of a fact is never used again: an annotation that comes back is newer than it ever was.
            drawn = Annotation(annotation_id, fact.actor, fact.seq, drawing)
            return {"annotations": (*state.annotations, drawn)}
        case AnnotationChanged() as changed:
            return {"annotations": tuple(_changed(one, changed) for one in state.annotations)}
        case AnnotationRemoved(annotation_id=gone):
            return {"annotations": tuple(one for one in state.annotations if one.annotation_id != gone)}
        case RegistrationLaid(registration):
            others = tuple(one for one in state.registrations if one.registration.pair != registration.pair)
            laid = StandingRegistration(fact.seq, fact.actor, fact.at_ms, registration)
            return {"registrations": (*others, laid)}
        case RegistrationRemoved(version=gone):
            return {"registrations": tuple(one for one in state.registrations if one.version != gone)}
        case Gathered():
            return {"gathered": fact.seq}
        case TextUpdated() | ViewMarked():
            return {}
        case Said(text=text, view=view, caption=caption):
            line = ChatLine(fact.seq, fact.actor, fact.at_ms, text, None if view is None else caption)
            return {"chat": (*state.chat, line)[-CHAT_LINES:]}
        case IdentityConfirmed():
            confirmed = (*_without(state.identity_confirmed, fact.actor), fact.actor)
            return {"identity_confirmed": confirmed}
        case MemberJoined(member=member):
            present = (*_without(state.present, member.actor), member.actor)
            return {"members": _with_member(state.members, member), "present": present}
        case MemberLeft(actor=actor):
            waiting = {"requested": _without(state.requested, actor), "hands": _without(state.hands, actor)}
            return {"present": _without(state.present, actor), **waiting}
        case DraftLocked(conclusion_id=conclusion_id):
            return {"conclusion_id": conclusion_id}


def held_by(fact: Fact) -> View | None:
    """The view by which a fact lets itself be found again."""
    match fact.done:
        case ViewSettled(view=view) | KeyViewAdded(view=view) | Said(view=view) | ViewMarked(view=view):
            return view
        case _:
            return None


def _changed(one: Annotation, changed: AnnotationChanged) -> Annotation:
    if one.annotation_id != changed.annotation_id:
        return one
    after = {"points": changed.points, "text": changed.text, "text_point": changed.text_point}
    drawing = replace(one.drawing, **after)
    return replace(one, version=changed.version, drawing=drawing)


def _without(actors: tuple[str, ...], gone: str | None) -> tuple[str, ...]:
    return tuple(one for one in actors if one != gone)


def _with_member(members: tuple[Member, ...], member: Member) -> tuple[Member, ...]:
    if any(one.actor == member.actor for one in members):
        return tuple(member if one.actor == member.actor else one for one in members)
    return (*members, member)


class Fold:
    """A state that grows fact by fact, with the text's document beside it."""

    def __init__(self, snapshot: RoomState = EMPTY) -> None:
        self._state = replace(snapshot, text="")
        self._draft = Draft(snapshot.text)

    @property
    def state(self) -> RoomState:
        """The state without its text."""
        return self._state

    def add(self, fact: Fact) -> None:
        self._state = apply(self._state, fact)
        if isinstance(fact.done, TextUpdated):
            self._draft.apply(fact.done.update)

    def snapshot(self) -> RoomState:
        """The whole state."""
        return replace(self._state, text=self._draft.encode())

    def text(self) -> str:
        """The conclusion's draft as people read it."""
        return self._draft.text()


def fold(facts: Iterable[Fact]) -> Fold:
    """The state that these facts build, from the first."""
    folded = Fold()
    for fact in facts:
        folded.add(fact)
    return folded
