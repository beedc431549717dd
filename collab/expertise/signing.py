"""What an expert is shown to sign, what they send, and the check of the one against the other; `concluding` signs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
from collab.expertise.picturing import AskedImage, asked_images, key_view_seen
from collab.expertise.rooming import studies_of
from collab.expertise.rules import State, may_act, next_state
from collab.expertise.service import access_request, parties_of
from collab.kit import ids
from collab.kit.caller import Caller
from collab.kit.refusals import NotAllowed, Refusal
from collab.kit.settings import Settings
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
    """The key views, or what is drawn over them, are not what the signer was shown; nothing is signed."""

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


@dataclass(frozen=True, kw_only=True)
class ShownKeyViews:
    """What the conclusion will say of each key view, and what it will show."""

    seen: tuple[KeyViewSeen, ...]
    images: tuple[AskedImage | None, ...]

    @property
    def sha256(self) -> str:
        """Of the words and of all that the pictures depend on: window, objects and annotations over them."""
        return sha256_hex(msgspec.json.encode((self.seen, self.images), enc_hook=str))


def access_to_sign(session: Session, request_id: str, caller: Caller) -> tuple[ExpertiseRequest, str]:
    """The request and its room, for the expert who accepted it and nobody else."""
    request = access_request(session, request_id, caller, hold=True)
    if not may_act(caller, parties_of(request), "conclude"):
        raise NotAllowed
    if request.room_id is None:
        raise NoRoom
    return request, request.room_id


def preview(session: Session, request_id: str, *, by: Caller, at: datetime, settings: Settings) -> Preview:
    """What would be signed now; the sets of images shown are remembered."""
    request, room_id = access_to_sign(session, request_id, by)
    next_state(State(request.state), "conclude")
    text = rooms.draft_text_of(session, room_id)
    key_views = shown_key_views(session, request, room_id, by=by, at=at, settings=settings)
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
        key_views_sha256=key_views.sha256,
        studies=tuple(shown),
        key_views=key_views.seen,
        idempotency_key=ids.new_id("SIG"),
    )


def shown_key_views(
    session: Session, request: ExpertiseRequest, room_id: str, *, by: Caller, at: datetime, settings: Settings
) -> ShownKeyViews:
    """The key views of the room, as they are now."""
    seen, room = studies_of(session, request, by, at=at), rooms.state_of(session, room_id)
    return ShownKeyViews(
        seen=tuple(key_view_seen(each, None) for each in room.key_views),
        images=asked_images(session, settings, room, seen, by=by, at=at),
    )


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
    session: Session,
    request: ExpertiseRequest,
    room_id: str,
    asked: SignConclusion,
    *,
    by: Caller,
    at: datetime,
    settings: Settings,
) -> tuple[AskedImage | None, ...]:
    """All that can be refused, before anything is written; what is to be drawn."""
    next_state(State(request.state), "conclude")
    check_answers(asked.answers, pathway=request.pathway)
    _check_text(rooms.draft_text_of(session, room_id), asked)
    for study, place in _with_places(session, request, by, at=at):
        shown = asked.study_versions.get(study.id)
        is_earlier = asked.accept_earlier_set and shown in place.versions
        if shown != study.version and not is_earlier:
            raise StudyChanged(study_id=study.id, description=study.description)
    key_views = shown_key_views(session, request, room_id, by=by, at=at, settings=settings)
    if key_views.sha256 != asked.key_views_sha256:
        raise KeyViewsChanged
    return key_views.images


def _check_text(text: str, asked: SignConclusion) -> None:
    if not text.strip():
        raise EmptyDraft
    if text_sha256(text) != asked.text_sha256:
        raise DraftChanged


def ask_sha256_of(asked: SignConclusion) -> str:
    """What was asked, without the password: the same wish has the same hash."""
    without = msgspec.structs.replace(asked, password="")
    return sha256_hex(msgspec.json.encode(without, order="sorted"))
