"""The frozen content of a conclusion and the bytes that are hashed; every value is as it was when it was signed."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Literal

import msgspec

from collab.conclusions.answers import Answers
from collab.kit.i18n import Language
from collab.studies.lacking import SeriesLack

# LOINC 85208-7, "CR de télémédecine" in the French list: never 18748-4, which is a primary report (DOMAIN 2.5, 6.3).
DOCUMENT_TYPE = "85208-7"

Sex = Literal["M", "F", "U"]
IdentityStatus = Literal["provisional", "retrieved", "validated", "qualified"]
Informed = Literal["informed", "not_informed", "impossible"]
ConsentMode = Literal["oral", "written", "representative"]


class _Frozen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base: unknown fields are refused."""


class PatientIdentity(_Frozen, frozen=True):
    """Strict traits and identifiers (DOMAIN 2.6); `birth_date` is a DICOM DA, absent values are empty."""

    family_name: str
    given_name: str
    birth_date: str
    sex: Sex
    used_name: str = ""
    birth_place_insee: str = ""
    ins: str = ""
    ins_oid: str = ""
    identity_status: IdentityStatus = "provisional"
    local_patient_id: str = ""


class Consent(_Frozen, frozen=True):
    """What the patient was told; "impossible" carries its reason and never blocks an emergency."""

    informed: Informed
    mode: ConsentMode | None = None
    reason: str = ""


class Professional(_Frozen, frozen=True):
    """A professional as the document names them."""

    name: str
    rpps: str
    specialty: str
    hospital: str
    finess: str


class Participant(_Frozen, frozen=True):
    """Somebody who was in the room, in what role, and from when to when."""

    name: str
    role: Literal["requester", "expert", "participant"]
    specialty: str
    hospital: str
    joined_at: datetime | None
    left_at: datetime | None


class StudySeen(_Frozen, frozen=True):
    """A study that was made available: `version` names the exact set of instances, `viewed` whether it was shown."""

    study_id: str
    study_uid: str
    accession_number: str
    description: str
    date: str
    modalities: tuple[str, ...]
    received: int
    version: str
    version_at_signature: str
    viewed_series: tuple[str, ...]
    set_aside: int
    lacks: tuple[SeriesLack, ...] = ()
    """what was known to be missing when it was signed"""


class Edges(_Frozen, frozen=True):
    """Where the patient's sides lie in a picture, as DICOM letters (PS3.3 C.7.6.1.1.1): wrong side is a real danger."""

    left: str
    right: str
    top: str
    bottom: str


class LaidOver(_Frozen, frozen=True):
    """A segmentation, structure set or presentation state that the experts saw over a key view."""

    sop_instance_uid: str
    is_drawn: bool
    """it stands on the printed image as well"""
    title: str = ""


class SlabSeen(_Frozen, frozen=True):
    """A thick plane drawn as one picture: the highest, the lowest, or the mean value of its millimetres."""

    blend: Literal["mip", "minip", "mean"]
    thickness_mm: float


class KeyViewSeen(_Frozen, frozen=True):
    """A view that the conclusion rests on, and the hash of its printed image; `edges` None without patient geometry."""

    caption: str
    study_uid: str
    series_uid: str
    sop_instance_uid: str
    frame: int | None
    window_center: float
    window_width: float
    window_unit: str
    image_sha256: str
    edges: Edges | None = None
    laid_over: tuple[LaidOver, ...] = ()
    annotated_by: tuple[str, ...] = ()
    """whose annotations stand on the printed image"""
    is_resampled: bool = False
    """a plane through slices that were not acquired as a volume"""
    slab: SlabSeen | None = None


class Line(_Frozen, frozen=True):
    """One fact that the requester gave, in words."""

    label: str
    value: str


class ConclusionContent(_Frozen, frozen=True):
    """Everything that is signed."""

    conclusion_id: str
    version: int
    request_id: str
    document_type: str
    pathway: str
    language: Language
    time_zone: str
    patient: PatientIdentity
    consent: Consent
    question: str
    reason: str
    given: tuple[Line, ...]
    requester: Professional
    expert: Professional
    participants: tuple[Participant, ...]
    studies: tuple[StudySeen, ...]
    key_views: tuple[KeyViewSeen, ...]
    text: str
    answers: Answers
    requested_at: datetime
    room_opened_at: datetime | None
    signed_at: datetime


class KeyImage(_Frozen, frozen=True):
    """The printed image of a key view."""

    jpeg: bytes
    sha256: str
    is_resampled: bool = False


class ConclusionBundle(_Frozen, frozen=True):
    """What an export is made from; `images` stand in the order of `content.key_views`, None where none was drawn."""

    content: ConclusionContent
    content_sha256: str
    images: tuple[KeyImage | None, ...]


def canonical_bytes(content: ConclusionContent) -> bytes:
    """The content as JSON with sorted names and no blanks: the bytes whose hash the document bears."""
    return msgspec.json.encode(content, order="sorted")


def read_content(canonical: str) -> ConclusionContent:
    return msgspec.json.decode(canonical, type=ConclusionContent)


def sha256_hex(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def text_sha256(text: str) -> str:
    """The hash that proves which text the signer had before their eyes."""
    return sha256_hex(text.encode("utf-8"))
