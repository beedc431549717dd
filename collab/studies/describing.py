"""Rows of a study as entries of its manifest; it asks nobody and lets nobody in."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

import msgspec

from collab.studies.manifest import (
    EntryState,
    ObjectEntry,
    PatientEntry,
    PriorEntry,
    SeriesEntry,
    StackEntry,
    StudyLine,
)
from collab.studies.models import Instance, Series, Study
from collab.studies.prepared import StoredStack
from collab.studies.rules import SeriesState
from dicom_render.objects import kind_of

# Why a series of objects alone has no stacks: no fault of its files.
_WITHOUT_PICTURES = {"no_pixels", "not_drawn"}


def patient_entry(study: Study) -> PatientEntry:
    """The patient as the study names them."""
    return PatientEntry(
        name=study.patient_name,
        family=study.family_name,
        given=study.given_name,
        birth_date=study.birth_date,
        sex=study.sex,
        patient_id=study.patient_id,
        issuer=study.patient_id_issuer,
        ins=study.ins,
        ins_oid=study.ins_oid,
    )


def stacks_of(series: Series) -> Sequence[StoredStack]:
    """The prepared stacks of a series, by their numbers."""
    return msgspec.convert(series.stacks, tuple[StoredStack, ...])


def study_line(study: Study, *, is_ready: bool) -> StudyLine:
    return StudyLine(
        study_id=study.id,
        study_uid=study.study_uid,
        patient=patient_entry(study),
        date=study.study_date,
        time=study.study_time,
        description=study.description,
        accession_number=study.accession_number,
        modalities=tuple(study.modalities),
        hospital=study.hospital.name,
        received=study.received,
        state="ready" if is_ready else "preparing",
    )


def series_entry(study_id: str, series: Series, objects: Sequence[Instance] = ()) -> SeriesEntry:
    """A series with its prepared stacks, and with those of its `objects` that are no images."""
    is_objects_alone = bool(objects) and series.refusal in _WITHOUT_PICTURES
    return SeriesEntry(
        series_uid=series.series_uid,
        number=series.number,
        modality=series.modality,
        description=series.description,
        received=series.received,
        state="ready" if is_objects_alone else _entry_state(SeriesState(series.state)),
        refusal=None if is_objects_alone else series.refusal,
        stacks=tuple(_stack_entry(study_id, series, stack) for stack in stacks_of(series)),
        objects=tuple(_object_entry(study_id, each) for each in objects),
        version=series.prepared_version,
    )


def _object_entry(study_id: str, instance: Instance) -> ObjectEntry:
    kind = kind_of(instance.sop_class_uid)
    assert kind is not None
    at = f"/api/studies/{quote(study_id)}/objects/{quote(instance.sop_instance_uid)}"
    return ObjectEntry(
        sop_instance_uid=instance.sop_instance_uid,
        kind=kind,
        number=instance.instance_number,
        url=f"{at}/document" if kind == "document" else at,
    )


def _entry_state(state: SeriesState) -> EntryState:
    match state:
        case SeriesState.READY:
            return "ready"
        case SeriesState.REFUSED:
            return "refused"
        case SeriesState.RECEIVING | SeriesState.QUEUED | SeriesState.PREPARING:
            return "preparing"


def _stack_entry(study_id: str, series: Series, stack: StoredStack) -> StackEntry:
    at = f"/api/studies/{quote(study_id)}/series/{quote(series.series_uid)}/stacks/{stack.stack}"
    return StackEntry(
        stack=stack.stack,
        kind=stack.kind,
        reason=stack.reason,
        frames=stack.frames,
        rows=stack.rows,
        columns=stack.columns,
        warnings=stack.warnings,
        pack_url=f"{at}/pack",
        thumbnail_url=f"{at}/thumbnail",
        label=stack.label,
        siblings=stack.siblings,
        missing=stack.missing,
        expected=stack.expected,
        laterality=stack.laterality,
        view_position=stack.view_position,
    )


def prior_entry(study: Study) -> PriorEntry:
    """An earlier study, as the study beside it names it."""
    return PriorEntry(
        study_id=study.id,
        date=study.study_date,
        description=study.description,
        modalities=tuple(study.modalities),
    )
