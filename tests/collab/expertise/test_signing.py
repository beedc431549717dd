"""Signing: who may, what must still be as it was shown, and that it happens once."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
from sqlalchemy import func, select

from collab.accounts.models import Try
from collab.accounts.service import TooManyTries, WrongPassword
from collab.audit.models import AuditEntry
from collab.audit.service import verify
from collab.conclusions.answers import GeneralDecision
from collab.conclusions.document import read_content, text_sha256
from collab.conclusions.models import ExpertConclusion
from collab.conclusions.service import AlreadySigned, Documents, Receipt
from collab.expertise.concluding import DraftMoved
from collab.expertise.rules import State, WrongState
from collab.expertise.signing import DraftChanged, EmptyDraft, NoRoom, StudyChanged
from collab.kit.refusals import BadInput, NotAllowed, NotFound, Refusal
from collab.rooms import service as rooms
from collab.rooms import store
from collab.rooms.commits import Batch, commit
from collab.rooms.models import RoomRecord
from collab.rooms.protocol import Fact, TextUpdated
from tests import make
from tests.collab.expertise.make import PATIENT, START_MS, STROKE_ANSWERS, TEXT, World
from tests.collab.rooms.make import updates


def conclusion_of(world: World, request_id: str) -> ExpertConclusion:
    with world.database.transaction() as session:
        query = select(ExpertConclusion).where(ExpertConclusion.request_id == request_id)
        return session.scalars(query).one()


def count_conclusions(world: World) -> int:
    with world.database.transaction() as session:
        return session.scalar(select(func.count()).select_from(ExpertConclusion)) or 0


def signed_in_room(world: World, request_id: str) -> str | None:
    room_id = world.room_id(request_id)
    with world.database.transaction() as session:
        return session.get_one(RoomRecord, room_id).signed_conclusion_id


@pytest.mark.parametrize("who", ["requester", "colleague"])
def test_the_requesting_side_does_not_sign(world: World, who: str) -> None:
    request_id = world.drafted()
    with pytest.raises(NotAllowed):
        world.sign(request_id, world.wish(request_id), getattr(world, who))
    assert count_conclusions(world) == 0


def test_another_doctor_of_the_team_does_not_sign_once_one_has_accepted(world: World) -> None:
    request_id = world.drafted()
    with pytest.raises(NotAllowed):
        world.sign(request_id, world.wish(request_id), world.peer)


@pytest.mark.parametrize("who", ["outsider", "technologist"])
def test_a_stranger_to_the_case_learns_nothing_of_it(world: World, who: str) -> None:
    request_id = world.drafted()
    with pytest.raises(NotFound):
        world.sign(request_id, world.wish(request_id), getattr(world, who))


def test_a_wrong_password_signs_nothing(world: World) -> None:
    request_id = world.drafted()
    with pytest.raises(WrongPassword):
        world.sign(request_id, world.wish(request_id, password="not it"))
    assert count_conclusions(world) == 0
    assert world.get(request_id).state == State.ACCEPTED


def test_guessing_the_password_of_a_signature_is_slowed_down(world: World) -> None:
    request_id = world.drafted()
    email = world.expert.email.lower()
    with world.database.transaction() as session:
        session.add_all(Try(key=f"account:{email}", at=make.NIGHT) for _ in range(10))
    with pytest.raises(TooManyTries):
        world.sign(request_id, world.wish(request_id))


def test_a_text_that_changed_since_it_was_read_is_not_signed(world: World) -> None:
    request_id = world.drafted()
    with pytest.raises(DraftChanged):
        world.sign(request_id, world.wish(request_id, text_sha256=text_sha256(TEXT + " ")))
    assert count_conclusions(world) == 0


def test_an_empty_text_is_not_signed(world: World) -> None:
    request_id = world.accepted()
    with pytest.raises(EmptyDraft):
        world.sign(request_id, world.wish(request_id))


def test_without_a_room_there_is_nothing_to_sign(world: World) -> None:
    request_id = world.accepted(patient=msgspec.structs.replace(PATIENT, family_name="DURAND"))
    with pytest.raises(NoRoom):
        world.wish(request_id)


def test_images_that_came_in_after_the_preview_stop_the_signature(world: World) -> None:
    request_id = world.drafted()
    wish = world.wish(request_id)
    world.change_study()
    with pytest.raises(StudyChanged):
        world.sign(request_id, wish)
    assert count_conclusions(world) == 0


def test_signing_on_the_earlier_set_is_explicit_and_stands_in_the_document(world: World) -> None:
    request_id = world.drafted()
    wish = world.wish(request_id, accept_earlier_set=True)
    world.change_study("b" * 64)
    world.sign(request_id, wish)
    (study,) = read_content(conclusion_of(world, request_id).content).studies
    assert (study.version, study.version_at_signature) == ("a" * 64, "b" * 64)


def test_an_earlier_set_that_nobody_was_shown_is_refused(world: World) -> None:
    request_id = world.drafted()
    wish = world.wish(request_id, accept_earlier_set=True, study_versions={world.study_id: "f" * 64})
    with pytest.raises(StudyChanged):
        world.sign(request_id, wish)


def test_the_decision_is_one_of_the_pathway(world: World) -> None:
    request_id = world.drafted()
    answers = msgspec.structs.replace(STROKE_ANSWERS, decision=GeneralDecision(advice="no_action"))
    with pytest.raises(BadInput):
        world.sign(request_id, world.wish(request_id, answers=answers))


def test_the_same_signing_sent_twice_gives_the_same_receipt(world: World) -> None:
    request_id = world.drafted()
    wish = world.wish(request_id)
    assert world.sign(request_id, wish) == world.sign(request_id, wish)
    assert count_conclusions(world) == 1


def test_of_two_tabs_with_different_texts_exactly_one_signs(world: World) -> None:
    request_id = world.drafted()
    first = world.wish(request_id)
    other = msgspec.structs.replace(first, idempotency_key="SIG-of-another-tab", text_sha256=text_sha256("autre"))
    world.sign(request_id, first)
    with pytest.raises(AlreadySigned):
        world.sign(request_id, other)
    assert count_conclusions(world) == 1


def test_the_key_of_a_signature_does_not_sign_other_answers(world: World) -> None:
    request_id = world.drafted()
    wish = world.wish(request_id)
    world.sign(request_id, wish)
    less_sure = msgspec.structs.replace(STROKE_ANSWERS, certainty="low")
    with pytest.raises(AlreadySigned):
        world.sign(request_id, msgspec.structs.replace(wish, answers=less_sure))


def test_a_replay_still_asks_for_the_password(world: World) -> None:
    request_id = world.drafted()
    wish = world.wish(request_id)
    world.sign(request_id, wish)
    with pytest.raises(WrongPassword):
        world.sign(request_id, msgspec.structs.replace(wish, password="not it"))


def test_signing_freezes_what_was_asked_and_what_was_seen(world: World) -> None:
    request_id = world.drafted()
    receipt = world.sign(request_id, world.wish(request_id))
    signed = conclusion_of(world, request_id)
    content = read_content(signed.content)
    assert content.text == TEXT
    assert content.question == "Thrombolyse ? Thrombectomie ?"
    assert (content.patient.family_name, content.patient.birth_date) == ("MARTIN", "19480312")
    assert content.expert.name == "Dr Hélène Marchetti"
    assert content.document_type == "85208-7"
    assert hashlib.sha256(signed.content.encode()).hexdigest() == receipt.content_sha256
    assert (signed.author_id, signed.requester_id) == (world.expert.id, world.requester.id)


def test_signing_concludes_the_request_and_locks_the_room_s_draft(world: World) -> None:
    request_id = world.drafted()
    receipt = world.sign(request_id, world.wish(request_id))
    assert world.get(request_id).state == State.CONCLUDED
    assert signed_in_room(world, request_id) == receipt.conclusion_id


def test_signing_stands_in_a_whole_audit_chain(world: World) -> None:
    request_id = world.drafted()
    receipt = world.sign(request_id, world.wish(request_id))
    with world.database.transaction() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "conclusion.signed")).one()
        assert entry.facts["content_sha256"] == receipt.content_sha256
        assert "MARTIN" not in str(entry.facts)
        assert verify(session).broken is None


def test_the_delivered_bytes_are_those_that_were_signed(world: World) -> None:
    request_id = world.drafted()
    receipt = world.sign(request_id, world.wish(request_id))
    stored = world.server.site.part(Documents).read(receipt.document_sha256)
    assert hashlib.sha256(stored).hexdigest() == receipt.document_sha256
    assert stored.startswith(b"%PDF-")


def test_a_refused_signature_leaves_the_draft_open(world: World) -> None:
    request_id = world.drafted()
    with pytest.raises(DraftChanged):
        world.sign(request_id, world.wish(request_id, text_sha256="0" * 64))
    assert signed_in_room(world, request_id) is None
    assert world.sign(request_id, world.wish(request_id)).request_id == request_id


def test_a_cancelled_request_is_not_concluded(world: World) -> None:
    request_id = world.drafted()
    wish = world.wish(request_id)
    world.cancel(request_id)
    with pytest.raises(WrongState):
        world.sign(request_id, wish)


def test_a_nul_that_got_into_the_text_does_not_keep_it_from_being_signed(postgres_world: World) -> None:
    request_id = postgres_world.drafted(f"{TEXT}\0")
    postgres_world.sign(request_id, postgres_world.wish(request_id))
    signed = conclusion_of(postgres_world, request_id)
    assert (signed.text, read_content(signed.content).text) == (TEXT, f"{TEXT}\0")


# ---- at once, on PostgreSQL


def at_once(*acts: Callable[[], object]) -> list[object]:
    """What each act gives, or the refusal that it meets; all begin together."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        start.wait()
        try:
            return act()
        except Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(len(acts)) as pool:
        return [each.result() for each in [pool.submit(run, act) for act in acts]]


def write_more(world: World, request_id: str, update: str) -> bool:
    """The second fact of the room, as its hub would have it journaled; whether it was."""
    room_id = world.room_id(request_id)
    with world.database.transaction() as session:
        head = store.head_hash(session, room_id)
    fact = Fact(2, START_MS + 2000, world.expert.id, "", 0, TextUpdated(update))
    return bool(commit(world.database, [Batch(room_id=room_id, epoch=0, previous_hash=head, facts=(fact,))]))


def test_of_two_tabs_that_sign_at_once_with_different_texts_exactly_one_wins(postgres_world: World) -> None:
    """The text changes in the room while both sign: one saw it before, the other after."""
    world = postgres_world
    first, second = updates(TEXT, " Pas de saignement.")
    request_id = world.accepted()
    world.journal(request_id, [TextUpdated(first)])
    before = world.wish(request_id, idempotency_key="SIG-of-the-first-tab")
    assert write_more(world, request_id, second)
    after = world.wish(request_id, idempotency_key="SIG-of-the-other-tab")
    assert before.text_sha256 != after.text_sha256
    refused, receipt = at_once(lambda: world.sign(request_id, before), lambda: world.sign(request_id, after))
    assert isinstance(receipt, Receipt)
    assert isinstance(refused, DraftChanged | AlreadySigned)
    assert read_content(conclusion_of(world, request_id).content).text == f"{TEXT} Pas de saignement."


def test_of_two_tabs_that_sign_at_once_with_different_answers_exactly_one_wins(postgres_world: World) -> None:
    world, request_id = postgres_world, postgres_world.drafted()
    sure = world.wish(request_id, idempotency_key="SIG-of-the-first-tab")
    unsure = msgspec.structs.replace(STROKE_ANSWERS, certainty="low")
    other = world.wish(request_id, idempotency_key="SIG-of-the-other-tab", answers=unsure)
    done = at_once(lambda: world.sign(request_id, sure), lambda: world.sign(request_id, other))
    assert sorted(type(each).__name__ for each in done) == ["AlreadySigned", "Receipt"]
    signed = conclusion_of(world, request_id)
    (receipt,) = (each for each in done if isinstance(each, Receipt))
    assert (signed.id, signed.idempotency_key) == (
        receipt.conclusion_id,
        (sure if isinstance(done[0], Receipt) else other).idempotency_key,
    )
    with world.database.transaction() as session:
        assert verify(session).broken is None


def test_the_same_signing_sent_twice_at_once_gives_one_receipt(postgres_world: World) -> None:
    world, request_id = postgres_world, postgres_world.drafted()
    wish = world.wish(request_id)
    first, second = at_once(lambda: world.sign(request_id, wish), lambda: world.sign(request_id, wish))
    assert isinstance(first, Receipt)
    assert first == second
    assert count_conclusions(world) == 1


def test_a_text_journaled_while_it_is_signed_is_signed_or_stays_out(postgres_world: World) -> None:
    """Whoever is first, what was signed is what the room has."""
    world = postgres_world
    first, second = updates(TEXT, " Pas de saignement.")
    request_id = world.accepted()
    world.journal(request_id, [TextUpdated(first)])
    wish = world.wish(request_id)
    signed, wrote = at_once(lambda: world.sign(request_id, wish), lambda: write_more(world, request_id, second))
    with world.database.transaction() as session:
        text = rooms.draft_text_of(session, world.room_id(request_id))
    if isinstance(signed, Receipt):
        assert not wrote
        assert read_content(conclusion_of(world, request_id).content).text == text == TEXT
    else:
        assert wrote
        assert isinstance(signed, DraftChanged | DraftMoved)
        assert text == f"{TEXT} Pas de saignement."
