"""Judging an ask: what each act does, and each reason why not."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from collab.kit.i18n import LANGUAGES, catalogue
from collab.rooms.annotation import Annotation
from collab.rooms.asks import No, judge
from collab.rooms.draft import Draft
from collab.rooms.fold import EMPTY
from collab.rooms.policy import ANNOTATIONS, KEY_VIEWS, REGISTRATIONS
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
    MemberRole,
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
from collab.rooms.registration import StandingRegistration
from collab.rooms.view import Arrangement, View
from tests.collab.rooms import make

HELD = replace(EMPTY, holder="me", term=4, present=("me", "other"))
KEPT = replace(HELD, key_views=(KeyViewAdded("kv", "stack", make.view(), ""),))
SIGNED = replace(KEPT, conclusion_id="EXC-1")
UPDATE = make.updates("texte")[0]
ADD = AddKeyView("new", "stack", make.view(), "")
NOTHING = View(Arrangement(1, 1), active=0, panes=(None,), linked=False, links=())
OURS_TWICE = View(Arrangement(1, 2), active=0, panes=(make.pane(), make.pane(5.0)), linked=True, links=())
FOREIGN = replace(OURS_TWICE, panes=(make.pane(), make.pane(study_uid=make.OTHER_STUDY_UID)))


def judged(state: RoomState, act: Act, *, actor: str = "me", role: MemberRole = "expert") -> Done | No:
    studies = frozenset({make.STUDY_UID})
    return judge(state, act, by=make.member(actor, role), draft=Draft(), study_uids=studies)


@pytest.mark.parametrize(
    ("act", "done"),
    [
        (SettleView(4, make.view()), ViewSettled(4, make.view())),
        (GiveControl(4, "other"), ControlTaken("other", 5, "given")),
        (ReleaseControl(4), ControlTaken(None, 5, "released")),
        (GatherEveryone(4), Gathered()),
        (ADD, KeyViewAdded("new", "stack", make.view(), "")),
        (RemoveKeyView("kv"), KeyViewRemoved("kv")),
        (UpdateText(UPDATE), TextUpdated(UPDATE)),
        (Say("x"), Said("x")),
        (Say("x", OURS_TWICE, "c"), Said("x", OURS_TWICE, "c")),
        (MarkView(OURS_TWICE), ViewMarked(OURS_TWICE)),
        (ConfirmIdentity(), IdentityConfirmed()),
    ],
    ids=lambda one: type(one).__name__,
)
def test_r11_an_accepted_act_becomes_its_fact(act: Act, done: Done) -> None:
    assert judged(KEPT, act) == done


def test_r46_raising_and_lowering_a_hand_become_facts() -> None:
    assert judged(KEPT, RaiseHand(), actor="other", role="participant") == HandRaised()
    raised = replace(KEPT, hands=("other",))
    assert judged(raised, LowerHand("other")) == HandLowered("other")
    assert judged(raised, LowerHand("me"), actor="other") == No("no_hand")


LAID = replace(HELD, registrations=(StandingRegistration(7, "me", make.START_MS, make.registration()),))


def test_r51_a_registration_bears_no_author_but_the_one_who_asks() -> None:
    assert judged(HELD, LayRegistration(make.registration(), 0)) == RegistrationLaid(make.registration())
    assert "author" not in LayRegistration.__struct_fields__


@pytest.mark.parametrize(
    ("act", "actor", "role", "code"),
    [
        (LayRegistration(make.registration(), 7), "other", "participant", "not_presenter"),
        # Who lays the same pair, from whichever side, has seen what stands between them.
        (LayRegistration(make.registration(), 0), "me", "expert", "registration_changed"),
        (LayRegistration(make.turned_round(), 6), "other", "expert", "registration_changed"),
        (
            LayRegistration(make.registration(to_frame_of_reference_uid="2.25.9"), 7),
            "me",
            "expert",
            "registration_changed",
        ),
        (RemoveRegistration(6), "me", "expert", "no_registration"),
        (RemoveRegistration(7), "other", "participant", "not_your_registration"),
    ],
)
def test_r52_a_registration_that_may_not_be_laid_or_taken_away(
    act: Act, actor: str, role: MemberRole, code: str
) -> None:
    assert judged(LAID, act, actor=actor, role=role) == No(code)


@pytest.mark.parametrize(("actor", "role"), [("me", "participant"), ("other", "expert"), ("other", "requester")])
def test_r52_who_presents_and_who_answers_for_the_case_lay_and_take_away(actor: str, role: MemberRole) -> None:
    assert judged(LAID, LayRegistration(make.turned_round(), 7), actor=actor, role=role) == RegistrationLaid(
        make.turned_round()
    )
    assert judged(LAID, RemoveRegistration(7), actor=actor, role=role) == RegistrationRemoved(7)


def test_r52_registrations_have_their_number() -> None:
    many = tuple(
        StandingRegistration(number, "me", 0, make.registration(to_frame_of_reference_uid=f"2.25.{number}"))
        for number in range(100, 100 + REGISTRATIONS)
    )
    full = replace(HELD, registrations=many)
    assert judged(full, LayRegistration(make.registration(), 0)) == No("too_many_registrations")
    again = LayRegistration(make.registration(to_frame_of_reference_uid="2.25.100"), 100)
    assert judged(full, again) == RegistrationLaid(again.registration)


def test_r22_taking_and_asking_for_the_baton_become_facts() -> None:
    assert judged(KEPT, TakeControl(4), actor="other") == ControlTaken("other", 5, "taken")
    assert judged(KEPT, RequestControl(), actor="other") == ControlRequested()


@pytest.mark.parametrize(
    ("state", "act", "code"),
    [
        (KEPT, SettleView(3, make.view()), "control_moved"),
        (KEPT, SettleView(4, make.view(study_uid=make.OTHER_STUDY_UID)), "other_study"),
        (KEPT, GiveControl(4, "absent"), "not_here"),
        (KEPT, AddKeyView("kv", "stack", make.view(), ""), "key_view_known"),
        (KEPT, AddKeyView("x", "stack", make.view(study_uid=make.OTHER_STUDY_UID), ""), "other_study"),
        (KEPT, SettleView(4, FOREIGN), "other_study"),
        (KEPT, AddKeyView("x", "stack", OURS_TWICE, ""), "not_one_pane"),
        (KEPT, AddKeyView("x", "stack", NOTHING, ""), "not_one_pane"),
        (KEPT, RemoveKeyView("x"), "no_key_view"),
        (KEPT, Say("x", FOREIGN), "other_study"),
        (KEPT, Say("x", NOTHING), "empty_view"),
        (KEPT, MarkView(FOREIGN), "other_study"),
        (KEPT, MarkView(NOTHING), "empty_view"),
        (KEPT, UpdateText("AQE="), "bad_update"),
        (SIGNED, UpdateText(UPDATE), "draft_locked"),
        (SIGNED, ADD, "draft_locked"),
        (SIGNED, RemoveKeyView("kv"), "draft_locked"),
    ],
    ids=lambda one: one if isinstance(one, str) else type(one).__name__,
)
def test_r14_a_refused_act_says_why(state: RoomState, act: Act, code: str) -> None:
    assert judged(state, act) == No(code)


@pytest.mark.parametrize("act", [ADD, RemoveKeyView("kv"), UpdateText(UPDATE)], ids=lambda one: type(one).__name__)
def test_r26_a_participant_keeps_no_key_view_and_writes_no_text(act: Act) -> None:
    assert judged(KEPT, act, role="participant") == No("not_your_role")


def test_r26_key_views_have_their_number() -> None:
    many = tuple(KeyViewAdded(f"kv{number}", "stack", make.view(), "") for number in range(KEY_VIEWS))
    assert judged(replace(HELD, key_views=many), ADD) == No("too_many_key_views")


def test_r28_after_the_signature_people_still_look_point_and_talk() -> None:
    assert judged(SIGNED, SettleView(4, make.view())) == ViewSettled(4, make.view())
    assert judged(SIGNED, Say("x")) == Said("x")


# ---- annotations

MINE = Annotation("an", "me", 7, make.length())
DRAWN = replace(HELD, annotations=(MINE,))
MOVED = make.length(4.0).points


def test_r38_who_draws_is_the_author_and_a_change_makes_a_new_version() -> None:
    assert judged(HELD, DrawAnnotation("an", make.length())) == AnnotationDrawn("an", make.length())
    assert judged(DRAWN, ChangeAnnotation("an", 7, MOVED, "x")) == AnnotationChanged("an", 8, MOVED, "x")
    aside = (5.0, 6.0, 7.0)
    assert judged(DRAWN, ChangeAnnotation("an", 7, MOVED, "", aside)) == AnnotationChanged("an", 8, MOVED, "", aside)
    assert judged(DRAWN, RemoveAnnotation("an", 7)) == AnnotationRemoved("an")


@pytest.mark.parametrize("role", ["requester", "expert", "participant"])
def test_r38_nobody_changes_what_another_has_drawn(role: MemberRole) -> None:
    act = ChangeAnnotation("an", 7, MOVED, "")
    assert judged(DRAWN, act, actor="other", role=role) == No("not_your_annotation")


def test_r38_those_who_answer_for_the_case_remove_what_another_has_drawn_and_a_participant_does_not() -> None:
    act = RemoveAnnotation("an", 7)
    assert judged(DRAWN, act, actor="other", role="participant") == No("not_your_annotation")
    assert judged(DRAWN, act, actor="other", role="expert") == AnnotationRemoved("an")
    assert judged(DRAWN, act, role="participant") == AnnotationRemoved("an")


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (DrawAnnotation("an", make.length()), "annotation_known"),
        (DrawAnnotation("x", make.length(study_uid=make.OTHER_STUDY_UID)), "other_study"),
        (ChangeAnnotation("x", 7, MOVED, ""), "no_annotation"),
        (ChangeAnnotation("an", 6, MOVED, ""), "annotation_changed"),
        (ChangeAnnotation("an", 7, MOVED[:1], ""), "wrong_points"),
        (RemoveAnnotation("x", 7), "no_annotation"),
        (RemoveAnnotation("an", 6), "annotation_changed"),
    ],
    ids=lambda one: one if isinstance(one, str) else type(one).__name__,
)
def test_r39_an_annotation_is_refused_with_its_reason(act: Act, code: str) -> None:
    assert judged(DRAWN, act) == No(code)


def test_r37_annotations_have_their_number() -> None:
    many = tuple(replace(MINE, annotation_id=f"an{number}") for number in range(ANNOTATIONS))
    assert judged(replace(HELD, annotations=many), DrawAnnotation("x", make.length())) == No("too_many_annotations")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "code",
    [
        "not_your_role",
        "not_presenter",
        "control_moved",
        "already_presenter",
        "already_requested",
        "not_here",
        "hand_up",
        "no_hand",
        "other_study",
        "not_one_pane",
        "draft_locked",
        "key_view_known",
        "no_key_view",
        "too_many_key_views",
        "annotation_known",
        "no_annotation",
        "annotation_changed",
        "not_your_annotation",
        "too_many_annotations",
        "wrong_points",
        "bad_update",
        "update_too_large",
        "draft_too_long",
        "room_closed",
    ],
)
def test_every_refusal_has_its_sentence(code: str, language: str) -> None:
    assert catalogue(language)[f"refused.{code}"]  # pyright: ignore[reportArgumentType]
