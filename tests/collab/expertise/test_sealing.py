"""What is frozen of the room: who was there, and which series were shown."""

from __future__ import annotations

from datetime import timedelta

from collab.conclusions.document import read_content
from collab.conclusions.service import find_conclusion_of
from collab.expertise.sealing import participants
from collab.rooms.protocol import Fact, KeyViewAdded, MemberJoined, MemberLeft, TextUpdated, ViewSettled
from tests import make
from tests.collab.expertise.make import START_MS, TEXT, World
from tests.collab.rooms.make import member, updates, view

VASSEUR = member("vasseur", "participant")


def facts(*done: object) -> list[Fact]:
    return [Fact(seq, START_MS + 60_000 * seq, "vasseur", "", 0, each) for seq, each in enumerate(done, start=1)]  # type: ignore[arg-type]


def minutes(count: int) -> object:
    return make.NIGHT + timedelta(minutes=count)


def test_a_participant_is_there_from_the_first_entrance_to_the_last_leaving() -> None:
    (found,) = participants(
        facts(MemberJoined(VASSEUR), MemberLeft("vasseur"), MemberJoined(VASSEUR), MemberLeft("vasseur"))
    )
    assert (found.joined_at, found.left_at) == (minutes(1), minutes(4))


def test_whoever_came_back_has_not_left() -> None:
    (found,) = participants(facts(MemberJoined(VASSEUR), MemberLeft("vasseur"), MemberJoined(VASSEUR)))
    assert (found.joined_at, found.left_at) == (minutes(1), None)


def test_the_conclusion_names_people_series_and_key_views_of_the_room(world: World) -> None:
    request_id = world.accepted()
    shown = view(study_uid="2.25.1")
    done = [MemberJoined(VASSEUR), ViewSettled(1, shown), KeyViewAdded("k1", "stack", shown, "M1 gauche")]
    world.journal(request_id, [*done, *map(TextUpdated, updates(TEXT))])
    world.sign(request_id, world.wish(request_id))
    with world.database.transaction() as session:
        signed = find_conclusion_of(session, request_id)
    assert signed is not None
    content = read_content(signed.content)
    assert [each.name for each in content.participants] == ["Dr vasseur"]
    (key_view,) = content.key_views
    assert (key_view.caption, key_view.sop_instance_uid, key_view.window_width) == ("M1 gauche", "2.25.3", 80)
    # Nothing is prepared here to draw it from, and the document says so instead of showing something else.
    assert key_view.image_sha256 == ""
