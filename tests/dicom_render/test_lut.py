"""Look-up tables as PS3.3 C.11.1.1 encodes them."""

import numpy as np
import pytest
from pydicom.dataset import Dataset

from dicom_render.lut import lut_of, packed
from dicom_render.refusal import Unreadable


def item(descriptor: list[int], data: object, vr: str = "US") -> Dataset:
    made = Dataset()
    made.add_new("LUTDescriptor", "US", descriptor)
    made.add_new("LUTData", vr, data)
    return made


def test_ends_hold_beyond_the_table() -> None:
    lut = lut_of(item([3, 100, 12], [5, 6, 7]), signed_input=False)
    assert lut.apply(np.array([0, 100, 101, 102, 900], np.uint16)).tolist() == [5, 5, 6, 7, 7]
    assert lut.bits == 12


def test_the_first_value_is_signed_where_the_pixels_are() -> None:
    assert lut_of(item([2, 0xFFFE, 16], [1, 2]), signed_input=True).first_mapped == -2
    assert lut_of(item([2, 0xFFFE, 16], [1, 2]), signed_input=False).first_mapped == 0xFFFE


def test_zero_entries_are_all_of_them() -> None:
    lut = lut_of(item([0, 0, 16], np.arange(65536, dtype="<u2").tobytes(), "OW"), signed_input=False)
    assert lut.apply(np.array([65535], np.uint16)).tolist() == [65535]


def test_bytes_may_hold_one_entry_each() -> None:
    assert lut_of(item([4, 0, 8], b"\1\2\3\4", "OW"), signed_input=False).entries.tolist() == [1, 2, 3, 4]


def test_a_table_too_short_is_refused() -> None:
    with pytest.raises(Unreadable):
        lut_of(item([10, 0, 16], [1, 2]), signed_input=False)


def test_a_packed_table_comes_back_as_it_was() -> None:
    lut = lut_of(item([3, 0xFFFE, 12], [5, 4095, 7]), signed_input=True)
    back = packed(lut).unpacked()
    assert (back.first_mapped, back.bits, back.explanation) == (-2, 12, lut.explanation)
    np.testing.assert_array_equal(back.entries, lut.entries)
