"""What is read straight from the bytes is what pydicom says; what is odd is left to it."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from pydicom.datadict import keyword_for_tag, tag_for_keyword
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag

from dicom_render.opening import open_dataset
from dicom_render.plain import is_absent, plain_numbers, plain_text
from dicom_render.refusal import Unreadable


def read(tag: tuple[int, int], vr: str, value: bytes) -> Dataset:
    """A dataset of one element in Explicit VR Little Endian, read but not parsed."""
    head = b"".join(number.to_bytes(2, "little") for number in tag)
    return read_dataset(BytesIO(head + vr.encode() + len(value).to_bytes(2, "little") + value), False, True)


def opened(folder: Path) -> Iterator[Dataset]:
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        try:
            yield open_dataset(path.read_bytes())
        except Unreadable:
            continue


def said_by_pydicom(dataset: Dataset, tag: BaseTag) -> list[object]:
    value = dataset[tag].value
    return list(value) if isinstance(value, MultiValue | list) else [value]


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_on_every_element_of_every_real_file_it_agrees_with_pydicom(test_data: Path) -> None:
    texts = numbers = 0
    for dataset in opened(test_data):
        for tag in list(dataset.keys()):
            keyword, raw = keyword_for_tag(tag), dataset.get_item(tag, keep_deferred=True)
            if tag_for_keyword(keyword) != tag or not isinstance(raw, RawDataElement):
                continue
            text, found = plain_text(dataset, keyword), plain_numbers(dataset, keyword)
            if text is not None:
                parts = said_by_pydicom(dataset, tag)
                assert text == "\\".join("" if part is None else str(part) for part in parts).strip(), keyword
                texts += 1
            if found is not None:
                assert list(found) == [float(str(part)) for part in said_by_pydicom(dataset, tag)], keyword
                numbers += 1
    assert (texts > 5000, numbers > 5000) == (True, True), "it was tried on next to nothing"


def test_what_is_absent_says_nothing() -> None:
    assert is_absent(Dataset(), "PatientName")
    assert (plain_text(Dataset(), "PatientName"), plain_numbers(Dataset(), "Rows")) == ("", ())


@pytest.mark.parametrize(
    ("tag", "vr", "value"),
    [
        ((0x0010, 0x0010), "PN", "Müller".encode()),
        ((0x0010, 0x0010), "PN", b"Yamada^Taro=\x1b$B;3ED\x1b(B"),
        ((0x0010, 0x0020), "LO", b"A\\B"),
        ((0x0008, 0x1030), "LO", b"5~6 "),
    ],
)
def test_text_that_character_sets_could_change_is_left_to_pydicom(tag: tuple[int, int], vr: str, value: bytes) -> None:
    dataset = read(tag, vr, value)
    assert plain_text(dataset, keyword_for_tag(BaseTag(tag[0] << 16 | tag[1]))) is None


@pytest.mark.parametrize("value", [b"1,5 ", b"1\\\\2 ", b"wide", b"1_0 ", b"nan ", b"inf ", b"", b"   "])
def test_numbers_that_are_not_written_as_the_standard_has_them_are_left_to_pydicom(value: bytes) -> None:
    assert plain_numbers(read((0x0018, 0x0050), "DS", value), "SliceThickness") is None


def test_binary_numbers_follow_the_order_of_their_bytes() -> None:
    assert plain_numbers(read((0x0028, 0x0010), "US", b"\x00\x02"), "Rows") == (512.0,)
    big = read_dataset(BytesIO(b"\x00\x28\x00\x10US\x00\x02\x02\x00"), False, False)
    assert plain_numbers(big, "Rows") == (512.0,)


def test_an_ambiguous_one_of_implicit_vr_is_left_to_pydicom() -> None:
    """Pixel Padding Value is US or SS, by Pixel Representation (PS3.6)."""
    head = (0x0028).to_bytes(2, "little") + (0x0120).to_bytes(2, "little")
    dataset = read_dataset(BytesIO(head + (2).to_bytes(4, "little") + b"\x30\xf8"), True, True)
    assert plain_numbers(dataset, "PixelPaddingValue") is None
