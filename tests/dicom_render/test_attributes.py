"""Single attributes: a broken one is absent."""

from pydicom.dataset import Dataset

from dicom_render.attributes import (
    first_item_of,
    integer_of,
    integer_string_of,
    items_of,
    number_of,
    numbers_of,
    text_of,
    texts_of,
)


def test_values_of_each_kind() -> None:
    dataset = Dataset()
    dataset.ImageType = ["ORIGINAL", "PRIMARY"]
    dataset.PixelSpacing = [0.5, 0.25]
    dataset.InstanceNumber = 7
    assert texts_of(dataset, "ImageType") == ("ORIGINAL", "PRIMARY")
    assert text_of(dataset, "ImageType") == "ORIGINAL\\PRIMARY"
    assert numbers_of(dataset, "PixelSpacing") == (0.5, 0.25)
    assert (number_of(dataset, "PixelSpacing"), integer_of(dataset, "InstanceNumber")) == (0.5, 7)


def test_what_is_absent_is_empty() -> None:
    dataset = Dataset()
    assert text_of(dataset, "PatientName") == ""
    assert (number_of(dataset, "Rows"), integer_of(dataset, "Rows"), numbers_of(dataset, "Rows")) == (None, None, ())
    assert (items_of(dataset, "VOILUTSequence"), first_item_of(dataset, "VOILUTSequence")) == ([], None)


def test_numbers_that_are_none_are_absent() -> None:
    dataset = Dataset()
    dataset.add_new("PixelSpacing", "LO", ["0.5", "wide"])
    dataset.add_new("SliceThickness", "FD", float("nan"))
    assert numbers_of(dataset, "PixelSpacing") == ()
    assert number_of(dataset, "SliceThickness") is None


def test_a_number_beyond_what_an_integer_string_may_be_is_absent() -> None:
    """PS3.5 6.2: -2^31 to 2^31 - 1."""
    dataset = Dataset()
    for written, read in {
        "2147483647": 2**31 - 1,
        "-2147483648": -(2**31),
        "2147483648": None,
        "2026112": 2026112,
    }.items():
        dataset.add_new("SeriesNumber", "LO", written)
        assert integer_string_of(dataset, "SeriesNumber") == read
    assert integer_string_of(dataset, "InstanceNumber") is None


def test_a_value_that_should_be_a_sequence_has_no_items() -> None:
    dataset = Dataset()
    dataset.add_new("VOILUTSequence", "LO", "no sequence")
    assert items_of(dataset, "VOILUTSequence") == []
