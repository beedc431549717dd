"""Builders of presentation states for an image, complete enough for DCMTK to read them."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

GSPS = "1.2.840.10008.5.1.4.1.1.11.1"


def item(**attributes: Any) -> Dataset:
    made = Dataset()
    for keyword, value in attributes.items():
        setattr(made, keyword, value)
    return made


def state(image: FileDataset, **changes: Any) -> FileDataset:
    """Of the whole image, in one window of stored values; `changes` replace or, with None, take away."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = UID(GSPS), UID("1.2.3.99")
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    named = item(ReferencedSOPClassUID=image.SOPClassUID, ReferencedSOPInstanceUID=image.SOPInstanceUID)
    area = item(
        DisplayedAreaTopLeftHandCorner=[1, 1],
        DisplayedAreaBottomRightHandCorner=[image.Columns, image.Rows],
        PresentationSizeMode="SCALE TO FIT",
        PresentationPixelAspectRatio=["1", "1"],
    )
    usual: dict[str, Any] = {
        "SOPClassUID": GSPS,
        "SOPInstanceUID": "1.2.3.99",
        "StudyInstanceUID": image.StudyInstanceUID,
        "SeriesInstanceUID": "1.2.3.98",
        "Modality": "PR",
        "SeriesNumber": 9,
        "InstanceNumber": 1,
        "StudyDate": "20260101",
        "StudyTime": "120000",
        "StudyID": "",
        "AccessionNumber": "",
        "ReferringPhysicianName": "",
        "PatientName": image.get("PatientName", ""),
        "PatientID": image.get("PatientID", ""),
        "PatientBirthDate": image.get("PatientBirthDate", ""),
        "PatientSex": image.get("PatientSex", ""),
        "Manufacturer": "",
        "ContentLabel": "STATE",
        "ContentDescription": "",
        "PresentationCreationDate": "20260101",
        "PresentationCreationTime": "120000",
        "ContentCreatorName": "",
        "ReferencedSeriesSequence": [
            item(SeriesInstanceUID=image.SeriesInstanceUID, ReferencedImageSequence=[named]),
        ],
        "DisplayedAreaSelectionSequence": [area],
        "SoftcopyVOILUTSequence": [item(WindowCenter="128", WindowWidth="256")],
        "PresentationLUTShape": "IDENTITY",
    }
    for keyword, value in {**usual, **changes}.items():
        if value is not None:
            setattr(made, keyword, value)
    return made


def table(entries: np.ndarray[Any, Any], *, first: int, bits: int, vr: str = "US") -> Dataset:
    made = Dataset()
    made.add_new("LUTDescriptor", vr, [len(entries) % 65536, first, bits])
    made.add_new("LUTData", "OW", entries.astype("<u2").tobytes())
    return made


def file_of(dataset: FileDataset) -> bytes:
    out = io.BytesIO()
    pydicom.dcmwrite(out, dataset, enforce_file_format=True)
    return out.getvalue()
