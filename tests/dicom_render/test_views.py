"""From where a projection was taken."""

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from dicom_render.views import view_position_of


def coded(value: str) -> Dataset:
    made, item = Dataset(), Dataset()
    item.CodeValue = value
    made.ViewCodeSequence = Sequence([item])
    return made


@pytest.mark.parametrize(
    ("value", "view"),
    [("399162004", "CC"), ("R-10242", "CC"), ("399368009", "MLO"), ("R-10226", "MLO"), ("399260004", "ML")],
)
def test_the_code_of_a_mammogram_is_said_in_letters(value: str, view: str) -> None:
    """PS3.16 CID 4014."""
    assert view_position_of(coded(value)) == view


def test_view_position_itself_comes_first() -> None:
    made = coded("399162004")
    made.ViewPosition = "XCCL"
    assert view_position_of(made) == "XCCL"


def test_a_code_that_is_not_known_says_nothing() -> None:
    assert view_position_of(coded("127457009")) == ""
    assert view_position_of(Dataset()) == ""
