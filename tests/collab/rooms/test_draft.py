"""The conclusion's text: Yjs updates merge in any order, and strangers' updates keep to the limits."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycrdt import Doc, Text

from collab.rooms.draft import (
    MAX_STATE_BYTES,
    MAX_TEXT_BYTES,
    MAX_UPDATE_BYTES,
    TEXT_NAME,
    BadUpdate,
    Draft,
    plain_text,
)
from tests.collab.rooms import golden, make


def test_r27_the_text_is_that_of_the_updates() -> None:
    assert plain_text(make.updates("Pas d’hémorragie. ", "ASPECTS 9.")) == "Pas d’hémorragie. ASPECTS 9."


def test_r27_an_update_as_a_browsers_yjs_writes_it_is_read() -> None:
    assert plain_text([golden.YJS_UPDATE]) == "Pas"


def test_r27_an_untouched_draft_is_empty() -> None:
    assert Draft().encode() == ""
    assert Draft("").text() == ""


@given(st.permutations(range(6)))
def test_r27_the_order_of_arrival_does_not_matter(order: list[int]) -> None:
    updates = make.updates("a", "b", "c", "d", "e", "f")
    assert plain_text([updates[place] for place in order]) == "abcdef"


def test_r27_a_snapshot_bears_the_whole_text() -> None:
    draft = Draft()
    for update in make.updates("avant ", "après"):
        draft.accept(update)
    assert Draft(draft.encode()).text() == "avant après"
    assert Draft(draft.encode()).encode() == draft.encode()


@pytest.mark.parametrize(
    "update",
    ["no base64!", base64.b64encode(b"").decode(), base64.b64encode(b"\xff" * 40).decode(), "AQE"],
)
def test_r27_what_is_no_update_is_refused_and_changes_nothing(update: str) -> None:
    draft = Draft()
    draft.accept(make.updates("avant")[0])
    before = draft.encode()
    with pytest.raises(BadUpdate) as refused:
        draft.accept(update)
    assert refused.value.code == "bad_update"
    assert draft.encode() == before


def test_r27_an_update_has_its_limit() -> None:
    [update] = make.updates("x" * (MAX_UPDATE_BYTES + 1))
    with pytest.raises(BadUpdate) as refused:
        Draft().accept(update)
    assert refused.value.code == "update_too_large"


def test_r27_the_text_has_its_limit_and_deleting_is_still_allowed_there() -> None:
    doc: Doc[Text] = Doc()
    doc[TEXT_NAME] = text = Text()
    draft = Draft()

    def send(change: object) -> None:
        before = doc.get_state()
        assert callable(change)
        change()
        draft.accept(base64.b64encode(doc.get_update(before)).decode())

    block = "x" * 8192
    for _ in range(MAX_TEXT_BYTES // len(block)):
        send(lambda: text.insert(0, block))
    assert len(draft.text()) == MAX_TEXT_BYTES
    with pytest.raises(BadUpdate) as refused:
        send(lambda: text.insert(0, "one letter too many"))
    assert refused.value.code == "draft_too_long"
    assert len(draft.text()) == MAX_TEXT_BYTES
    doc = Doc()
    doc[TEXT_NAME] = text = Text()
    doc.apply_update(base64.b64decode(draft.encode()))
    send(lambda: text.__delitem__(slice(0, 100)))
    assert len(draft.text()) == MAX_TEXT_BYTES - 100


def test_r27_a_document_may_not_grow_without_end_beside_its_text() -> None:
    doc: Doc[Text] = Doc()
    draft = Draft()
    codes: list[str] = []
    for number in range(100):
        before = doc.get_state()
        doc[f"hidden {number}"] = Text("x" * 16_000)
        try:
            draft.accept(base64.b64encode(doc.get_update(before)).decode())
        except BadUpdate as bad:
            codes.append(bad.code)
    assert set(codes) == {"draft_too_long"}
    assert draft.text() == ""
    assert len(draft.encode()) * 3 // 4 <= MAX_STATE_BYTES
