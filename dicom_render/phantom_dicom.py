"""DICOM Part 10 bytes of the synthetic studies; it takes finished pixels and draws nothing."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.sequence import Sequence
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, MRImageStorage

from dicom_render.phantom_scan import Acquisition

UID_NAMESPACE = uuid.UUID("5b0f3c8e-2d0b-5a3e-9b51-6c6f6e73696c")
# French demonstration matricules; the production and test roots would name real people (INS reference, ANS).
DEMO_INS_OID = "1.2.250.1.213.1.4.11"
SYNTHETIC_NOTE = "SYNTHETIC - NOT A REAL PATIENT"


def uid_from(name: str) -> str:
    """A stable UID under the UUID root (PS3.5 B.2)."""
    return f"2.25.{uuid.uuid5(UID_NAMESPACE, name).int}"


def with_control_key(matricule: str) -> str:
    """The 13 digits and their two-digit key, 97 - n mod 97."""
    return f"{matricule}{97 - int(matricule) % 97:02d}"


@dataclass(frozen=True, slots=True)
class DemoPatient:
    family_name: str
    given_name: str
    matricule: str  # 13 digits; department 99, country 999: no such place of birth
    birth_on: str
    sex: str

    def fill(self, ds: Dataset, at: datetime) -> None:
        ds.PatientName = f"{self.family_name}^{self.given_name}"
        ds.PatientID = with_control_key(self.matricule)
        ds.IssuerOfPatientID = "ASIP-SANTE-INS-NIR"
        issuer = Dataset()
        issuer.UniversalEntityID = DEMO_INS_OID
        issuer.UniversalEntityIDType = "ISO"
        ds.IssuerOfPatientIDQualifiersSequence = Sequence([issuer])
        ds.PatientBirthDate = self.birth_on
        ds.PatientSex = self.sex
        had_birthday = at.strftime("%m%d") >= self.birth_on[4:]
        ds.PatientAge = f"{at.year - int(self.birth_on[:4]) - (not had_birthday):03d}Y"
        ds.PatientComments = SYNTHETIC_NOTE


@dataclass(frozen=True, slots=True)
class StudyPlan:
    key: str
    patient: DemoPatient
    at: datetime
    description: str
    institution: str
    accession: str

    @property
    def uid_name(self) -> str:
        # The day is part of the name: other bytes must never carry a UID already used (PS3.5 9).
        return f"{self.key}/{self.at:%Y%m%d}"


@dataclass(frozen=True, slots=True)
class SeriesPlan:
    study: StudyPlan
    number: int
    modality: str
    description: str
    acquisition: Acquisition
    windows: tuple[tuple[float, float, str], ...]  # width, centre, explanation
    technique: dict[str, object] = field(default_factory=dict[str, object])
    frame_of_reference: str = "1"


def encode(plan: SeriesPlan, index: int, stored: NDArray[np.uint16]) -> bytes:
    """One instance; ``stored`` is rows x columns, 12 bits in 16."""
    ds = Dataset()
    _study(ds, plan)
    _series(ds, plan, index)
    _plane(ds, plan.acquisition, index)
    _pixels(ds, plan, stored)
    for keyword, value in plan.technique.items():
        setattr(ds, keyword, value)
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = ds.SOPClassUID
    meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta = meta
    out = BytesIO()
    dcmwrite(out, ds, enforce_file_format=True)
    return out.getvalue()


def _study(ds: Dataset, plan: SeriesPlan) -> None:
    study = plan.study
    ds.SpecificCharacterSet = "ISO_IR 192"
    study.patient.fill(ds, study.at)
    ds.StudyInstanceUID = uid_from(study.uid_name)
    ds.StudyDate = ds.SeriesDate = ds.AcquisitionDate = ds.ContentDate = study.at.strftime("%Y%m%d")
    ds.StudyTime = ds.SeriesTime = ds.AcquisitionTime = ds.ContentTime = study.at.strftime("%H%M%S")
    ds.StudyID = "1"
    ds.AccessionNumber = study.accession
    ds.ReferringPhysicianName = "DEMO^Urgences"
    ds.StudyDescription = study.description
    ds.InstitutionName = study.institution
    ds.Manufacturer = "Consilium synthetic"
    ds.ManufacturerModelName = "Phantom"
    ds.DeviceSerialNumber = "0"
    ds.SoftwareVersions = "1"


def _series(ds: Dataset, plan: SeriesPlan, index: int) -> None:
    name = f"{plan.study.uid_name}/{plan.number}"
    ds.Modality = plan.modality
    ds.SOPClassUID = CTImageStorage if plan.modality == "CT" else MRImageStorage
    ds.SOPInstanceUID = uid_from(f"{name}/{index}")
    ds.SeriesInstanceUID = uid_from(name)
    ds.SeriesNumber = plan.number
    ds.SeriesDescription = plan.description
    ds.InstanceNumber = index + 1
    ds.AcquisitionNumber = 1
    ds.BodyPartExamined = "HEAD"
    ds.PatientPosition = "HFS"
    ds.FrameOfReferenceUID = uid_from(f"{plan.study.uid_name}/frame {plan.frame_of_reference}")
    ds.PositionReferenceIndicator = "OM" if plan.modality == "CT" else ""
    ds.ImageComments = SYNTHETIC_NOTE


def _plane(ds: Dataset, a: Acquisition, index: int) -> None:
    ds.ImagePositionPatient = [f"{v:.6f}" for v in a.position_mm(index)]
    ds.ImageOrientationPatient = [f"{v:.9f}" for v in (*a.row_direction, *a.column_direction)]
    normal = np.cross(a.row_direction, a.column_direction)
    ds.SliceLocation = f"{float(np.dot(normal, a.position_mm(index))):.4f}"
    ds.SliceThickness = f"{a.thickness_mm:g}"
    ds.PixelSpacing = [f"{a.pixel_mm:g}"] * 2


def _pixels(ds: Dataset, plan: SeriesPlan, stored: NDArray[np.uint16]) -> None:
    ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"] if plan.modality == "CT" else ["ORIGINAL", "PRIMARY", "M"]
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.Rows, ds.Columns = stored.shape
    ds.BitsAllocated = 16
    ds.BitsStored = 12
    ds.HighBit = 11
    ds.PixelRepresentation = 0
    if plan.modality == "CT":
        ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = "-1024", "1", "HU"
    ds.WindowWidth = [f"{width:g}" for width, _, _ in plan.windows]
    ds.WindowCenter = [f"{centre:g}" for _, centre, _ in plan.windows]
    ds.WindowCenterWidthExplanation = [words for _, _, words in plan.windows]
    ds.LossyImageCompression = "00"
    ds.PixelData = stored.astype("<u2").tobytes()
    ds["PixelData"].VR = "OW"
