"""How pixels lie in a file, against the limits and the bytes that are there."""

import pytest

from dicom_render.layout import check_amount, layout_of
from dicom_render.opening import open_dataset
from dicom_render.refusal import Unreadable
from tests.dicom_render import make


def test_numbers_of_a_plain_image() -> None:
    layout = layout_of(open_dataset(make.image(make.noise(48, 64), BitsStored=12, HighBit=11)))
    assert layout is not None
    assert (layout.rows, layout.columns, layout.bits_stored, layout.high_bit, layout.signed) == (48, 64, 12, 11, True)
    assert layout.frame_bits == 48 * 64 * 16


def test_packed_chrominance_takes_two_thirds() -> None:
    rgb = make.noise(4, 6).astype("uint8")[..., None].repeat(3, axis=2)
    data = make.image(rgb, PhotometricInterpretation="YBR_FULL_422", PixelData=bytes(4 * 6 * 2))
    dataset = open_dataset(data)
    layout = layout_of(dataset)
    assert layout is not None
    assert layout.frame_bits == 4 * 6 * 16
    check_amount(dataset, layout)


def test_no_frame_is_larger_than_the_limit() -> None:
    with pytest.raises(Unreadable) as refused:
        layout_of(open_dataset(make.image(make.noise(), Rows=20_000, Columns=20_000)))
    assert refused.value.code == "too_large"


def test_zero_frames_are_one() -> None:
    layout = layout_of(open_dataset(make.image(make.noise(), NumberOfFrames=0)))
    assert layout is not None
    assert layout.number_of_frames == 1
