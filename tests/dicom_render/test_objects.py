"""Which objects are read, and which are kept and said not to be shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from dicom_render.objects import content_of, document_of, kind_of
from dicom_render.refusal import Unreadable
from tests.dicom_render import make


@pytest.mark.parametrize(
    ("sop_class_uid", "kind"),
    [
        ("1.2.840.10008.5.1.4.1.1.88.22", "report"),
        ("1.2.840.10008.5.1.4.1.1.88.59", "key_images"),
        ("1.2.840.10008.5.1.4.1.1.104.1", "document"),
        ("1.2.840.10008.5.1.4.1.1.481.2", "not_shown"),
        ("1.2.840.10008.5.1.4.1.1.2", None),
    ],
)
def test_a_storage_class_tells_the_kind(sop_class_uid: str, kind: str | None) -> None:
    """PS3.4 B.5."""
    assert kind_of(sop_class_uid) == kind


def test_a_dose_grid_has_no_content(test_data: Path) -> None:
    with pytest.raises(Unreadable) as refused:
        content_of((test_data / "10_objects/pydicom/rtdose.dcm").read_bytes())
    assert refused.value.code == "no_content"


def document(held: bytes, length: int | None = None) -> bytes:
    made = make.dataset(make.np.zeros((2, 2), make.np.int16))
    made.SOPClassUID = "1.2.840.10008.5.1.4.1.1.104.1"
    made.MIMETypeOfEncapsulatedDocument, made.EncapsulatedDocument = "application/pdf", held
    if length is not None:
        made.EncapsulatedDocumentLength = length
    return make.file_of(made)


def test_a_document_loses_its_padding() -> None:
    assert document_of(document(b"%PDF-1.7 %%EOF\0", 14)) == b"%PDF-1.7 %%EOF"


def test_what_is_no_pdf_is_refused() -> None:
    with pytest.raises(Unreadable) as refused:
        document_of(document(b"<html>"))
    assert refused.value.code == "no_document"
