"""What is read of a header, and what is refused."""

from contextlib import suppress
from pathlib import Path

import msgspec
import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from dicom_render.reading import InstanceHeader, Unreadable, read_header
from tests.dicom_render import make


def code_of(data: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        read_header(data)
    return refused.value.code


def test_a_header_survives_json() -> None:
    header = read_header(make.image(make.noise(), WindowCenter=[40, 600], WindowWidth=[80, 2800]))
    assert msgspec.json.decode(msgspec.json.encode(header), type=InstanceHeader) == header
    assert [(window.center, window.width) for window in header.frames[0].windows] == [(40, 80), (600, 2800)]


def test_the_patient_is_kept_as_written() -> None:
    name = "DUPONT^JEAN=山田^太郎"
    data = make.image(make.noise(), SpecificCharacterSet="ISO_IR 192", PatientName=name, PatientBirthDate="19500228")
    patient = read_header(data).patient
    assert (patient.name, patient.id, patient.birth_date) == (name, "1", "19500228")


def test_the_issuers_oid_counts_for_more_than_its_text() -> None:
    """DOMAIN 2.6: the OID alone tells a demo identity (...4.11) from a real one (...4.8)."""
    qualifiers = Dataset()
    qualifiers.UniversalEntityID, qualifiers.UniversalEntityIDType = "1.2.250.1.213.1.4.11", "ISO"
    text = "ASIP-SANTE-INS-NIR"
    with_oid = make.image(
        make.noise(), IssuerOfPatientID=text, IssuerOfPatientIDQualifiersSequence=Sequence([qualifiers])
    )
    assert read_header(with_oid).patient.issuer == "1.2.250.1.213.1.4.11"
    assert read_header(make.image(make.noise(), IssuerOfPatientID=text)).patient.issuer == text


def test_a_broken_optional_attribute_is_absent_and_not_fatal() -> None:
    made = make.dataset(make.noise())
    made.add_new("WindowWidth", "LO", "wide")
    made.WindowCenter = 40
    assert read_header(make.file_of(made)).frames[0].windows == ()


@pytest.mark.parametrize(("good", "bad"), [("1.2.3.4.1", "../../etc"), ("1.2.3.1", "1.2.x.1"), ("1.2.3.2", "1.2 3.2")])
def test_a_uid_that_is_none_is_refused(good: str, bad: str) -> None:
    assert code_of(make.image(make.noise()).replace(good.encode(), bad.encode())) == "bad_uid"


@pytest.mark.parametrize("mark", [b"MZ", b"PK\x03\x04", b"%PDF-1.7", b"\x7fELF", b"<html>"])
def test_a_program_or_document_in_the_preamble_is_refused(mark: bytes) -> None:
    data = make.image(make.noise())
    assert code_of(mark + data[len(mark) :]) == "polyglot"
    assert code_of(mark + b"no dicom behind it") == "not_dicom"


@pytest.mark.parametrize("data", [b"", b"DICM", b"\0" * 200, b"hello world" * 30])
def test_what_is_no_dicom_is_said_to_be_none(data: bytes) -> None:
    assert code_of(data) == "not_dicom"


def test_fewer_pixels_than_promised_are_refused() -> None:
    assert code_of(make.image(make.noise(64, 64), Rows=65)) == "truncated"


def test_a_file_cut_short_is_refused() -> None:
    data = make.image(make.noise())
    assert code_of(data[: len(data) - 100]) in {"truncated", "missing_pixels", "malformed"}


def test_an_image_without_pixels_is_refused_and_a_document_is_not() -> None:
    image = make.dataset(make.noise())
    del image.PixelData
    assert code_of(make.file_of(image)) == "missing_pixels"
    for keyword in ("Rows", "Columns", "BitsAllocated"):
        delattr(image, keyword)
    assert not read_header(make.file_of(image)).has_pixels


def test_a_frame_count_beyond_all_reason_is_refused_before_it_is_used() -> None:
    assert code_of(make.image(make.noise(), NumberOfFrames="2147483647")) == "too_large"


def test_a_deflated_bomb_is_refused() -> None:
    data = make.deflated_bomb(300 << 20)
    assert len(data) < 400_000
    assert code_of(data) == "too_large"


def test_a_slope_of_zero_means_not_given() -> None:
    assert read_header(make.image(make.noise(), RescaleSlope=0)).frames[0].rescale_slope == 1.0


def test_lossy_is_said_by_the_attribute_or_the_syntax() -> None:
    pixels = make.noise()
    assert not read_header(make.image(pixels)).lossy
    assert read_header(make.image(pixels, LossyImageCompression="01")).lossy


def test_random_damage_never_raises_anything_else() -> None:
    random = np.random.default_rng(5)
    good = bytearray(make.image(make.noise(16, 16), WindowCenter=40, WindowWidth=80))
    for _ in range(300):
        bad = bytearray(good)
        for at in random.integers(0, len(bad), 6):
            bad[at] = random.integers(0, 256)
        with suppress(Unreadable):
            read_header(bytes(bad[: random.integers(1, len(bad) + 1)]))


def test_the_malformed_set_is_read_or_refused(test_data: Path) -> None:
    files = sorted(file for file in (test_data / "11_malformed").rglob("*") if file.is_file())
    assert len(files) > 20
    codes: set[str] = set()
    for file in files:
        try:
            read_header(file.read_bytes())
        except Unreadable as refused:
            codes.add(refused.code)
    assert {"truncated", "bad_uid", "not_dicom"} <= codes


def test_objects_without_pixels_have_a_header(test_data: Path) -> None:
    for name in ("pydicom/reportsi.dcm", "derived_highdicom/gsps_window_polyline_text.dcm", "rt_breast/rtss.dcm"):
        header = read_header((test_data / "10_objects" / name).read_bytes())
        assert not header.has_pixels
        assert header.frames == ()
