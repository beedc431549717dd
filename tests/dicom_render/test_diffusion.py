"""Diffusion weighting, also where only its maker's private element says it."""

from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset

from dicom_render.diffusion import b_value_of, gradient_of


def private(group: int, creator: str, element: int, vr: str, value: object) -> Dataset:
    made = Dataset()
    made.private_block(group, creator, create=True).add_new(element, vr, value)
    return made


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (private(0x0019, "SIEMENS MR HEADER", 0x0C, "IS", "1000"), 1000.0),
        (private(0x0019, "SIEMENS MR HEADER", 0x0C, "UN", b"1000"), 1000.0),
        (private(0x2001, "Philips Imaging DD 001", 0x03, "FL", 800.0), 800.0),
        (private(0x2001, "Philips Imaging DD 001", 0x03, "UN", b"\x00\x00\x48\x44"), 800.0),
        (private(0x0043, "GEMS_PARM_01", 0x39, "IS", ["1000001000", "8", "0", "0"]), 1000.0),
        (Dataset(), None),
    ],
)
def test_a_b_value_is_read_of_its_maker(made: Dataset, expected: float | None) -> None:
    assert b_value_of(made, made) == expected


def test_a_real_series_without_creators_is_read_by_its_maker(test_data: Path) -> None:
    """(0043,1039) of these GE files says 0 and 1000, and their anonymiser has taken (0043,0010) away."""
    files = (test_data / "03_mr_brain" / "icometrix_ge_dti_001").glob("*.dcm")
    reads = [pydicom.dcmread(file, stop_before_pixels=True) for file in files]
    assert sorted({b_value_of(read, read) for read in reads}) == [0.0, 1000.0]
    reads[0].Manufacturer = "Acme"
    assert b_value_of(reads[0], reads[0]) is None


def test_the_standard_goes_before_the_maker() -> None:
    made = private(0x0019, "SIEMENS MR HEADER", 0x0C, "IS", "1000")
    made.DiffusionBValue = 50.0
    assert b_value_of(made, made) == 50.0


def test_a_gradient_is_three_numbers_or_nothing() -> None:
    made = private(0x0019, "SIEMENS MR HEADER", 0x0E, "FD", [0.0, 0.6, 0.8])
    assert gradient_of(made, made) == (0.0, 0.6, 0.8)
    made.DiffusionGradientOrientation = [1.0, 0.0, 0.0]
    assert gradient_of(made, made) == (1.0, 0.0, 0.0)
    assert gradient_of(Dataset(), Dataset()) is None
