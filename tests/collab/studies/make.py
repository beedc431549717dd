"""Builders of the studies' tests: small DICOM files, and an intake with real worker processes on a temporary disk."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, BasicTextSRStorage, EncapsulatedPDFStorage, ExplicitVRLittleEndian, generate_uid

from collab.accounts.models import Hospital
from collab.kit.caller import Caller
from collab.kit.database import Database
from collab.kit.settings import Settings
from collab.studies.importing import ImportProgress, Intake, import_files
from collab.studies.models import Study
from collab.studies.preparing import Preparer
from collab.studies.sources import Source
from dicom_render.workers import Workers
from tests import make

CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
PATIENT = {"PatientName": "MARTIN^Paul", "PatientID": "V-001", "PatientBirthDate": "19500203", "PatientSex": "M"}


def uid() -> UID:
    return generate_uid(prefix="2.25.")


def dicom(
    *,
    study_uid: str,
    series_uid: str,
    number: int = 1,
    sop_instance_uid: str | None = None,
    value: int = 0,
    **attributes: str,
) -> bytes:
    """A CT slice of 16x16 pixels, slice `number` of an axial series with 2 mm between slices."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(CT_IMAGE)
    meta.MediaStorageSOPInstanceUID = UID(sop_instance_uid or uid())
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    ds.SOPClassUID, ds.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    ds.StudyInstanceUID, ds.SeriesInstanceUID = study_uid, series_uid
    ds.SpecificCharacterSet, ds.Modality = "ISO_IR 192", "CT"
    ds.StudyDate, ds.StudyTime, ds.StudyDescription = "20261123", "230112", "TDM cérébrale"
    ds.SeriesNumber, ds.SeriesDescription, ds.InstanceNumber = 2, "Sans injection", number
    for keyword, text in {**PATIENT, **attributes}.items():
        setattr(ds, keyword, text)
    ds.ImagePositionPatient, ds.ImageOrientationPatient = [-8, -8, 2 * number], [1, 0, 0, 0, 1, 0]
    ds.FrameOfReferenceUID = series_uid
    ds.PixelSpacing, ds.SliceThickness = [1, 1], 2
    ds.Rows = ds.Columns = 16
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 1
    ds.RescaleSlope, ds.RescaleIntercept, ds.RescaleType = 1, 0, "HU"
    ds.PixelData = (np.arange(256, dtype="<i2") + number + value).tobytes()
    return _written(ds)


def document(*, study_uid: str) -> bytes:
    """An encapsulated PDF (PS3.3 A.45.1) in a series of its own."""
    ds = _no_image(EncapsulatedPDFStorage, "DOC", study_uid)
    ds.MIMETypeOfEncapsulatedDocument, ds.EncapsulatedDocument = "application/pdf", b"%PDF-1.7 %%EOF"
    return _written(ds)


def report(*, study_uid: str) -> bytes:
    """A basic text report of one line (PS3.3 A.35.1) in a series of its own."""
    ds = _no_image(BasicTextSRStorage, "SR", study_uid)
    title, finding = Dataset(), Dataset()
    title.CodeValue, title.CodingSchemeDesignator, title.CodeMeaning = "18748-4", "LN", "Diagnostic Imaging Report"
    finding.CodeValue, finding.CodingSchemeDesignator, finding.CodeMeaning = "121071", "DCM", "Finding"
    line = Dataset()
    line.RelationshipType, line.ValueType, line.TextValue = "CONTAINS", "TEXT", "Pas de lésion."
    line.ConceptNameCodeSequence = [finding]
    ds.ValueType, ds.ContinuityOfContent = "CONTAINER", "SEPARATE"
    ds.ConceptNameCodeSequence, ds.ContentSequence = [title], [line]
    ds.CompletionFlag, ds.VerificationFlag = "COMPLETE", "UNVERIFIED"
    ds.ContentDate, ds.ContentTime = "20261123", "231500"
    return _written(ds)


def _no_image(sop_class: UID, modality: str, study_uid: str) -> FileDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = sop_class, UID(uid())
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    ds.SOPClassUID, ds.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    ds.StudyInstanceUID, ds.SeriesInstanceUID = study_uid, uid()
    ds.SpecificCharacterSet, ds.Modality, ds.SeriesNumber, ds.InstanceNumber = "ISO_IR 192", modality, 3, 1
    ds.StudyDate, ds.StudyTime, ds.StudyDescription = "20261123", "230112", "TDM cérébrale"
    for keyword, text in PATIENT.items():
        setattr(ds, keyword, text)
    return ds


def _written(ds: FileDataset) -> bytes:
    written = io.BytesIO()
    ds.save_as(written, enforce_file_format=True)
    return written.getvalue()


def series(count: int = 4, *, study_uid: str | None = None, **attributes: str) -> dict[str, bytes]:
    """File name and bytes of a series' slices."""
    study_uid, series_uid = study_uid or uid(), uid()
    return {
        f"{number:04}.dcm": dicom(study_uid=study_uid, series_uid=series_uid, number=number, **attributes)
        for number in range(1, count + 1)
    }


def folder(place: Path, files: dict[str, bytes]) -> Path:
    """The files, written under `place`."""
    for name, content in files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return place


def archive(place: Path, files: dict[str, bytes]) -> Path:
    """The files in one zip."""
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return place


def intake(database: Database, data: Path, workers: Workers) -> Intake:
    data.mkdir(parents=True, exist_ok=True)
    settings = Settings(data=data, demo=True)
    return Intake(database=database, settings=settings, workers=workers, clock=make.TestClock())


def import_all(where: Intake, paths: Iterable[Path], *, by: Caller | str = "test", hospital_id: str) -> ImportProgress:
    return import_files(where, [Source(path=path, name=path.name) for path in paths], by=by, hospital_id=hospital_id)


def prepare_all(where: Intake) -> None:
    preparer = Preparer(where)
    while preparer.prepare_next():
        pass


def study(where: Intake, place: Path, hospital: Hospital, *, count: int = 4, **attributes: str) -> str:
    """The id of a small study that was imported and prepared."""
    path = folder(place / uid(), series(count, **attributes))
    imported = import_all(where, [path], hospital_id=hospital.id)
    prepare_all(where)
    (study_id,) = imported.study_ids
    return study_id


def get_study(where: Intake, study_id: str) -> Study:
    with where.database.transaction() as session:
        return session.get_one(Study, study_id)
