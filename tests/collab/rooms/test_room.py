"""The room without I/O, as conversations: what each tab says, and what each is sent."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from collab.rooms.outbox import CREDIT_FRAMES, LINE_FRAMES
from collab.rooms.policy import ASKED_AFTER_MS, BATON_GRACE_MS, LOOK_AGAIN_MS, MEMBER_GRACE_MS, OWED_MS
from collab.rooms.protocol import (
    EVERYTHING,
    AnnotationDrawn,
    AnnotationMoved,
    Ask,
    ChangeAnnotation,
    ChatLine,
    ControlTaken,
    DraftLocked,
    DrawAnnotation,
    Drawn,
    Facets,
    Fact,
    FromRoom,
    GiveControl,
    Hello,
    MemberJoined,
    MemberLeft,
    MoveAnnotation,
    MovePointer,
    MoveView,
    Ping,
    PointerMoved,
    Pong,
    Presence,
    RaiseHand,
    Refused,
    RemoveAnnotation,
    Said,
    Say,
    SettleView,
    SlidePointer,
    TakeControl,
    Tell,
    UpdateText,
    ViewMoved,
    ViewSettled,
    Welcome,
)
from collab.rooms.room import TAIL_FACTS, WINDOWS
from tests.collab.rooms import make
from tests.collab.rooms.make import START_MS, enter, meeting, new_room, save

NOTHING = Facets(slice=False, window=False, zoom=False, layout=False)
PAIR = (("alice", "requester"), ("bob", "expert"))


def facts_in(messages: list[object]) -> list[int]:
    return [one.seq for one in messages if isinstance(one, Fact)]


# ---- welcome


def test_r5_nothing_comes_before_the_welcome() -> None:
    room, [alice] = meeting(("alice", "requester"))
    bob = enter(room, "bob")
    alice.say(MovePointer(1, make.pointer()))
    alice.say(Tell("same", EVERYTHING))
    alice.ask(Say("hello"))
    assert bob.read() == []
    save(room)
    assert isinstance(bob.read()[0], Welcome)


def test_r5_a_newcomer_finds_themselves_in_the_state() -> None:
    room = new_room()
    alice = enter(room, "alice")
    assert alice.read() == []
    save(room)
    [welcome] = alice.read()
    assert isinstance(welcome, Welcome)
    assert welcome.actor == "alice"
    assert welcome.state is not None
    assert welcome.state.present == ("alice",)
    assert [one.actor for one in welcome.state.members] == ["alice"]


def test_r5_the_welcome_waits_until_asks_under_way_are_durable() -> None:
    room, [alice, _] = meeting(*PAIR)
    alice.ask(Say("sent just before the connection broke"))
    alice.leave()
    again = enter(room, "alice", seq=room.state.seq)
    assert again.read() == []
    save(room)
    welcome, fact = again.read()
    assert isinstance(welcome, Welcome)
    assert welcome.acked == 1
    assert isinstance(fact, Fact)
    assert fact.n == 1


def test_r6_the_newer_of_two_connections_of_a_client_stays() -> None:
    room, [alice, bob] = meeting(*PAIR)
    again = enter(room, "alice")
    again.read()
    alice.read()
    assert alice.closed is not None
    assert alice.closed.code == 4001
    bob.ask(Say("only the newer one hears this"))
    save(room)
    assert facts_in(again.read()) == [3]
    assert facts_in(alice.read()) == []
    assert not any(isinstance(one, Presence) and not one.connected for one in bob.read())


def test_r6_a_connection_that_was_given_up_and_comes_late_does_not_take_the_place_of_a_later_one() -> None:
    room, [_, bob] = meeting(*PAIR)
    present = enter(room, "alice", attempt=7)
    bob.read()
    late = enter(room, "alice", attempt=6)
    late.read()
    assert late.closed is not None
    assert (late.closed.code, late.closed.reason) == (4002, "late")
    assert present.closed is None
    assert bob.read() == []
    next_one = enter(room, "alice", attempt=8)
    present.read()
    next_one.read()
    assert present.closed is not None
    assert next_one.closed is None


def test_r6_a_client_id_of_another_member_is_refused() -> None:
    room, [alice, bob] = meeting(*PAIR)
    thief = enter(room, "bob", client_id=alice.connection.client_id)
    thief.read()
    assert thief.closed is not None
    assert thief.closed.code == 4400
    alice.read()
    assert alice.closed is None
    assert bob.closed is None


def test_r6_two_windows_of_one_member_live_side_by_side() -> None:
    room, [alice, bob] = meeting(*PAIR)
    second = enter(room, "alice", client_id="second window")
    second.read()
    alice.leave()
    assert not [one for one in bob.read() if isinstance(one, Presence) and not one.connected]
    second.leave()
    [presence] = [one for one in bob.read() if isinstance(one, Presence) and not one.connected]
    assert presence.actor == "alice"


def test_r6_the_oldest_of_too_many_windows_makes_room() -> None:
    room, [alice, _] = meeting(*PAIR)
    windows = [enter(room, "alice", client_id=f"window {number}") for number in range(WINDOWS)]
    alice.read()
    assert alice.closed is not None
    assert alice.closed.code == 4001
    assert len(room.outboxes_of("alice")) == WINDOWS
    assert not any(one.outbox.is_closing for one in windows)


# ---- resume


def test_r7_a_client_that_is_not_far_behind_gets_the_facts_it_missed() -> None:
    room, [alice, bob] = meeting(*PAIR)
    alice.leave()
    bob.ask(Say("one"))
    bob.ask(Say("two"))
    save(room)
    again = enter(room, "alice", seq=2)
    welcome, *rest = again.read()
    assert isinstance(welcome, Welcome)
    assert welcome.state is None
    assert facts_in(rest) == [3, 4]


def test_r7_a_new_client_gets_a_snapshot() -> None:
    room, [_, bob] = meeting(*PAIR)
    bob.ask(Say("before"))
    save(room)
    carol = enter(room, "carol", role="participant")
    save(room)
    [welcome] = carol.read()
    assert isinstance(welcome, Welcome)
    assert welcome.state is not None
    assert welcome.state.seq == 4
    assert welcome.state.chat == (ChatLine(3, "bob", START_MS, "before", None),)


@pytest.mark.parametrize("seq", [1, 10_000])
def test_r7_a_client_far_behind_or_of_another_journal_gets_a_snapshot(seq: int) -> None:
    room, [alice, bob] = meeting(*PAIR)
    alice.leave()
    for number in range(TAIL_FACTS + 10):
        bob.ask(Say(str(number)))
        save(room)
        bob.read()
    [welcome] = enter(room, "alice", seq=seq).read()
    assert isinstance(welcome, Welcome)
    assert welcome.state is not None
    assert welcome.state.seq == room.state.seq


def test_r7_a_client_that_has_everything_gets_nothing_twice() -> None:
    room, [alice, _] = meeting(*PAIR)
    alice.leave()
    [welcome] = enter(room, "alice", seq=2).read()
    assert isinstance(welcome, Welcome)
    assert welcome.state is None


def test_r8_a_snapshot_shows_only_what_is_durable() -> None:
    room, [alice, _] = meeting(*PAIR)
    alice.ask(Say("not yet in the journal"))
    # A second window of bob: nothing of its own is under way, so it is welcomed at once.
    [welcome] = enter(room, "bob", role="expert", client_id="another").read()
    assert isinstance(welcome, Welcome)
    assert welcome.state is not None
    assert welcome.state.seq == 2
    assert welcome.state.chat == ()


def test_r9_another_owner_has_the_same_facts_a_higher_epoch_and_higher_numbers() -> None:
    room = new_room(epoch=3)
    alice, bob = enter(room, "alice"), enter(room, "bob", role="expert")
    facts = save(room)
    alice.read()
    make.present(room, bob)
    facts_told = [*facts, *[one for one in alice.read() if isinstance(one, Fact)]]
    bob.say(MoveView(1, 1, make.view()))
    [before] = alice.read()
    assert isinstance(before, ViewMoved)

    after = new_room(facts_told, epoch=4)
    alice, bob = enter(after, "alice", seq=3), enter(after, "bob", role="expert", seq=3)
    welcome = alice.read()[0]
    assert isinstance(welcome, Welcome)
    assert welcome.epoch == 4
    bob.say(MoveView(1, 2, make.view()))
    [moved] = [one for one in alice.read() if isinstance(one, ViewMoved)]
    assert moved.n > before.n
    assert moved.frame > before.frame


# ---- asks and facts


def test_r10_a_repeated_ask_is_applied_once() -> None:
    room, [alice, _] = meeting(*PAIR)
    for _ in range(3):
        alice.say(Ask(1, Say("once")))
    save(room)
    alice.say(Ask(1, Say("once")))
    assert save(room) == []
    assert facts_in(alice.read()) == [3]


def test_r10_an_ask_beyond_a_hole_waits_for_the_hole() -> None:
    room, [alice, _] = meeting(*PAIR)
    alice.say(Ask(2, Say("second")))
    assert save(room) == []
    alice.say(Ask(1, Say("first")))
    alice.say(Ask(2, Say("second")))
    save(room)
    said = [one.done.text for one in alice.read() if isinstance(one, Fact) and isinstance(one.done, Said)]
    assert said == ["first", "second"]


def test_r10_a_repeated_ask_is_known_after_a_change_of_owner() -> None:
    room = new_room()
    alice = enter(room, "alice")
    alice.ask(Say("once"))
    after = new_room(save(room), epoch=2)
    again = enter(after, "alice", seq=1)
    again.say(Ask(1, Say("once")))
    assert save(after) == []
    welcome, fact = again.read()
    assert isinstance(welcome, Welcome)
    assert welcome.acked == 1
    assert isinstance(fact, Fact)


def test_r11_an_accepted_ask_is_answered_by_its_fact_and_a_refused_one_by_refused() -> None:
    room, [alice, bob] = meeting(*PAIR)
    alice.ask(Say("yes"))
    alice.ask(SettleView(0, make.view()))
    # Were the refusal known before the fact is durable, a crash would leave a number that nobody sends again.
    assert alice.read() == []
    save(room)
    fact, refused = alice.read()
    assert isinstance(fact, Fact)
    assert (fact.client_id, fact.n) == (alice.connection.client_id, 1)
    assert refused == Refused(2, "not_presenter")
    assert not any(isinstance(one, Refused) for one in bob.read())


def test_r11_next_n_tells_a_new_owner_of_a_refusal_that_no_journal_has() -> None:
    _room, [alice, _] = meeting(*PAIR)
    alice.ask(SettleView(0, make.view()))
    assert alice.read() == [Refused(1, "not_presenter")]
    after = new_room(epoch=2)
    tab = make.Tab(after, enter(after, "carol").connection)
    after.hello(tab.connection, Hello("fresh", 0, 2), at_ms=START_MS)
    tab.say(Ask(2, Say("the next")))
    assert [fact.n for fact in save(after) if fact.client_id == "fresh"] == [2]


def test_r12_numbers_have_no_holes_and_nothing_is_told_before_it_is_durable() -> None:
    room, [alice, bob] = meeting(*PAIR)
    alice.ask(Say("a"))
    bob.ask(Say("b"))
    assert alice.read() == []
    assert bob.read() == []
    facts = room.unsaved(10)
    assert [one.seq for one in facts] == [3, 4]
    room.saved(3, at_ms=START_MS)
    assert facts_in(bob.read()) == [3]
    room.saved(4, at_ms=START_MS)
    assert facts_in(bob.read()) == [4]


def test_r12_the_journals_time_never_steps_back() -> None:
    room, [alice, _] = meeting(*PAIR)
    alice.ask(Say("later"), at_ms=START_MS + 1000)
    alice.ask(Say("the clock was set back"), at_ms=START_MS)
    assert [one.at_ms for one in save(room)] == [START_MS + 1000, START_MS + 1000]


# ---- ephemeral


def test_r15_only_the_newest_sample_of_an_actor_waits() -> None:
    room, [alice, bob] = meeting(*PAIR)
    make.present(room, alice)
    bob.read()
    for number in range(1, 50):
        alice.say(MoveView(1, number, make.view(float(number))))
        alice.say(MovePointer(number, make.pointer(float(number))))
    view, pointer = bob.read()
    assert isinstance(view, ViewMoved)
    assert view.view == make.view(49.0)
    assert isinstance(pointer, PointerMoved)
    assert pointer.pointer == make.pointer(49.0)


def test_r15_an_older_sample_is_dropped() -> None:
    _room, [alice, bob] = meeting(*PAIR)
    alice.say(MovePointer(2, make.pointer(2.0)))
    bob.read()
    alice.say(MovePointer(1, make.pointer(1.0)))
    assert bob.read() == []


def test_r15_a_reload_may_count_from_the_start_again() -> None:
    room, [alice, bob] = meeting(*PAIR)
    alice.say(MovePointer(500, make.pointer()))
    [before] = bob.read()
    again = enter(room, "alice")
    again.say(MovePointer(1, make.pointer(1.0)))
    after = [one for one in bob.read() if isinstance(one, PointerMoved)][-1]
    assert isinstance(before, PointerMoved)
    assert after.n > before.n
    assert after.pointer == make.pointer(1.0)


def test_r15_whoever_moves_is_not_told_of_it() -> None:
    _room, [alice, _] = meeting(*PAIR)
    alice.say(MovePointer(1, make.pointer()))
    assert alice.read() == []


def test_r15_a_late_joiner_is_given_what_moves_now() -> None:
    room, [alice, _] = meeting(*PAIR)
    make.present(room, alice)
    alice.say(MoveView(1, 1, make.view(7.0)))
    carol = enter(room, "carol", role="participant")
    save(room)
    welcome, moved = carol.read()
    assert isinstance(welcome, Welcome)
    assert isinstance(moved, ViewMoved)
    assert moved.view == make.view(7.0)


def test_r16_a_view_counts_only_from_the_holder_under_the_current_term() -> None:
    room, [alice, bob] = meeting(*PAIR)
    make.present(room, alice)
    make.present(room, bob)
    alice.read()
    bob.read()
    alice.say(MoveView(1, 1, make.view()))
    alice.say(MoveView(2, 2, make.view()))
    bob.say(MoveView(1, 3, make.view()))
    assert alice.read() == []
    assert bob.read() == []
    bob.say(MoveView(2, 4, make.view()))
    assert [type(one) for one in alice.read()] == [ViewMoved]


def test_r16_nobody_moves_the_view_while_the_baton_is_on_its_way() -> None:
    room, [alice, bob] = meeting(*PAIR)
    make.present(room, alice)
    bob.read()
    bob.ask(TakeControl(1))
    alice.say(MoveView(1, 1, make.view()))
    bob.say(MoveView(2, 1, make.view()))
    assert bob.read() == []
    assert all(not isinstance(one, ViewMoved) for one in alice.read())


def test_r17_a_settled_view_takes_the_place_of_the_moves_before_it() -> None:
    room, [alice, bob] = meeting(*PAIR)
    make.present(room, alice)
    bob.read()
    alice.say(MoveView(1, 1, make.view(1.0)))
    alice.ask(SettleView(1, make.view(2.0)))
    save(room)
    assert [type(one) for one in bob.read()] == [Fact]


def test_r17_a_move_after_the_settled_view_stays() -> None:
    room, [alice, bob] = meeting(*PAIR)
    make.present(room, alice)
    bob.read()
    alice.ask(SettleView(1, make.view(2.0)))
    alice.say(MoveView(1, 1, make.view(3.0)))
    save(room)
    settled, moved = bob.read()
    assert isinstance(settled, Fact)
    assert isinstance(moved, ViewMoved)
    assert moved.view == make.view(3.0)


def test_r17_a_change_of_the_baton_takes_the_place_of_all_moves() -> None:
    room, [alice, bob] = meeting(*PAIR)
    make.present(room, alice)
    bob.read()
    alice.say(MoveView(1, 1, make.view()))
    make.present(room, bob)
    assert [type(one) for one in bob.read()] == [Fact]


def test_r18_at_most_four_frames_are_on_their_way() -> None:
    _room, [alice, bob] = meeting(*PAIR)
    sent = []
    for number in range(1, 20):
        alice.say(MovePointer(number, make.pointer(float(number))))
        sent += bob.read()
    assert [one.pointer for one in sent] == [make.pointer(float(x)) for x in range(1, CREDIT_FRAMES + 1)]
    bob.say(Drawn(sent[-1].frame, 0))
    [last] = bob.read()
    assert isinstance(last, PointerMoved)
    assert last.pointer == make.pointer(19.0)


def places(messages: Sequence[FromRoom]) -> list[tuple[float, int | None] | None]:
    """Where a pointer was seen, and on which frame of the instance."""
    moved = [one for one in messages if isinstance(one, PointerMoved)]
    return [(one.pointer.point_world_mm[0], one.pointer.frame) if one.pointer else None for one in moved]


def test_r48_a_pointer_slides_on_the_image_that_was_named() -> None:
    room, [alice, bob] = meeting(*PAIR)
    alice.say(MovePointer(1, make.pointer(1.0, frame=7)))
    alice.say(SlidePointer(2, 1, (2.0, 0.0, 0.0)))
    assert places(bob.read()) == [(2.0, 7)]
    late = enter(room, "carol")
    save(room)
    bob.read()
    assert places(late.read()) == [(2.0, 7)]
    for tab in (bob, late):
        tab.got.clear()
    alice.say(SlidePointer(3, 1, (3.0, 0.0, 0.0)))
    assert [places(bob.read()), places(late.read())] == [[(3.0, 7)]] * 2


def test_r48_a_pointer_on_an_image_that_was_not_named_is_nowhere() -> None:
    _room, [alice, bob] = meeting(*PAIR)
    alice.say(SlidePointer(1, 0, (1.0, 0.0, 0.0)))
    alice.say(MovePointer(2, make.pointer(2.0, frame=7)))
    # The one that named the next image, 3, has been lost on the way.
    alice.say(SlidePointer(4, 3, (4.0, 0.0, 0.0)))
    assert places(bob.read()) == [(2.0, 7)]
    alice.say(MovePointer(5, None))
    alice.say(SlidePointer(6, 2, (6.0, 0.0, 0.0)))
    assert places(bob.read()) == [None]


def test_r48_another_connection_of_the_same_member_names_its_own() -> None:
    room, [alice, bob] = meeting(*PAIR)
    other = enter(room, "alice", client_id="other")
    save(room)
    alice.say(MovePointer(1, make.pointer(1.0, frame=7)))
    other.say(MovePointer(1, make.pointer(2.0, frame=8)))
    alice.say(SlidePointer(2, 1, (3.0, 0.0, 0.0)))
    assert places(bob.read()) == [(3.0, 7)]
    other.say(SlidePointer(2, 1, (4.0, 0.0, 0.0)))
    assert places(bob.read()) == [(4.0, 8)]


def test_r15_a_slide_older_than_what_was_seen_is_dropped() -> None:
    _room, [alice, bob] = meeting(*PAIR)
    alice.say(MovePointer(1, make.pointer(1.0)))
    alice.say(SlidePointer(3, 1, (3.0, 0.0, 0.0)))
    alice.say(SlidePointer(2, 1, (2.0, 0.0, 0.0)))
    assert places(bob.read()) == [(3.0, 1)]


def test_r18_facts_need_no_credit() -> None:
    room, [alice, bob] = meeting(*PAIR)
    for number in range(1, 10):
        alice.say(MovePointer(number, make.pointer()))
        bob.read()
    alice.ask(Say("hear me"))
    save(room)
    assert [type(one) for one in bob.read()] == [Fact]


# ---- slow readers


def test_r19_a_full_line_is_replaced_by_a_snapshot() -> None:
    room, [alice, bob] = meeting(*PAIR)
    for number in range(LINE_FRAMES + 20):
        alice.ask(Say(str(number)))
        save(room)
        alice.read()
    [welcome] = bob.read()
    assert isinstance(welcome, Welcome)
    assert welcome.state is not None
    assert welcome.state.seq == room.state.seq
    alice.ask(Say("and on as before"))
    save(room)
    assert facts_in(bob.read()) == [room.state.seq]


def test_r19_a_snapshot_in_place_of_facts_waits_for_the_readers_own_asks() -> None:
    room, [alice, bob] = meeting(*PAIR)
    for number in range(LINE_FRAMES + 20):
        alice.ask(Say(str(number)))
        save(room)
        alice.read()
    bob.ask(Say("mine"))
    assert bob.read() == []
    save(room)
    [welcome] = bob.read()
    assert isinstance(welcome, Welcome)
    assert welcome.acked == 1


def test_r19_a_reader_who_is_owed_a_snapshot_for_too_long_is_closed() -> None:
    room, [alice, bob] = meeting(*PAIR)
    for number in range(LINE_FRAMES + 1):
        alice.ask(Say(str(number)))
    save(room)
    room.tick(START_MS + OWED_MS - 1)
    assert not bob.outbox.is_closing
    room.tick(START_MS + OWED_MS)
    bob.read()
    assert bob.closed is not None
    assert bob.closed.code == 4008


def test_r20_a_reader_who_stands_still_costs_a_bounded_amount() -> None:
    room, [alice, bob] = meeting(*PAIR)
    make.present(room, alice)
    for number in range(1, 3000):
        alice.say(MoveView(1, number, make.view(float(number))))
        alice.say(MovePointer(number, make.pointer(float(number))))
        alice.ask(Say("x" * 1000))
        save(room)
        alice.read()
        frames, size, slots = bob.outbox.waiting
        assert frames <= LINE_FRAMES
        assert size <= 256 << 10
        assert slots <= 3


def test_r21_presence_is_said_when_it_changes() -> None:
    room, [alice, bob] = meeting(*PAIR)
    alice.say(Tell("coarse", NOTHING))
    alice.say(Tell("coarse", NOTHING))
    assert bob.read() == [Presence("alice", True, "coarse", NOTHING, 0)]
    alice.leave(at_ms=START_MS + 5)
    assert bob.read(at_ms=START_MS + 5) == [Presence("alice", False, "lost", NOTHING, 0)]
    enter(room, "alice", at_ms=START_MS + 9)
    assert [one for one in bob.read() if isinstance(one, Presence)] == [
        Presence("alice", True, "loading", EVERYTHING, 0)
    ]


def test_r44_presence_says_which_parts_of_the_view_a_member_follows() -> None:
    room, [alice, bob] = meeting(*PAIR)
    own_window = replace(EVERYTHING, window=False)
    alice.say(Tell("partly", own_window))
    assert bob.read() == [Presence("alice", True, "partly", own_window, 0)]
    carol = enter(room, "carol", at_ms=START_MS)
    save(room)
    [welcome] = [one for one in carol.read() if isinstance(one, Welcome)]
    assert Presence("alice", True, "partly", own_window, 0) in welcome.presences


def test_r21_a_welcome_says_how_long_somebody_has_been_lost() -> None:
    room, [alice, _] = meeting(*PAIR)
    alice.leave(at_ms=START_MS)
    carol = enter(room, "carol", at_ms=START_MS + 3000)
    save(room, at_ms=START_MS + 3000)
    [welcome] = carol.read(at_ms=START_MS + 3000)
    assert isinstance(welcome, Welcome)
    assert {one.actor: (one.connected, one.lost_ms) for one in welcome.presences} == {
        "alice": (False, 3000),
        "bob": (True, 0),
        "carol": (True, 0),
    }


def test_r21_a_pointer_disappears_with_its_connection() -> None:
    room, [alice, bob] = meeting(*PAIR)
    alice.say(MovePointer(1, make.pointer()))
    bob.read()
    alice.leave()
    [gone] = [one for one in bob.read() if isinstance(one, PointerMoved)]
    assert gone.pointer is None
    carol = enter(room, "carol")
    save(room)
    assert not any(isinstance(one, PointerMoved) for one in carol.read())


# ---- baton and members


def test_r22_of_two_takers_the_first_wins() -> None:
    room, [alice, bob] = meeting(*PAIR)
    alice.ask(TakeControl(0))
    bob.ask(TakeControl(0))
    save(room)
    assert room.state.holder == "alice"
    assert Refused(1, "control_moved") in bob.read()


def test_r22_the_holder_gives_to_a_member_who_is_present() -> None:
    room, [alice, _bob] = meeting(*PAIR)
    make.present(room, alice)
    alice.ask(GiveControl(1, "nobody"))
    assert Refused(2, "not_here") in alice.read()
    alice.ask(GiveControl(1, "bob"))
    [fact] = save(room)
    assert fact.done == ControlTaken("bob", 2, "given")


def test_r23_a_lost_holder_keeps_the_baton_for_ten_seconds() -> None:
    room, [alice, bob] = meeting(*PAIR)
    make.present(room, alice)
    alice.leave(at_ms=START_MS)
    room.tick(START_MS + BATON_GRACE_MS - 1)
    assert save(room) == []
    room.tick(START_MS + BATON_GRACE_MS)
    [fact] = save(room)
    assert fact.done == ControlTaken(None, 2, "lost")
    assert fact.actor == "alice"
    room.tick(START_MS + BATON_GRACE_MS + 1)
    assert save(room) == []
    assert bob.closed is None


def test_r23_a_holder_who_is_back_in_time_still_presents() -> None:
    room, [alice, bob] = meeting(*PAIR)
    make.present(room, alice)
    bob.read()
    alice.leave(at_ms=START_MS)
    again = enter(room, "alice", at_ms=START_MS + BATON_GRACE_MS - 1)
    room.tick(START_MS + BATON_GRACE_MS + 1)
    assert save(room) == []
    again.say(MoveView(1, 1, make.view()))
    assert any(isinstance(one, ViewMoved) for one in bob.read())


def test_r24_a_lost_member_leaves_after_the_grace_time_and_may_join_again() -> None:
    room, [alice, bob] = meeting(*PAIR)
    alice.leave(at_ms=START_MS)
    room.tick(START_MS + MEMBER_GRACE_MS - 1)
    assert save(room) == []
    room.tick(START_MS + MEMBER_GRACE_MS)
    [left] = save(room)
    assert left.done == MemberLeft("alice")
    assert room.state.present == ("bob",)
    enter(room, "alice")
    [joined] = save(room)
    assert joined.done == MemberJoined(make.member("alice", "requester"))
    assert bob.closed is None


def test_r46_a_raised_hand_outlasts_a_lost_connection_and_goes_with_its_owner() -> None:
    room, [alice, bob] = meeting(*PAIR)
    alice.ask(RaiseHand())
    save(room)
    alice.leave(at_ms=START_MS)
    room.tick(START_MS + MEMBER_GRACE_MS - 1)
    again = enter(room, "alice", at_ms=START_MS + MEMBER_GRACE_MS - 1)
    welcome = again.read()[0]
    assert isinstance(welcome, Welcome)
    assert welcome.state is not None
    assert welcome.state.hands == ("alice",)
    again.leave(at_ms=START_MS + MEMBER_GRACE_MS)
    room.tick(START_MS + 2 * MEMBER_GRACE_MS)
    save(room)
    assert room.state.hands == ()
    assert bob.closed is None


def test_r21_whoever_comes_while_somebody_is_leaving_is_shown_that_they_are_lost() -> None:
    room, [alice, bob] = meeting(*PAIR)
    alice.leave(at_ms=START_MS)
    room.tick(START_MS + MEMBER_GRACE_MS)
    room.tick(START_MS + MEMBER_GRACE_MS + 1)
    bob.leave(at_ms=START_MS + MEMBER_GRACE_MS)
    again = enter(room, "bob", role="expert", at_ms=START_MS + MEMBER_GRACE_MS + 1)
    welcome = again.read()[0]
    assert isinstance(welcome, Welcome)
    assert {one.actor: one.connected for one in welcome.presences} == {"alice": False, "bob": True}
    assert [one.done for one in save(room)] == [MemberLeft("alice")]


def test_r24_whoever_was_there_when_the_owner_changed_is_waited_for() -> None:
    room, [_, bob] = meeting(*PAIR)
    bob.ask(TakeControl(0))
    save(room)
    history = [
        Fact(1, START_MS, "alice", "", 0, MemberJoined(make.member("alice", "requester"))),
        Fact(2, START_MS, "alice", "", 0, ControlTaken("alice", 1, "taken")),
    ]
    after = new_room(history, epoch=2, at_ms=START_MS)
    after.tick(START_MS + BATON_GRACE_MS)
    after.tick(START_MS + MEMBER_GRACE_MS)
    assert [type(one.done) for one in save(after)] == [ControlTaken, MemberLeft]
    assert after.is_empty


# ---- what may be shown, written and kept


def test_r25_a_view_with_any_pane_of_another_study_is_neither_settled_nor_moved() -> None:
    room, [alice, bob] = meeting(*PAIR)
    make.present(room, alice)
    bob.read()
    elses = make.pane(study_uid=make.OTHER_STUDY_UID)
    foreign = replace(make.grid(), panes=(make.pane(), None, elses, None))
    alice.say(MoveView(1, 1, foreign))
    alice.ask(SettleView(1, foreign))
    assert save(room) == []
    assert bob.read() == []
    assert Refused(2, "other_study") in alice.read()


def test_r28_a_signed_conclusion_locks_the_draft_once() -> None:
    room, [alice, _] = meeting(*PAIR)
    [update] = make.updates("Pas d'hémorragie.")
    alice.ask(UpdateText(update))
    room.lock_draft("EXC-1", actor="bob", at_ms=START_MS)
    room.lock_draft("EXC-1", actor="bob", at_ms=START_MS)
    alice.ask(UpdateText(update))
    facts = save(room)
    assert [type(one.done).__name__ for one in facts] == ["TextUpdated", "DraftLocked"]
    assert facts[-1].done == DraftLocked("EXC-1")
    assert Refused(2, "draft_locked") in alice.read()


def test_r33_ping_is_answered_with_its_number() -> None:
    _, [alice, bob] = meeting(*PAIR)
    alice.say(Ping(7))
    assert alice.read() == [Pong(7)]
    assert bob.read() == []


# ---- ends


def test_r34_an_evicted_member_hears_why_and_their_chair_is_empty() -> None:
    room, [alice, bob] = meeting(*PAIR)
    make.present(room, alice)
    bob.read()
    room.evict("alice", at_ms=START_MS)
    alice.read()
    assert alice.closed is not None
    assert alice.closed.code == 4403
    assert [type(one.done) for one in save(room)] == [ControlTaken, MemberLeft]
    alice.ask(Say("still here?"))
    assert save(room) == []
    assert facts_in(bob.read()) == [4, 5]


def test_r35_a_room_that_cannot_journal_announces_nothing() -> None:
    room, [alice, bob] = meeting(*PAIR)
    alice.ask(Say("lost, and nobody was told otherwise"))
    room.close_all(1011, "journal")
    assert alice.read() == []
    assert bob.read() == []
    assert alice.closed is not None
    assert bob.closed is not None
    assert (alice.closed.code, bob.closed.code) == (1011, 1011)
    late = enter(room, "carol")
    late.read()
    assert late.closed is not None
    assert late.closed.code == 1011


# ---- silence


def test_r36_whoever_has_not_been_heard_for_eleven_seconds_is_lost_since_they_were() -> None:
    room, [alice, bob] = meeting(*PAIR)
    alice.say(Tell("same", EVERYTHING))
    bob.read()
    at_ms = make.pass_by(room, 10.75, heard=[bob])
    assert not alice.outbox.is_closing
    assert not any(isinstance(one, Presence) for one in bob.read())
    at_ms = make.pass_by(room, 0.25, after_ms=at_ms, heard=[bob])
    assert [one for one in bob.read() if isinstance(one, Presence)] == [
        Presence("alice", False, "lost", EVERYTHING, 11_000)
    ]
    alice.read()
    assert alice.closed is not None
    assert (alice.closed.code, alice.closed.reason) == (4009, "silent")
    assert bob.closed is None
    welcome = enter(room, "bob", client_id="later", at_ms=at_ms + 500).read()[0]
    assert isinstance(welcome, Welcome)
    assert {one.actor: one.lost_ms for one in welcome.presences} == {"alice": 11_500, "bob": 0}


def test_r36_a_browser_that_pings_every_five_seconds_stays() -> None:
    room, [alice, bob] = meeting(*PAIR)
    at_ms = START_MS
    for _ in range(20):
        at_ms = make.pass_by(room, 5, after_ms=at_ms, heard=[bob])
        alice.say(Ping(1), at_ms=at_ms)
    assert not alice.outbox.is_closing
    assert not any(isinstance(one, Ping) for one in alice.read())


def test_r36_the_room_asks_once_before_it_gives_somebody_up_and_an_answer_is_enough() -> None:
    room, [alice, bob] = meeting(*PAIR)
    at_ms = make.pass_by(room, 6.75, heard=[bob])
    assert alice.read() == []
    at_ms = make.pass_by(room, 3, after_ms=at_ms, heard=[bob])
    assert alice.read() == [Ping(0)]
    alice.say(Pong(0), at_ms=at_ms)
    at_ms = make.pass_by(room, 10.75, after_ms=at_ms, heard=[bob])
    assert alice.read() == [Ping(0)]
    assert not alice.outbox.is_closing
    make.pass_by(room, 0.25, after_ms=at_ms, heard=[bob])
    assert alice.outbox.is_closing


def test_r36_whoever_is_not_yet_welcome_is_not_asked() -> None:
    room, [bob] = meeting(("bob", "expert"))
    alice = enter(room, "alice")
    make.pass_by(room, 10.75, heard=[bob])
    assert alice.read() == []
    make.pass_by(room, 0.25, after_ms=START_MS + 10_750, heard=[bob])
    alice.read()
    assert alice.closed is not None
    assert alice.closed.code == 4009


def test_r36_the_baton_of_a_silent_holder_is_free_since_ten_seconds_have_passed() -> None:
    room, [alice, bob] = meeting(*PAIR)
    make.present(room, alice)
    make.pass_by(room, 10.75, heard=[bob])
    assert save(room) == []
    make.pass_by(room, 0.25, after_ms=START_MS + 10_750, heard=[bob])
    [fact] = save(room)
    assert fact.done == ControlTaken(None, 2, "lost")


def test_r36_a_silent_member_has_left_forty_five_seconds_after_they_were_heard() -> None:
    room, [_, bob] = meeting(*PAIR)
    at_ms = make.pass_by(room, 44.75, heard=[bob])
    assert save(room) == []
    make.pass_by(room, 0.25, after_ms=at_ms, heard=[bob])
    assert [one.done for one in save(room)] == [MemberLeft("alice")]


def test_r36_a_pointer_disappears_with_whoever_has_fallen_silent() -> None:
    room, [alice, bob] = meeting(*PAIR)
    alice.say(MovePointer(1, make.pointer()))
    bob.read()
    make.pass_by(room, 11, heard=[bob])
    assert [one.pointer for one in bob.read() if isinstance(one, PointerMoved)] == [None]


def test_r36_of_two_windows_one_may_fall_silent() -> None:
    room, [alice, bob] = meeting(*PAIR)
    second = enter(room, "alice", client_id="second window")
    at_ms = make.pass_by(room, 11, heard=[alice, bob])
    assert second.outbox.is_closing
    assert not any(isinstance(one, Presence) and not one.connected for one in bob.read())
    make.pass_by(room, 11, after_ms=at_ms, heard=[bob])
    assert [one.lost_ms for one in bob.read() if isinstance(one, Presence)] == [11_000]


def test_r36_a_member_whose_other_window_went_later_is_lost_since_then() -> None:
    room, [alice, bob] = meeting(*PAIR)
    second = enter(room, "alice", client_id="second window")
    at_ms = make.pass_by(room, 9, heard=[second, bob])
    second.leave(at_ms=at_ms)
    make.pass_by(room, 2, after_ms=at_ms, heard=[bob])
    assert alice.outbox.is_closing
    assert [one.lost_ms for one in bob.read() if isinstance(one, Presence) and not one.connected] == [2000]


def test_r36_a_room_says_when_time_has_to_be_let_pass() -> None:
    room, [alice, bob] = meeting(*PAIR)
    make.present(room, alice)
    room.tick(START_MS)
    assert room.due_ms == START_MS + LOOK_AGAIN_MS
    room.tick(START_MS + 3000, listened_ms=START_MS + 2900)
    assert room.due_ms == START_MS + ASKED_AFTER_MS
    bob.say(Ping(1), at_ms=START_MS + 3000)
    alice.leave(at_ms=START_MS + 3000)
    assert room.due_ms <= START_MS + 3000
    bob.say(Ping(2), at_ms=START_MS + 8000)
    room.tick(START_MS + 8500, listened_ms=START_MS + 8400)
    assert room.due_ms == START_MS + 3000 + BATON_GRACE_MS


def test_r36_a_server_that_stood_still_does_not_take_everybody_for_gone() -> None:
    room, [alice, bob] = meeting(*PAIR)
    room.tick(START_MS + 60_000)
    assert not alice.outbox.is_closing
    make.pass_by(room, 8.75, after_ms=START_MS + 60_000, heard=[bob])
    assert not alice.outbox.is_closing
    make.pass_by(room, 0.25, after_ms=START_MS + 68_750, heard=[bob])
    assert alice.outbox.is_closing


def test_r36_a_clock_that_is_set_back_hides_no_silence() -> None:
    room, [alice, bob] = meeting(*PAIR)
    at_ms = make.pass_by(room, 6, heard=[bob]) - 3_600_000
    room.tick(at_ms)
    make.pass_by(room, 5, after_ms=at_ms, heard=[bob])
    assert alice.outbox.is_closing


def test_a_settled_view_is_what_a_late_joiner_finds() -> None:
    room, [alice, _] = meeting(*PAIR)
    make.present(room, alice)
    alice.ask(SettleView(1, make.view(4.0)))
    [fact] = save(room)
    assert fact.done == ViewSettled(1, make.view(4.0))
    carol = enter(room, "carol")
    save(room)
    [welcome] = carol.read()
    assert isinstance(welcome, Welcome)
    assert welcome.state is not None
    assert welcome.state.view == make.view(4.0)


# ---- annotations


def drawings_in(messages: list[FromRoom]) -> list[float | None]:
    """Where each drawing that was told of begins, None where it was let go."""
    moved = [one for one in messages if isinstance(one, AnnotationMoved)]
    return [one.drawing and one.drawing.points[0][0] for one in moved]


def test_r40_others_see_the_newest_of_what_is_being_drawn_and_its_author_does_not() -> None:
    room, [alice, bob] = meeting(*PAIR)
    for number in range(1, 6):
        alice.say(MoveAnnotation(number, "an", make.length(float(number))))
    alice.say(MoveAnnotation(3, "an", make.length(3.0)))
    assert drawings_in(bob.read()) == [5.0]
    assert drawings_in(alice.read()) == []
    carol = enter(room, "carol")
    save(room)
    assert drawings_in(carol.read()) == [5.0]


def test_r40_a_drawing_of_another_study_is_not_told() -> None:
    _, [alice, bob] = meeting(*PAIR)
    alice.say(MoveAnnotation(1, "an", make.length(study_uid=make.OTHER_STUDY_UID)))
    assert drawings_in(bob.read()) == []


def test_r40_what_stands_in_the_room_takes_the_place_of_what_was_being_drawn() -> None:
    room, [alice, bob] = meeting(*PAIR)
    alice.say(MoveAnnotation(1, "an", make.length(1.0)))
    alice.ask(DrawAnnotation("an", make.length(2.0)))
    save(room)
    told = bob.read()
    assert drawings_in(told) == []
    assert [type(one.done) for one in told if isinstance(one, Fact)] == [AnnotationDrawn]
    carol = enter(room, "carol")
    save(room)
    assert drawings_in(carol.read()) == []


def test_r40_a_refused_drawing_disappears() -> None:
    _, [alice, bob] = meeting(*PAIR)
    alice.say(MoveAnnotation(1, "an", make.length(1.0)))
    bob.read()
    alice.ask(ChangeAnnotation("an", 1, make.length().points, ""))
    assert drawings_in(bob.read()) == [None]


def test_r40_a_drawing_disappears_with_its_connection_and_when_it_is_let_go() -> None:
    _, [alice, bob] = meeting(*PAIR)
    alice.say(MoveAnnotation(1, "an", make.length(1.0)))
    alice.say(MoveAnnotation(2, "an", None))
    assert drawings_in(bob.read()) == [None]
    alice.say(MoveAnnotation(3, "an", make.length(1.0)))
    bob.read()
    alice.leave()
    assert drawings_in(bob.read()) == [None]


def test_r38_the_author_is_the_connection_and_the_version_never_comes_twice() -> None:
    room, [alice, _] = meeting(*PAIR)
    alice.ask(DrawAnnotation("an", make.length()))
    alice.ask(RemoveAnnotation("an", room.state.seq + 1))
    alice.ask(DrawAnnotation("an", make.length()))
    save(room)
    [back] = room.state.annotations
    assert (back.author, back.version) == ("alice", room.state.seq)
    alice.ask(ChangeAnnotation("an", room.state.seq - 2, make.length(1.0).points, ""))
    assert [one.code for one in alice.read() if isinstance(one, Refused)] == ["annotation_changed"]


def test_r28_after_the_signature_people_still_draw() -> None:
    room, [alice, _] = meeting(*PAIR)
    room.lock_draft("EXC-1", actor="bob", at_ms=START_MS)
    alice.ask(DrawAnnotation("an", make.length()))
    save(room)
    assert len(room.state.annotations) == 1
