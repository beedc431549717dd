"""WADO-RS: originals byte for byte, metadata, bulk data, and frames in the form that was negotiated."""

from __future__ import annotations

import hashlib
import io
import subprocess
from collections.abc import Callable
from email import message_from_bytes
from itertools import islice
from pathlib import Path

import httpx
import imagecodecs
import numpy as np
import pydicom
import pytest
from pydicom.dataset import FileMetaDataset
from pydicom.pixels.utils import pixel_array
from pydicom.uid import ExplicitVRLittleEndian

from collab.audit.models import AuditEntry
from tests.collab.dicomweb.conftest import Pacs
from tests.collab.studies import make as make_studies

LE, JPEG_LOSSLESS, HTJ2K = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.202"


def parts(answer: httpx.Response) -> list[tuple[str, bytes]]:
    """Content type and bytes of each part, as Python's own reader of MIME finds them."""
    head = f"Content-Type: {answer.headers['content-type']}\r\n\r\n".encode()
    boundary = message_from_bytes(head).get_param("boundary")
    chunks = answer.content.split(f"--{boundary}".encode())
    assert chunks[-1] == b"--\r\n"
    found: list[tuple[str, bytes]] = []
    for chunk in chunks[1:-1]:
        head, _, body = chunk.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        found.append((str(message_from_bytes(head)["Content-Type"]), body.removesuffix(b"\r\n")))
    return found


def path_of(data: bytes) -> str:
    ds = pydicom.dcmread(io.BytesIO(data), stop_before_pixels=True)
    return f"/studies/{ds.StudyInstanceUID}/series/{ds.SeriesInstanceUID}/instances/{ds.SOPInstanceUID}"


@pytest.fixture
def compressed(tool: Callable[[str], str], tmp_path: Path) -> bytes:
    """A slice as DCMTK's lossless JPEG encoder writes it."""
    plain, packed = tmp_path / "plain.dcm", tmp_path / "packed.dcm"
    plain.write_bytes(make_studies.dicom(study_uid=make_studies.uid(), series_uid=make_studies.uid()))
    subprocess.run([tool("dcmcjpeg"), "+e1", str(plain), str(packed)], check=True)
    return packed.read_bytes()


@pytest.fixture
def slices(pacs: Pacs, tmp_path: Path) -> list[bytes]:
    files = make_studies.series(3)
    pacs.bring(tmp_path, files)
    return list(files.values())


def test_a_study_comes_byte_for_byte(pacs: Pacs, slices: list[bytes]) -> None:
    study = path_of(slices[0]).split("/series")[0]
    answer = pacs.get(study, accept='multipart/related; type="application/dicom"; transfer-syntax=*')
    assert [body for _, body in parts(answer)] == slices


def test_one_instance_can_come_without_parts(pacs: Pacs, slices: list[bytes]) -> None:
    answer = pacs.get(path_of(slices[1]), accept="application/dicom")
    assert answer.content == slices[1]
    assert answer.headers["content-type"] == f"application/dicom; transfer-syntax={LE}"


def test_a_compressed_original_comes_as_it_was_written(pacs: Pacs, compressed: bytes, tmp_path: Path) -> None:
    pacs.bring(tmp_path, {"a.dcm": compressed})
    ((content_type, body),) = parts(pacs.get(path_of(compressed)))
    assert (content_type, body) == (f"application/dicom; transfer-syntax={JPEG_LOSSLESS}", compressed)
    refused = pacs.get(path_of(compressed), accept=f"application/dicom; transfer-syntax={HTJ2K}")
    assert (refused.status_code, refused.json()["refused"]) == (406, "dicomweb_not_acceptable")


def test_who_names_explicit_little_endian_gets_it_whatever_is_stored(
    pacs: Pacs, compressed: bytes, tmp_path: Path
) -> None:
    pacs.bring(tmp_path, {"a.dcm": compressed})
    asked = f"application/dicom; transfer-syntax={LE}"
    answer = pacs.get(path_of(compressed), accept=asked)
    assert answer.headers["content-type"] == asked
    made = pydicom.dcmread(io.BytesIO(answer.content))
    np.testing.assert_array_equal(made.pixel_array, pydicom.dcmread(tmp_path / "plain.dcm").pixel_array)
    study = path_of(compressed).split("/series")[0]
    in_parts = f'multipart/related; type="application/dicom"; transfer-syntax={LE}'
    ((content_type, body),) = parts(pacs.get(study, accept=in_parts))
    assert (content_type, body) == (asked, answer.content)


def test_a_damaged_original_never_goes_out_as_whole(pacs: Pacs, slices: list[bytes]) -> None:
    stored = pacs.intake.blobs.path_of(hashlib.sha256(slices[0]).hexdigest())
    stored.write_bytes(stored.read_bytes()[:-2] + b"xx")
    assert pacs.get(path_of(slices[0])).status_code == 500


def test_metadata_say_what_pydicom_reads_and_where_the_pixels_are(pacs: Pacs, slices: list[bytes]) -> None:
    study = path_of(slices[0]).split("/series")[0]
    for _ in range(2):  # made, then kept
        first = pacs.get(f"{study}/metadata", accept="application/dicom+json").json()[0]
        read = pydicom.Dataset.from_json(first, bulk_data_uri_handler=lambda *_: b"")
        ds = pydicom.dcmread(io.BytesIO(slices[0]))
        for element in ds:
            if element.keyword != "PixelData":
                assert read[element.tag].value == element.value, element
        uri = first["7FE00010"]["BulkDataURI"]
        assert uri == f"{pacs.url}/dicomweb{path_of(slices[0])}/bulkdata/7FE00010"
    assert pacs.library().retrieve_bulkdata(uri) == [ds.PixelData]


def test_the_library_reads_metadata_and_frames(pacs: Pacs, slices: list[bytes]) -> None:
    study, series, instance = path_of(slices[0]).split("/")[2::2]
    client = pacs.library()
    assert len(client.retrieve_study_metadata(study)) == 3
    assert client.retrieve_instance_metadata(study, series, instance)["00280010"]["Value"] == [16]
    (frame,) = client.retrieve_instance_frames(study, series, instance, [1])
    assert frame == pydicom.dcmread(io.BytesIO(slices[0])).PixelData


def test_uncompressed_colour_is_what_the_metadata_say_of_it(pacs: Pacs, test_data: Path, tmp_path: Path) -> None:
    data = (test_data / "05_us/pydicom_examples/examples_ybr_color.dcm").read_bytes()
    pacs.bring(tmp_path, {"a.dcm": data})
    metadata = pacs.get(f"{path_of(data)}/metadata", accept="application/dicom+json").json()[0]
    header = pydicom.Dataset.from_json(metadata, bulk_data_uri_handler=lambda *_: b"")
    ((content_type, body),) = parts(pacs.get(f"{path_of(data)}/frames/1"))
    assert content_type == f"application/octet-stream; transfer-syntax={LE}"
    header.file_meta = FileMetaDataset()
    header.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    header.NumberOfFrames, header.PixelData = 1, body
    shown = pixel_array(header).astype(int)
    decoded = pixel_array(pydicom.dcmread(io.BytesIO(data)), index=0)
    assert np.quantile(np.abs(shown - decoded), 0.99) <= 1


NEGOTIATED = {
    # What is asked: (status, content type of the part or answer)
    "": (200, f"application/octet-stream; transfer-syntax={LE}"),
    "*/*": (200, f"application/octet-stream; transfer-syntax={LE}"),
    'multipart/related; type="application/octet-stream"': (200, f"application/octet-stream; transfer-syntax={LE}"),
    f'multipart/related; type="application/octet-stream"; transfer-syntax={LE}': (
        200,
        f"application/octet-stream; transfer-syntax={LE}",
    ),
    "multipart/related; type=application/octet-stream; transfer-syntax=*": (
        200,
        f"image/jpeg; transfer-syntax={JPEG_LOSSLESS}",
    ),
    f'multipart/related; type="image/jpeg"; transfer-syntax={JPEG_LOSSLESS}': (
        200,
        f"image/jpeg; transfer-syntax={JPEG_LOSSLESS}",
    ),
    f'multipart/related; type="image/jphc"; transfer-syntax={HTJ2K}': (200, f"image/jphc; transfer-syntax={HTJ2K}"),
    'multipart/related; type="image/jls"': (406, ""),
    'multipart/related; type="image/jls", multipart/related; type="image/jphc"; q=0.5': (
        200,
        f"image/jphc; transfer-syntax={HTJ2K}",
    ),
    "text/html": (406, ""),
}


@pytest.mark.parametrize("accept", NEGOTIATED)
def test_frames_come_in_the_form_asked_for(pacs: Pacs, compressed: bytes, tmp_path: Path, accept: str) -> None:
    pacs.bring(tmp_path, {"a.dcm": compressed})
    answer = pacs.get(f"{path_of(compressed)}/frames/1", accept=accept)
    status, content_type = NEGOTIATED[accept]
    assert answer.status_code == status, answer.text
    if status != 200:
        return
    ((said, body),) = parts(answer)
    assert said == content_type
    expected = (np.arange(256, dtype="<i2") + 1).reshape(16, 16)  # what the builder wrote
    if "octet" in said:
        shown = np.frombuffer(body, "<i2").reshape(16, 16)
    elif "jphc" in said:
        shown = imagecodecs.htj2k_decode(body)
    else:
        shown = imagecodecs.ljpeg_decode(body).view("<i2")
    assert np.array_equal(shown, expected)


def test_one_frame_can_come_without_parts(pacs: Pacs, slices: list[bytes]) -> None:
    answer = pacs.get(f"{path_of(slices[0])}/frames/1", accept="application/octet-stream")
    assert answer.content == pydicom.dcmread(io.BytesIO(slices[0])).PixelData


def test_frames_that_are_not_there_are_not_found(pacs: Pacs, slices: list[bytes]) -> None:
    for frames, status in (("2", 404), ("0", 404), ("1,2", 404), ("one", 400), ("1,,1", 400)):
        assert pacs.get(f"{path_of(slices[0])}/frames/{frames}").status_code == status, frames


def test_a_large_value_that_is_not_there_is_not_found(pacs: Pacs, slices: list[bytes]) -> None:
    for place in ("00100010", "nonsense", "00081140/0/00081155", "7FE00010/1"):
        assert pacs.get(f"{path_of(slices[0])}/bulkdata/{place}").status_code == 404, place


def test_each_reading_is_recorded_once_in_a_while(pacs: Pacs, slices: list[bytes]) -> None:
    for _ in range(3):
        pacs.get(path_of(slices[0]))
    pacs.get(f"{path_of(slices[0]).split('/series')[0]}/metadata")
    with pacs.intake.database.transaction() as session:
        acts = [row.act for row in session.query(AuditEntry) if row.act.startswith("dicomweb")]
    assert acts == ["dicomweb.read", "dicomweb.read"]


def test_real_files_come_byte_for_byte_and_with_their_metadata(pacs: Pacs, test_data: Path, tmp_path: Path) -> None:
    found = (path for path in sorted(test_data.rglob("*.dcm")) if path.stat().st_size < 1 << 20)
    files = {f"{number}.dcm": path.read_bytes() for number, path in enumerate(islice(found, 0, 120, 12))}
    folder = make_studies.folder(tmp_path / "real", files)
    done = make_studies.import_all(pacs.intake, [folder], hospital_id=pacs.hospital.id)
    assert done.stored > 0
    sent: dict[str, bytes] = {}
    for data in files.values():
        answer = pacs.get(path_of(data), accept="application/dicom")
        if answer.status_code == 404:
            continue  # set aside by the import, for reasons of its own
        sent[path_of(data)] = data
        assert answer.content == data
        (told,) = pacs.get(f"{path_of(data)}/metadata").json()
        assert told["00080018"]["Value"] == [path_of(data).rpartition("/")[2]]
    assert len(sent) == done.stored
