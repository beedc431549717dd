"""DICOM JSON says what the file says (PS3.18 F), and gives large values by address."""

from __future__ import annotations

import io
import json

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from dicom_render.dicom_json import bulk_of, json_of
from dicom_render.refusal import Unreadable
from tests.collab.studies import make as make_studies


def nested() -> bytes:
    ds = pydicom.dcmread(io.BytesIO(make_studies.dicom(study_uid="1.2", series_uid="1.3")))
    item = Dataset()
    item.add_new(0x00420011, "OB", b"%PDF" + bytes(2000))
    ds.ReferencedImageSequence = Sequence([Dataset(), item])
    ds.add_new(0x00091010, "LO", "Ünïcode")
    written = io.BytesIO()
    ds.save_as(written)
    return written.getvalue()


def test_a_document_reads_back_as_the_file() -> None:
    data = nested()
    document = json.loads(json_of(data, "/studies/1/bulkdata"))
    read = Dataset.from_json(document, bulk_data_uri_handler=lambda *_: b"")
    original = pydicom.dcmread(io.BytesIO(data))
    for element in original:
        if element.keyword not in {"PixelData", "ReferencedImageSequence"}:
            assert read[element.tag].value == element.value, element
    assert document["7FE00010"] == {"vr": "OW", "BulkDataURI": "/studies/1/bulkdata/7FE00010"}


def test_a_large_value_in_a_sequence_is_had_at_its_address() -> None:
    data = nested()
    document = json.loads(json_of(data, "/x"))
    address = document["00081140"]["Value"][1]["00420011"]["BulkDataURI"]
    assert address == "/x/00081140/1/00420011"
    assert bulk_of(data, address.removeprefix("/x/")) == [b"%PDF" + bytes(2000)]


@pytest.mark.parametrize("path", ["00100010", "00081140/2/00420011", "00081140/1", "", "x", "00100010/0/00100010"])
def test_what_is_no_large_value_has_no_address(path: str) -> None:
    with pytest.raises(Unreadable):
        bulk_of(nested(), path)


def test_a_broken_value_does_not_take_the_others_with_it() -> None:
    data = nested().replace(b"IS\x02\x001 ", b"IS\x02\x00x ")
    assert b"x " in data
    document = json.loads(json_of(data, "/x"))
    assert "Value" not in document["00200013"]
    assert document["00100010"]["Value"] == [{"Alphabetic": "MARTIN^Paul"}]
