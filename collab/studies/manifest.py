"""What the client is told about a study; its TypeScript twins are generated from here."""

from __future__ import annotations

from typing import Literal

import msgspec

from dicom_render.labelling import LabelPart

StudyState = Literal["ready", "preparing"]
ObjectKind = Literal[
    "report", "key_images", "presentation", "segmentation", "structures", "registration", "document", "not_shown"
]
EntryState = Literal["ready", "preparing", "refused"]


class PatientEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The patient as DICOM names them: dates YYYYMMDD, `sex` M, F, O or empty; `ins` empty unless it is one."""

    name: str
    family: str
    given: str
    birth_date: str
    sex: str
    patient_id: str
    issuer: str
    ins: str
    ins_oid: str


class StackEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One display stack of a series; `reason` says why it makes no volume, where it does not.

    `label` names it beside the others of its series, `siblings` (stack numbers, itself among them) show the same
    places; `missing` slices lack between others, `expected` is what the scanner announced, where fewer came. Of
    projections, `laterality` (R, L, B, U) and `view_position` (CC, MLO, PA...) are what their file says of them.
    """

    stack: int
    kind: str
    reason: str | None
    frames: int
    rows: int
    columns: int
    warnings: tuple[str, ...]
    pack_url: str
    thumbnail_url: str
    label: tuple[LabelPart, ...] = ()
    siblings: tuple[int, ...] = ()
    missing: int = 0
    expected: int | None = None
    laterality: str = ""
    view_position: str = ""


class ObjectEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something of a series that is no image: read at `url`, save a `document`, which is saved from there.

    `not_shown`: kept whole, and nothing of it can be shown here (dose grids, plans).
    """

    sop_instance_uid: str
    kind: ObjectKind
    number: int | None
    url: str


class SeriesEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One series; while it is `preparing`, `stacks` are those of an earlier delivery, if any.

    `version` names what the stacks were made from, and how; their packs say it too.
    """

    series_uid: str
    number: int | None
    modality: str
    description: str
    received: int
    state: EntryState
    refusal: str | None
    stacks: tuple[StackEntry, ...]
    objects: tuple[ObjectEntry, ...] = ()
    version: str | None = None


class PriorEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An earlier study of the same person that the caller may see."""

    study_id: str
    date: str
    description: str
    modalities: tuple[str, ...]


class StudyManifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that a page needs to show a study; `version` names the exact set of instances."""

    study_id: str
    study_uid: str
    description: str
    date: str
    time: str
    accession_number: str
    modalities: tuple[str, ...]
    patient: PatientEntry
    hospital: str
    received: int
    version: str
    state: StudyState
    set_aside: int
    series: tuple[SeriesEntry, ...]
    priors: tuple[PriorEntry, ...]


class StudyVersion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether a manifest is still that of the study: the `version` and `state` of a new one."""

    version: str
    state: StudyState


class StudyLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of the list of studies."""

    study_id: str
    study_uid: str
    patient: PatientEntry
    date: str
    time: str
    description: str
    accession_number: str
    modalities: tuple[str, ...]
    hospital: str
    received: int
    state: StudyState


class NewUpload(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file about to be sent; `batch` joins it to the drop that an earlier answer named."""

    name: str
    size: int
    sha256: str | None = None
    batch: str | None = None


class UploadState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far an upload and its batch (one drop) have come; `received` bytes of `size` are safe.

    `files` of the batch, of which so many were looked at (`seen`), stored, known already, and set aside.
    """

    upload_id: str
    batch: str
    name: str
    size: int
    received: int
    state: Literal["receiving", "waiting", "importing", "done", "failed", "expired"]
    files: int
    seen: int
    stored: int
    known: int
    set_aside: int
    study_ids: tuple[str, ...]
