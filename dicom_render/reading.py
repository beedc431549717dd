"""Bytes of a file to its `InstanceHeader`, or a refusal; never decodes a pixel."""

from pydicom.dataset import FileDataset

from dicom_render.announcing import images_in_series
from dicom_render.attributes import integer_string_of, numbers_of, text_of, texts_of
from dicom_render.frame_headers import frame_headers_of
from dicom_render.headers import FrameHeader as FrameHeader
from dicom_render.headers import InstanceHeader as InstanceHeader
from dicom_render.headers import Patient
from dicom_render.headers import Window as Window
from dicom_render.layout import check_amount, layout_of
from dicom_render.opening import UID, open_dataset, refusing_everything, transfer_syntax_of
from dicom_render.refusal import Unreadable as Unreadable
from dicom_render.regions import regions_of
from dicom_render.transfer_syntaxes import LOSSY
from dicom_render.views import view_position_of


def read_header(data: bytes) -> InstanceHeader:
    """Reads one DICOM file held in memory. An object without pixels is fine: `has_pixels` is False.

    Raises `Unreadable`: not_dicom, polyglot, bad_uid, malformed, truncated, missing_pixels, unsupported_pixels,
    too_large.
    """
    return header_of(open_dataset(data))


def header_of(dataset: FileDataset) -> InstanceHeader:
    """The header of an opened dataset; raises as `read_header` does."""
    with refusing_everything("malformed"):
        layout = layout_of(dataset)
        if layout is not None:
            check_amount(dataset, layout)
        frames = () if layout is None else frame_headers_of(dataset, layout.number_of_frames)
        transfer_syntax_uid = transfer_syntax_of(dataset)
        return InstanceHeader(
            study_uid=_uid(dataset, "StudyInstanceUID"),
            series_uid=_uid(dataset, "SeriesInstanceUID"),
            sop_instance_uid=_uid(dataset, "SOPInstanceUID"),
            sop_class_uid=_uid(dataset, "SOPClassUID"),
            transfer_syntax_uid=_checked_uid(transfer_syntax_uid, "TransferSyntaxUID"),
            modality=text_of(dataset, "Modality"),
            patient=_patient(dataset),
            study_date=text_of(dataset, "StudyDate"),
            study_time=text_of(dataset, "StudyTime"),
            study_description=text_of(dataset, "StudyDescription"),
            study_id=text_of(dataset, "StudyID"),
            accession_number=text_of(dataset, "AccessionNumber"),
            referring_physician=text_of(dataset, "ReferringPhysicianName"),
            series_date=text_of(dataset, "SeriesDate"),
            series_time=text_of(dataset, "SeriesTime"),
            series_description=text_of(dataset, "SeriesDescription"),
            series_number=integer_string_of(dataset, "SeriesNumber"),
            instance_number=integer_string_of(dataset, "InstanceNumber"),
            body_part_examined=text_of(dataset, "BodyPartExamined"),
            institution_name=text_of(dataset, "InstitutionName"),
            manufacturer=text_of(dataset, "Manufacturer"),
            units=text_of(dataset, "Units"),
            lossy=text_of(dataset, "LossyImageCompression") == "01" or transfer_syntax_uid in LOSSY,
            lossy_ratio=max(numbers_of(dataset, "LossyImageCompressionRatio"), default=None),
            lossy_method=_last(texts_of(dataset, "LossyImageCompressionMethod")),
            images_in_acquisition=integer_string_of(dataset, "ImagesInAcquisition"),
            images_in_series=images_in_series(dataset),
            temporal_positions=integer_string_of(dataset, "NumberOfTemporalPositions"),
            laterality=text_of(dataset, "ImageLaterality") or text_of(dataset, "Laterality"),
            view_position=view_position_of(dataset),
            patient_orientation=_patient_orientation(dataset),
            regions=regions_of(dataset),
            frame_times_ms=numbers_of(dataset, "FrameTimeVector") if len(frames) > 1 else (),
            has_pixels=bool(frames),
            number_of_frames=len(frames),
            frames=frames,
        )


def _last(texts: tuple[str, ...]) -> str:
    return texts[-1] if texts else ""


def _patient_orientation(dataset: FileDataset) -> tuple[str, str] | None:
    """PS3.3 C.7.6.1.1.1; letters only: an empty direction tells nothing, and nothing is made up."""
    texts = texts_of(dataset, "PatientOrientation")
    if len(texts) != 2 or not all(text and set(text) <= set("ALRHFP") for text in texts):
        return None
    return texts[0], texts[1]


def _patient(dataset: FileDataset) -> Patient:
    return Patient(
        name=text_of(dataset, "PatientName"),
        id=text_of(dataset, "PatientID"),
        issuer=_issuer(dataset),
        birth_date=text_of(dataset, "PatientBirthDate"),
        sex=text_of(dataset, "PatientSex"),
    )


def _issuer(dataset: FileDataset) -> str:
    """The OID of the assigning authority where one is given (PS3.3 10.14), else its text: the text names one of many.

    A French demo identity says "ASIP-SANTE-INS-NIR" like a real one; only the OID tells them apart.
    """
    for qualifiers in dataset.get("IssuerOfPatientIDQualifiersSequence") or ():
        oid = text_of(qualifiers, "UniversalEntityID")
        if oid and text_of(qualifiers, "UniversalEntityIDType") == "ISO":
            return oid
    return text_of(dataset, "IssuerOfPatientID")


def _uid(dataset: FileDataset, keyword: str) -> str:
    return _checked_uid(text_of(dataset, keyword), keyword)


def _checked_uid(uid: str, keyword: str) -> str:
    if not UID.match(uid):
        raise Unreadable("bad_uid", {"attribute": keyword, "value": uid[:80]})
    return uid
