"""Signing in steps: what is drawn in between is what is signed, and what changes in between is not lost."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader
from pypdf.filters import ASCII85Decode

from collab.conclusions.document import ConclusionContent, KeyViewSeen, read_content, sha256_hex
from collab.conclusions.service import Documents, Receipt
from collab.expertise import concluding
from collab.expertise.concluding import MOST_LAYOUTS, RoomRestless, Underway
from collab.expertise.rules import State
from collab.expertise.signing import DraftChanged, KeyViewsChanged, StudyChanged
from collab.kit.refusals import NotAllowed
from collab.rooms import store
from collab.rooms.commits import Batch, commit
from collab.rooms.protocol import AnnotationDrawn, Done, Fact, KeyViewAdded, KeyViewRemoved, MemberJoined, TextUpdated
from collab.studies.models import Series
from collab.studies.prepared import PreparedFolders
from tests.collab.expertise.make import START_MS, TEXT, World
from tests.collab.expertise.test_laying import ACROSS, drawing
from tests.collab.expertise.test_picturing import key_view, prepare
from tests.collab.expertise.test_signing import conclusion_of, count_conclusions, signed_in_room
from tests.collab.rooms.make import member, updates

PATIENCE_S = 60


def with_key_views(world: World, place: Path, *kept: KeyViewAdded) -> str:
    """A draft in a room that has these views of a prepared slice."""
    prepare(world, place)
    request_id = world.accepted()
    world.journal(request_id, [*map(TextUpdated, updates(TEXT)), *(kept or (key_view(),))])
    return request_id


def more(world: World, request_id: str, *done: Done) -> None:
    """What goes on in the room, as its hub would have it journaled."""
    room_id = world.room_id(request_id)
    with world.database.transaction() as session:
        head, last = store.head_hash(session, room_id), store.list_facts(session, room_id)[-1].seq
    facts = tuple(
        Fact(seq, START_MS + 1000 * seq, world.expert.id, "", 0, each) for seq, each in enumerate(done, start=last + 1)
    )
    assert commit(world.database, [Batch(room_id=room_id, epoch=0, previous_hash=head, facts=facts)])


def drawn(world: World, request_id: str) -> Underway:
    started = world.start(request_id, world.wish(request_id))
    assert isinstance(started, Underway)
    return concluding.proceed(started, world.desk, who="test")


def content_of(world: World, request_id: str) -> ConclusionContent:
    return read_content(conclusion_of(world, request_id).content)


def only_key_view(world: World, request_id: str) -> KeyViewSeen:
    (found,) = content_of(world, request_id).key_views
    return found


def images_in(document: bytes) -> Sequence[bytes]:
    """The JPEGs as they stand in the file, in the letters that wrap them (pypdf's own images are encoded anew)."""
    pages = PdfReader(io.BytesIO(document)).pages
    streams = [image.indirect_reference.get_object() for page in pages for image in page.images]
    assert all(stream["/Filter"] == ["/ASCII85Decode", "/DCTDecode"] for stream in streams)
    return [bytes(ASCII85Decode.decode(stream._data)) for stream in streams]


def prepared_file(world: World, name: str) -> Path:
    return PreparedFolders(world.settings).of("SER-1", "v1") / name


def nothing_is_signed(world: World, request_id: str) -> None:
    assert count_conclusions(world) == 0
    assert world.get(request_id).state == State.ACCEPTED
    assert signed_in_room(world, request_id) is None


def test_who_may_not_sign_has_nothing_drawn(world: World, tmp_path: Path) -> None:
    request_id = with_key_views(world, tmp_path)
    with pytest.raises(NotAllowed):
        world.start(request_id, world.wish(request_id), world.requester)


def test_somebody_else_does_not_sign_what_was_drawn(world: World, tmp_path: Path) -> None:
    request_id = with_key_views(world, tmp_path)
    with pytest.raises(NotAllowed):
        world.conclude(drawn(world, request_id), world.requester)


def test_the_hash_that_is_signed_is_that_of_the_picture_in_the_document(world: World, tmp_path: Path) -> None:
    request_id = with_key_views(world, tmp_path)
    receipt = world.sign(request_id, world.wish(request_id))
    document = world.server.site.part(Documents).read(receipt.document_sha256)
    (jpeg,) = images_in(document)
    assert sha256_hex(jpeg) == only_key_view(world, request_id).image_sha256
    levels = np.asarray(Image.open(io.BytesIO(jpeg)), dtype=int)
    # The slice grows from 1 to 256 HU, and its window is 0 to 256.
    assert levels[20, 20] < 10
    assert levels[-20, -20] > 245


def test_a_text_written_while_it_is_drawn_is_not_signed_and_not_lost(world: World, tmp_path: Path) -> None:
    first, second = updates(TEXT, " Pas de saignement.")
    prepare(world, tmp_path)
    request_id = world.accepted()
    world.journal(request_id, [TextUpdated(first), key_view()])
    underway = drawn(world, request_id)
    more(world, request_id, TextUpdated(second))
    with pytest.raises(DraftChanged):
        world.conclude(underway)
    nothing_is_signed(world, request_id)
    world.sign(request_id, world.wish(request_id))
    assert content_of(world, request_id).text == f"{TEXT} Pas de saignement."


@pytest.mark.parametrize(
    "change",
    [
        KeyViewRemoved("k1"),
        msgspec.structs.replace(key_view(), key_view_id="k2", caption="M2"),
        AnnotationDrawn("a", drawing("length", *ACROSS)),
    ],
)
def test_key_views_that_change_while_they_are_drawn_stop_the_signature(
    world: World, tmp_path: Path, change: Done
) -> None:
    request_id = with_key_views(world, tmp_path)
    underway = drawn(world, request_id)
    more(world, request_id, change)
    with pytest.raises(KeyViewsChanged):
        world.conclude(underway)
    nothing_is_signed(world, request_id)
    world.sign(request_id, world.wish(request_id))
    assert len(content_of(world, request_id).key_views) == {KeyViewRemoved: 0, KeyViewAdded: 2}.get(type(change), 1)


def test_key_views_that_are_others_than_the_signer_was_shown_are_not_signed(world: World, tmp_path: Path) -> None:
    request_id = with_key_views(world, tmp_path)
    shown = world.wish(request_id)
    more(world, request_id, msgspec.structs.replace(key_view(), key_view_id="k2", caption="M2"))
    with pytest.raises(KeyViewsChanged):
        world.sign(request_id, shown)
    nothing_is_signed(world, request_id)


def test_a_series_prepared_anew_while_it_is_drawn_stops_the_signature(world: World, tmp_path: Path) -> None:
    request_id = with_key_views(world, tmp_path)
    underway = drawn(world, request_id)
    with world.database.transaction() as session:
        session.get_one(Series, "SER-1").prepared_version = "v2"
    with pytest.raises(KeyViewsChanged):
        world.conclude(underway)
    nothing_is_signed(world, request_id)


def test_images_that_come_in_while_it_is_drawn_stop_the_signature(world: World, tmp_path: Path) -> None:
    request_id = with_key_views(world, tmp_path)
    underway = drawn(world, request_id)
    world.change_study()
    with pytest.raises(StudyChanged):
        world.conclude(underway)
    nothing_is_signed(world, request_id)


def test_an_annotation_elsewhere_does_not_stop_the_signature(world: World, tmp_path: Path) -> None:
    request_id = with_key_views(world, tmp_path)
    underway = drawn(world, request_id)
    more(world, request_id, AnnotationDrawn("a", drawing("length", *ACROSS, sop="2.25.99")))
    laid_out = world.conclude(underway)
    assert isinstance(laid_out, Underway)
    assert isinstance(world.conclude(concluding.proceed(laid_out, world.desk, who="test")), Receipt)


def test_whoever_comes_in_while_the_document_is_made_stands_in_it(world: World, tmp_path: Path) -> None:
    request_id = with_key_views(world, tmp_path)
    sealed = world.conclude(drawn(world, request_id))
    assert isinstance(sealed, Underway)
    laid_out = concluding.proceed(sealed, world.desk, who="test")
    more(world, request_id, MemberJoined(member("vasseur")))
    anew = world.conclude(laid_out)
    assert isinstance(anew, Underway)
    receipt = world.conclude(concluding.proceed(anew, world.desk, who="test"))
    assert isinstance(receipt, Receipt)
    assert [each.name for each in content_of(world, request_id).participants] == ["Dr vasseur"]
    document = world.server.site.part(Documents).read(receipt.document_sha256)
    assert "Dr vasseur" in "".join(page.extract_text() for page in PdfReader(io.BytesIO(document)).pages)


def test_a_room_that_never_rests_is_told_so(world: World, tmp_path: Path) -> None:
    request_id = with_key_views(world, tmp_path)
    underway = world.conclude(drawn(world, request_id))
    for number in range(MOST_LAYOUTS):
        assert isinstance(underway, Underway)
        laid_out = concluding.proceed(underway, world.desk, who="test")
        more(world, request_id, MemberJoined(member(f"p{number}")))
        if number < MOST_LAYOUTS - 1:
            underway = world.conclude(laid_out)
        else:
            with pytest.raises(RoomRestless):
                world.conclude(laid_out)
    nothing_is_signed(world, request_id)
