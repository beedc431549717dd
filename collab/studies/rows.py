"""New rows for what a header says: studies, series, instances; and the patient's traits of both."""

from __future__ import annotations

from datetime import datetime

from collab.kit import ids
from collab.studies.models import Series, Study
from collab.studies.patients import PatientTraits, plain, strict_key
from collab.studies.rules import SeriesState, version_of
from dicom_render.headers import InstanceHeader


def new_study(header: InstanceHeader, *, hospital_id: str, at: datetime, demo: bool) -> Study:
    """The study that a first instance names; its counts are for later."""
    patient = traits_of(header)
    ins = patient.ins(demo=demo)
    words = (patient.name, patient.patient_id, header.accession_number, header.study_description)
    return Study(
        id=ids.new_id(ids.STUDY),
        hospital_id=hospital_id,
        study_uid=header.study_uid,
        patient_name=patient.name,
        family_name=patient.family,
        given_name=patient.given,
        birth_date=patient.birth_date,
        sex=patient.sex,
        patient_id=patient.patient_id,
        patient_id_issuer=patient.issuer,
        ins=ins,
        ins_oid=patient.issuer_oid if ins else "",
        strict_key=strict_key(patient),
        study_date=header.study_date,
        study_time=header.study_time,
        description=header.study_description,
        accession_number=header.accession_number,
        referring_physician=header.referring_physician,
        modalities=[],
        received=0,
        version=version_of([]),
        search_text=plain(" ".join(words).replace("^", " ").replace("=", " ")),
        created_at=at,
        changed_at=at,
    )


def new_series(header: InstanceHeader, study_id: str) -> Series:
    """The series that a first instance names."""
    return Series(
        id=ids.new_id(ids.SERIES),
        study_id=study_id,
        series_uid=header.series_uid,
        number=header.series_number,
        modality=header.modality,
        description=header.series_description,
        received=0,
        version=version_of([]),
        state=SeriesState.RECEIVING,
        attempts=0,
        refusal=None,
        prepared_version=None,
        stacks=[],
    )


def traits_of(header: InstanceHeader) -> PatientTraits:
    patient = header.patient
    return PatientTraits(
        name=patient.name,
        birth_date=patient.birth_date,
        sex=patient.sex,
        patient_id=patient.id,
        issuer=patient.issuer,
    )


def traits_of_study(study: Study) -> PatientTraits:
    return PatientTraits(
        name=study.patient_name,
        birth_date=study.birth_date,
        sex=study.sex,
        patient_id=study.patient_id,
        issuer=study.patient_id_issuer,
    )
