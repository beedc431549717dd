"""Objects that refer to images and are none themselves: one file to what a screen can show of it; draws nothing.

Runs in a worker process, because every byte it reads is untrusted (see workers.py).
"""

from typing import Literal

import msgspec
from pydicom.dataset import FileDataset

from dicom_render.attributes import text_of
from dicom_render.opening import open_dataset, refusing_everything
from dicom_render.presentation_state import PresentationState, presentation_state_of
from dicom_render.refusal import Unreadable
from dicom_render.registration import DEFORMABLE_CLASS, SpatialRegistration, registration_of
from dicom_render.report import Report, report_of
from dicom_render.segmentation import Segmentation, segmentation_of
from dicom_render.structure_set import StructureSet, structure_set_of

ObjectKind = Literal[
    "report", "key_images", "presentation", "segmentation", "structures", "registration", "document", "not_shown"
]

# PS3.4 B.5: storage classes of objects without a picture of their own.
REPORT_CLASSES = "1.2.840.10008.5.1.4.1.1.88."
_KINDS: dict[str, ObjectKind] = {
    "1.2.840.10008.5.1.4.1.1.88.59": "key_images",
    "1.2.840.10008.5.1.4.1.1.11.1": "presentation",
    # Of colour images: everything but their ICC profile, which is named as left out; of angiography: but the mask.
    "1.2.840.10008.5.1.4.1.1.11.2": "presentation",
    "1.2.840.10008.5.1.4.1.1.11.5": "presentation",
    # Pseudo-colour and blending make colours of grey values, which no screen of a room does: never half shown.
    "1.2.840.10008.5.1.4.1.1.11.3": "not_shown",
    "1.2.840.10008.5.1.4.1.1.11.4": "not_shown",
    "1.2.840.10008.5.1.4.1.1.11.8": "not_shown",
    "1.2.840.10008.5.1.4.1.1.66.1": "registration",
    # Asked for so that the reason is said: a registration that is not applied must not be taken for one that is.
    DEFORMABLE_CLASS: "registration",
    "1.2.840.10008.5.1.4.1.1.66.4": "segmentation",
    "1.2.840.10008.5.1.4.1.1.66.7": "not_shown",
    "1.2.840.10008.5.1.4.1.1.481.3": "structures",
    "1.2.840.10008.5.1.4.1.1.104.1": "document",
    "1.2.840.10008.5.1.4.1.1.481.2": "not_shown",
    "1.2.840.10008.5.1.4.1.1.481.5": "not_shown",
    "1.2.840.10008.5.1.4.1.1.67": "not_shown",
}
OBJECT_CLASSES = tuple(_KINDS)
# A report with hundreds of pictures of pages; beyond that it is no document to read beside images.
MAX_DOCUMENT_BYTES = 64 << 20
# As JSON before compression; a browser parses ten megabytes in a tenth of a second.
MAX_CONTENT_BYTES = 32 << 20

Content = Report | PresentationState | Segmentation | StructureSet | SpatialRegistration


def kind_of(sop_class_uid: str) -> ObjectKind | None:
    """What sort of object a storage class is; None for images and whatever is not known here."""
    kind = _KINDS.get(sop_class_uid)
    return "report" if kind is None and sop_class_uid.startswith(REPORT_CLASSES) else kind


def content_of(data: bytes) -> bytes:
    """What a screen needs of the object, as JSON tagged by `type`. Raises `Unreadable`: also no_content, too_large."""
    dataset = open_dataset(data)
    with refusing_everything("malformed"):
        encoded = msgspec.json.encode(_read(dataset))
    if len(encoded) > MAX_CONTENT_BYTES:
        raise Unreadable("too_large", {"bytes": len(encoded), "most": MAX_CONTENT_BYTES})
    return encoded


def _read(dataset: FileDataset) -> Content:
    match kind_of(text_of(dataset, "SOPClassUID")):
        case "report" | "key_images":
            return report_of(dataset)
        case "presentation":
            return presentation_state_of(dataset)
        case "segmentation":
            return segmentation_of(dataset)
        case "structures":
            return structure_set_of(dataset)
        case "registration":
            return registration_of(dataset)
        case "document" | "not_shown" | None:
            raise Unreadable("no_content", {"sop_class_uid": text_of(dataset, "SOPClassUID")})


def document_of(data: bytes) -> bytes:
    """The PDF of an Encapsulated PDF (PS3.3 A.45.1). Raises `Unreadable`: also no_document, too_large."""
    dataset = open_dataset(data)
    with refusing_everything("malformed"):
        held = dataset.get("EncapsulatedDocument")
    length = dataset.get("EncapsulatedDocumentLength")
    if not isinstance(held, bytes) or not held.startswith(b"%PDF-"):
        raise Unreadable("no_document", {"media": text_of(dataset, "MIMETypeOfEncapsulatedDocument")[:40]})
    if len(held) > MAX_DOCUMENT_BYTES:
        raise Unreadable("too_large", {"bytes": len(held), "most": MAX_DOCUMENT_BYTES})
    return held[:length] if isinstance(length, int) and 0 < length <= len(held) else held
