"""Colour by the matrices and tables of PS3.3 C.7.6.3.1."""

import numpy as np
import pytest
from pydicom.dataset import Dataset

from dicom_render.colour import rgb_of_palette, rgb_of_ybr, ybr_of_422
from dicom_render.refusal import Unreadable


def test_ybr_is_the_matrix_of_the_standard() -> None:
    """PS3.3 C.7.6.3.1.2: forward matrix written out here, so that only its inverse is ours."""
    rgb = np.random.default_rng(1).integers(0, 256, (50, 3))
    forward = np.array([[0.2990, 0.5870, 0.1140], [-0.1687, -0.3313, 0.5000], [0.5000, -0.4187, -0.0813]])
    ybr = np.clip(np.rint(rgb @ forward.T + [0, 128, 128]), 0, 255).astype(np.uint8)
    assert np.abs(rgb_of_ybr(ybr).astype(int) - rgb).max() <= 2


def test_two_pixels_share_their_chrominance() -> None:
    packed = np.array([10, 20, 100, 200, 30, 40, 110, 210], np.uint8)
    expected = [[[10, 100, 200], [20, 100, 200]], [[30, 110, 210], [40, 110, 210]]]
    assert ybr_of_422(packed, rows=2, columns=2).tolist() == expected


def test_an_odd_width_cannot_share() -> None:
    with pytest.raises(Unreadable):
        ybr_of_422(np.zeros(18, np.uint8), rows=3, columns=3)


def palette(bits: int, tables: list[bytes], *, count: int = 3, first: int = 10) -> Dataset:
    dataset = Dataset()
    for name, table in zip(("Red", "Green", "Blue"), tables, strict=True):
        dataset.add_new(f"{name}PaletteColorLookupTableDescriptor", "US", [count, first, bits])
        dataset.add_new(f"{name}PaletteColorLookupTableData", "OW", table)
    return dataset


def words(*values: int) -> bytes:
    return np.array(values, "<u2").tobytes()


def test_sixteen_bit_tables_give_their_high_byte_and_ends_hold() -> None:
    tables = [words(0x1100, 0x2200, 0x3300), words(0, 0, 0x4400), words(0xFF00, 0, 0)]
    shown = rgb_of_palette(np.array([[0, 10, 11, 12, 200]], np.uint8), palette(16, tables))
    red_green_blue = [[0x11, 0, 0xFF], [0x11, 0, 0xFF], [0x22, 0, 0], [0x33, 0x44, 0], [0x33, 0x44, 0]]
    assert shown.tolist() == [red_green_blue]


def test_eight_bit_tables_come_packed_or_in_words() -> None:
    indices = np.array([[10, 11, 12]], np.uint8)
    packed = rgb_of_palette(indices, palette(8, [b"\1\2\3\0"] * 3))
    in_words = rgb_of_palette(indices, palette(16, [words(1, 2, 3)] * 3))
    assert packed.tolist() == in_words.tolist() == [[[1, 1, 1], [2, 2, 2], [3, 3, 3]]]


def test_a_table_too_short_is_refused() -> None:
    with pytest.raises(Unreadable):
        rgb_of_palette(np.array([[10]], np.uint8), palette(16, [words(1)] * 3))
