"""The expert signs: pictures and document are made in no transaction, and signed if all is still as they show it.

`start` checks and says what is to be drawn; `proceed` draws and lays out, and nobody but the signer waits for it;
`conclude` signs, or gives the signature back to `proceed` with what the room has become meanwhile.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from collab.accounts import service as accounts
from collab.conclusions import service as conclusions
from collab.conclusions.document import ConclusionBundle
from collab.conclusions.service import Documents, Receipt, RenderConclusion, Signing
from collab.delivery.bus import Bus
from collab.expertise.models import ExpertiseRequest
from collab.expertise.picturing import AskedImage, Pictured
from collab.expertise.printing import Printer, print_images
from collab.expertise.sealing import Sealing, seal
from collab.expertise.service import Act, move
from collab.expertise.signing import SignConclusion, access_to_sign, ask_sha256_of, check_signing
from collab.kit import ids
from collab.kit.caller import Caller
from collab.kit.refusals import Refusal
from collab.kit.settings import Settings
from collab.rooms import service as rooms
from collab.rooms.service import LiveRooms

# How often a document is made anew because somebody came, left or changed view while it was made.
MOST_LAYOUTS = 4


class DraftMoved(Refusal):
    """The text changed in the very moment of signing; unlike `DraftChanged`, writing has begun and is undone."""

    code = "draft_changed"


class RoomRestless(Refusal):
    """The room went on changing while the document was made; nothing is signed."""

    code = "room_restless"


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What a signature needs of the running server."""

    settings: Settings
    documents: Documents
    render: RenderConclusion
    printer: Printer
    live: LiveRooms | None
    bus: Bus


@dataclass(frozen=True, kw_only=True)
class Underway:
    """A signature that was asked for: how far it has come."""

    request_id: str
    asked: SignConclusion
    images: tuple[AskedImage | None, ...]
    pictured: tuple[Pictured | None, ...] | None = None
    bundle: ConclusionBundle | None = None
    document: bytes | None = None
    layouts: int = 0


def start(
    session: Session, request_id: str, asked: SignConclusion, *, by: Caller, address: str, at: datetime, desk: Desk
) -> Receipt | Underway:
    """All that can be refused at once, and what is to be drawn. The same signing sent again gets the same receipt.

    Raises `WrongPassword`, `TooManyTries`, then what `conclude` raises before it writes.
    """
    request, room_id = access_to_sign(session, request_id, by)
    accounts.check_password(session, by, asked.password, address=address, at=at)
    found = _find_receipt(session, request, asked)
    if found is not None:
        return found
    images = check_signing(session, request, room_id, asked, by=by, at=at, settings=desk.settings)
    return Underway(request_id=request.id, asked=asked, images=images)


def proceed(underway: Underway, desk: Desk, *, who: str) -> Underway:
    """Draw what is to be drawn, then lay out what is to be signed; in no transaction. Raises `KeyImagesBusy`."""
    if underway.pictured is None:
        pictured = print_images(desk.printer, underway.images, who=who)
        return dataclasses.replace(underway, pictured=pictured)
    assert underway.bundle is not None, "nothing to lay out"
    document = desk.render(underway.bundle)
    return dataclasses.replace(underway, document=document, layouts=underway.layouts + 1)


def conclude(session: Session, underway: Underway, *, by: Caller, at: datetime, desk: Desk) -> Receipt | Underway:
    """Sign, once, what was drawn and laid out; what is not laid out yet as the room has it now is given back for that.

    The caller is the one who gave the password to `start`. Raises `AlreadySigned`, `DraftChanged`, `StudyChanged`,
    `KeyViewsChanged`, `RoomRestless`, `WrongState`, `BadInput`.
    """
    asked = underway.asked
    request, room_id = access_to_sign(session, underway.request_id, by)
    found = _find_receipt(session, request, asked)
    if found is not None:
        return found
    check_signing(session, request, room_id, asked, by=by, at=at, settings=desk.settings)
    sealing = _sealing(request, room_id, underway, by=by, at=at, desk=desk)
    bundle = seal(session, sealing)
    if underway.document is None or bundle != underway.bundle:
        return _to_lay_out(underway, bundle)
    return _signed(session, sealing, bundle, underway.document, asked, desk=desk)


def _to_lay_out(underway: Underway, bundle: ConclusionBundle) -> Underway:
    if underway.layouts >= MOST_LAYOUTS:
        raise RoomRestless
    return dataclasses.replace(underway, bundle=bundle, document=None)


def _find_receipt(session: Session, request: ExpertiseRequest, asked: SignConclusion) -> Receipt | None:
    key, ask_sha256 = asked.idempotency_key, ask_sha256_of(asked)
    return conclusions.find_receipt(session, request.id, idempotency_key=key, ask_sha256=ask_sha256)


def _sealing(
    request: ExpertiseRequest, room_id: str, underway: Underway, *, by: Caller, at: datetime, desk: Desk
) -> Sealing:
    """What was laid out bears its own name and moment: sealed again, only what has changed since is different."""
    assert underway.pictured is not None, "nothing was drawn"
    laid_out = underway.bundle.content if underway.bundle else None
    return Sealing(
        conclusion_id=laid_out.conclusion_id if laid_out else ids.new_id(ids.EXPERT_CONCLUSION),
        request=request,
        room_id=room_id,
        answers=underway.asked.answers,
        study_versions=underway.asked.study_versions,
        pictured=underway.pictured,
        by=by,
        at=laid_out.signed_at if laid_out and underway.document else at,
        settings=desk.settings,
    )


def _signed(
    session: Session, sealing: Sealing, bundle: ConclusionBundle, document: bytes, asked: SignConclusion, *, desk: Desk
) -> Receipt:
    request, room_id, by, at = sealing.request, sealing.room_id, sealing.by, sealing.at
    conclusion_id = sealing.conclusion_id
    # From here on the room's text stands still; it is read once more under that lock.
    rooms.lock_draft(session, desk.live, room_id=room_id, conclusion_id=conclusion_id, by=by, at=at)
    if rooms.draft_text_of(session, room_id) != bundle.content.text:
        raise DraftMoved
    move(session, request, Act(name="conclude"), by=by, at=at, bus=desk.bus)
    signing = Signing(
        idempotency_key=asked.idempotency_key,
        ask_sha256=ask_sha256_of(asked),
        requester_id=request.requester_id,
        requesting_hospital_id=request.hospital_id,
    )
    return conclusions.sign(session, bundle, signing, document=document, documents=desk.documents, by=by)
