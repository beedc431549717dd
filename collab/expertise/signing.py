"""What an expert is shown to sign, what they send, and the check of the one against the other; `concluding` signs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta
from sqlalchemy.orm import Session

from collab.conclusions.answers import Answers, check_answers
from collab.conclusions.document import (
    KeyViewSeen,
    sha256_hex,
    text_sha256,
)
from collab.expertise import store
from collab.expertise.models import ExpertiseRequest, RequestStudy
from collab.expertise.picturing import key_view_seen
from collab.expertise.rooming import studies_of
from collab.expertise.rules import State, may_act, next_state
from collab.expertise.service import access_request, parties_of
from collab.kit import ids
from collab.kit.caller import Caller
from collab.kit.refusals import NotAllowed, Refusal
from collab.rooms import service as rooms
from collab.studies.lacking import SeriesLack, lacks_of
from collab.studies.models import Study
from collab.studies.service import study_manifest


class DraftChanged(Refusal):
    """The text in the room is no longer the one that the signer had before their eyes."""

    code = "draft_changed"


class EmptyDraft(Refusal):
    """There is no text to sign."""

    code = "empty_draft"


class StudyChanged(Refusal):
    """Images have come in since the signer looked; facts say of which study."""

    code = "study_changed"


class KeyViewsChanged(Refusal):
    """The key views are others than the signer was shown, or became so while they were drawn; nothing is signed."""

    code = "key_views_changed"


class NoRoom(Refusal):
    """The request has no room yet, so there is no text to sign."""

    code = "no_room"


class SignConclusion(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the signer sends: what they saw (text, key views and image sets by their hashes), answers and password.

    `accept_earlier_set` signs on the sets that were shown although more has come in; the document says so.
    """

    idempotency_key: Annotated[str, Meta(min_length=16, max_length=100)]
    text_sha256: str
    key_views_sha256: str
    study_versions: dict[str, str]
    answers: Answers
    password: str
    accept_earlier_set: bool = False


class ShownStudy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A study whose exact set the signer is shown."""

    study_id: str
    description: str
    date: str
    modalities: tuple[str, ...]
    received: int
    version: str
    asked_version: str
    lacks: tuple[SeriesLack, ...] = ()


class Preview(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that will be signed, as it is now."""

    request_id: str
    pathway: str
    question: str
    text: str
    text_sha256: str
    key_views_sha256: str
    studies: tuple[ShownStudy, ...]
    key_views: tuple[KeyViewSeen, ...]
    idempotency_key: str


def access_to_sign(session: Session, request_id: str, caller: Caller) -> tuple[ExpertiseRequest, str]:
    """The request and its room, for the expert who accepted it and nobody else."""
    request = access_request(session, request_id, caller, hold=True)
    if not may_act(caller, parties_of(request), "conclude"):
        raise NotAllowed
    if request.room_id is None:
        raise NoRoom
    return request, request.room_id


def preview(session: Session, request_id: str, *, by: Caller, at: datetime) -> Preview:
    """What would be signed now; the sets of images shown are remembered."""
    request, room_id = access_to_sign(session, request_id, by)
    next_state(State(request.state), "conclude")
    text, key_views = rooms.draft_text_of(session, room_id), _key_views(session, room_id)
    shown = [
        _shown(study, place, lacks=lacks_of(study_manifest(session, study, by, at=at)))
        for study, place in _with_places(session, request, by, at=at)
    ]
    return Preview(
        request_id=request.id,
        pathway=request.pathway,
        question=request.question,
        text=text,
        text_sha256=text_sha256(text),
        key_views_sha256=_sha256_of(key_views),
        studies=tuple(shown),
        key_views=key_views,
        idempotency_key=ids.new_id("SIG"),
    )


def _key_views(session: Session, room_id: str) -> tuple[KeyViewSeen, ...]:
    return tuple(key_view_seen(each, None) for each in rooms.key_views_of(session, room_id))


def _sha256_of(key_views: tuple[KeyViewSeen, ...]) -> str:
    return sha256_hex(msgspec.json.encode(key_views))


def _with_places(
    session: Session, request: ExpertiseRequest, caller: Caller, *, at: datetime
) -> Sequence[tuple[Study, RequestStudy]]:
    places = {place.study_id: place for place in store.list_studies(session, request.id, hold=True)}
    return [(study, places[study.id]) for study in studies_of(session, request, caller, at=at)]


def _shown(study: Study, place: RequestStudy, *, lacks: tuple[SeriesLack, ...]) -> ShownStudy:
    asked_version = str(place.versions[0])
    if study.version not in place.versions:
        place.versions = [*place.versions, study.version]
    return ShownStudy(
        study_id=study.id,
        description=study.description,
        date=study.study_date,
        modalities=tuple(study.modalities),
        received=study.received,
        version=study.version,
        asked_version=asked_version,
        lacks=lacks,
    )


def check_signing(
    session: Session, request: ExpertiseRequest, room_id: str, asked: SignConclusion, *, by: Caller, at: datetime
) -> None:
    """All that can be refused, before anything is written."""
    next_state(State(request.state), "conclude")
    check_answers(asked.answers, pathway=request.pathway)
    _check_text(rooms.draft_text_of(session, room_id), asked)
    if _sha256_of(_key_views(session, room_id)) != asked.key_views_sha256:
        raise KeyViewsChanged
    for study, place in _with_places(session, request, by, at=at):
        shown = asked.study_versions.get(study.id)
        is_earlier = asked.accept_earlier_set and shown in place.versions
        if shown != study.version and not is_earlier:
            raise StudyChanged(study_id=study.id, description=study.description)


def _check_text(text: str, asked: SignConclusion) -> None:
    if not text.strip():
        raise EmptyDraft
    if text_sha256(text) != asked.text_sha256:
        raise DraftChanged


def ask_sha256_of(asked: SignConclusion) -> str:
    """What was asked, without the password: the same wish has the same hash."""
    without = msgspec.structs.replace(asked, password="")
    return sha256_hex(msgspec.json.encode(without, order="sorted"))
