"""What is sealed at a signature: request, room and images as they stand, gathered into one frozen content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
from sqlalchemy.orm import Session

from collab.accounts.models import Person
from collab.conclusions.answers import Answers
from collab.conclusions.document import (
    DOCUMENT_TYPE,
    ConclusionBundle,
    ConclusionContent,
    Participant,
    Professional,
    StudySeen,
    canonical_bytes,
    sha256_hex,
)
from collab.conclusions.sections import Words
from collab.expertise import store
from collab.expertise.brief import key_lines
from collab.expertise.models import ExpertiseRequest
from collab.expertise.picturing import Pictured, key_view_seen
from collab.expertise.rooming import studies_of
from collab.expertise.service import consent_of_request, key_data_of, patient_of
from collab.kit.caller import Caller
from collab.kit.settings import Settings
from collab.rooms import service as rooms
from collab.rooms.protocol import Fact, MemberJoined, MemberLeft, ViewSettled
from collab.studies.lacking import lacks_of
from collab.studies.models import Study
from collab.studies.service import study_manifest


@dataclass(frozen=True, kw_only=True)
class Sealing:
    """One signature in the making: what it is of, and what the signer saw and answered."""

    conclusion_id: str
    request: ExpertiseRequest
    room_id: str
    answers: Answers
    study_versions: Mapping[str, str]
    by: Caller
    at: datetime
    settings: Settings
    pictured: Sequence[Pictured | None]
    """of the room's key views, in their order"""


def seal(session: Session, sealing: Sealing) -> ConclusionBundle:
    """The content with its hash, and the pictures of its key views."""
    content = _content(session, sealing)
    images = tuple(pictured.image if pictured else None for pictured in sealing.pictured)
    return ConclusionBundle(content=content, content_sha256=sha256_hex(canonical_bytes(content)), images=images)


def _content(session: Session, sealing: Sealing) -> ConclusionContent:
    request, by = sealing.request, sealing.by
    seen = studies_of(session, request, by, at=sealing.at)
    key_views = zip(rooms.key_views_of(session, sealing.room_id), sealing.pictured, strict=True)
    facts = rooms.facts_of(session, sealing.room_id)
    submitted = store.find_step(session, request.id, "submit")
    assert submitted is not None, "a request in a room that was never sent"
    assert request.accepted_by is not None, "a request in a room that nobody accepted"
    words = Words(language=by.language, time_zone=sealing.settings.time_zone)
    return ConclusionContent(
        conclusion_id=sealing.conclusion_id,
        version=1,
        request_id=request.id,
        document_type=DOCUMENT_TYPE,
        pathway=request.pathway,
        language=words.language,
        time_zone=words.time_zone,
        patient=patient_of(request),
        consent=consent_of_request(request),
        question=request.question,
        reason=request.reason,
        given=key_lines(key_data_of(request), words),
        requester=professional(request.requester),
        expert=professional(request.accepted_by),
        participants=participants(facts),
        studies=tuple(_study_seen(session, sealing, study, facts) for study in seen),
        key_views=tuple(key_view_seen(each, pictured) for each, pictured in key_views),
        text=rooms.draft_text_of(session, sealing.room_id),
        answers=sealing.answers,
        requested_at=submitted.at,
        room_opened_at=rooms.get_room(session, sealing.room_id).opened_at,
        signed_at=sealing.at,
    )


def professional(person: Person) -> Professional:
    return Professional(
        name=person.name,
        rpps=person.rpps or "",
        specialty=person.specialty or "",
        hospital=person.hospital.name,
        finess=person.hospital.finess,
    )


def participants(facts: Sequence[Fact]) -> tuple[Participant, ...]:
    """Who was in the room: from their first entrance to their last leaving, None for who is still there."""
    found: dict[str, Participant] = {}
    for fact in facts:
        at = datetime.fromtimestamp(fact.at_ms / 1000, tz=UTC)
        match fact.done:
            case MemberJoined(member=member):
                first = found.get(member.actor)
                found[member.actor] = Participant(
                    name=member.name,
                    role=member.role,
                    specialty=member.specialty or "",
                    hospital=member.hospital,
                    joined_at=first.joined_at if first else at,
                    left_at=None,
                )
            case MemberLeft(actor=actor) if actor in found:
                found[actor] = msgspec.structs.replace(found[actor], left_at=at)
            case _:
                continue
    return tuple(found.values())


def _study_seen(session: Session, sealing: Sealing, study: Study, facts: Sequence[Fact]) -> StudySeen:
    manifest = study_manifest(session, study, sealing.by, at=sealing.at)
    panes = (pane for fact in facts if isinstance(fact.done, ViewSettled) for pane in fact.done.view.panes)
    shown = {pane.series_uid for pane in panes if pane is not None}
    return StudySeen(
        study_id=study.id,
        study_uid=study.study_uid,
        accession_number=study.accession_number,
        description=study.description,
        date=study.study_date,
        modalities=tuple(study.modalities),
        received=study.received,
        version=sealing.study_versions[study.id],
        version_at_signature=study.version,
        viewed_series=tuple(series.series_uid for series in manifest.series if series.series_uid in shown),
        set_aside=manifest.set_aside,
        lacks=lacks_of(manifest),
    )
