"""Spatial Registration objects as other programs write them; made with pydicom alone."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pydicom
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

REGISTRATION_CLASS = "1.2.840.10008.5.1.4.1.1.66.1"
IDENTITY = (1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0)


def item(uid: str | None, *matrices: Sequence[float], kind: str = "RIGID") -> Dataset:
    """An item of the Registration Sequence, of a frame of reference."""
    made, registration = Dataset(), Dataset()
    registration.RegistrationTypeCodeSequence = []
    registration.MatrixSequence = [matrix_item(matrix, kind) for matrix in matrices]
    if uid is not None:
        made.FrameOfReferenceUID = uid
    made.MatrixRegistrationSequence = [registration]
    return made


def matrix_item(matrix: Sequence[float], kind: str) -> Dataset:
    made = Dataset()
    made.FrameOfReferenceTransformationMatrix = [f"{part:.10g}" for part in matrix]
    made.FrameOfReferenceTransformationMatrixType = kind
    return made


def dataset(registered: str, items: Sequence[Dataset], **attributes: Any) -> FileDataset:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made = FileDataset(BytesIO(), {}, preamble=b"\0" * 128, file_meta=meta)
    made.SOPClassUID, made.SOPInstanceUID = REGISTRATION_CLASS, "1.2.3.66.9"
    made.StudyInstanceUID, made.SeriesInstanceUID = "1.2.3.66.1", "1.2.3.66.2"
    made.PatientName, made.PatientID, made.PatientBirthDate, made.PatientSex = "TEST^PATIENT", "1", "", ""
    made.StudyDate, made.StudyTime, made.StudyID, made.AccessionNumber = "20240311", "101500", "1", ""
    made.ReferringPhysicianName, made.Modality, made.SeriesNumber, made.InstanceNumber = "", "REG", 9, 1
    made.BodyPartExamined = "HEAD"
    made.Manufacturer, made.ManufacturerModelName = "Maker", "Fusion"
    made.DeviceSerialNumber, made.SoftwareVersions = "7", ["4.2", "kernel 9"]
    made.FrameOfReferenceUID, made.PositionReferenceIndicator = registered, ""
    made.SeriesDescription, made.ContentDate, made.ContentTime = "CT onto MR", "20240312", "113000"
    made.ContentLabel, made.ContentDescription, made.ContentCreatorName = "REGISTRATION", "", ""
    made.RegistrationSequence = list(items)
    for keyword, value in attributes.items():
        setattr(made, keyword, value)
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = made.SOPClassUID, made.SOPInstanceUID
    return made


def file_of(made: FileDataset) -> bytes:
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, made, enforce_file_format=True)
    return buffer.getvalue()
