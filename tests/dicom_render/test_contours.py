"""Contours as solids, cut by planes: expected values by hand, the same as the client's (contours.test.ts)."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dicom_render.contours import Points, bands_of, sheets_of


def square(z: float, x: float, side: float) -> Points:
    return np.array([(x, x, z), (x + side, x, z), (x + side, x + side, z), (x, x + side, z)], float)


CORONAL = (np.array([0.0, 5.0, 0.0]), np.array([0.0, -1.0, 0.0]))


def spans(bands: list[Points]) -> list[tuple[float, ...]]:
    """From least to greatest x, then z."""
    found = [(*band[:, 0].min(keepdims=True), band[:, 0].max(), band[:, 2].min(), band[:, 2].max()) for band in bands]
    return sorted(tuple(round(float(part), 6) + 0.0 for part in span) for span in found)


def test_a_cube_of_squares_is_cut_into_bands_that_join() -> None:
    sheets = sheets_of([square(z, 0, 10) for z in (0, 2, 4)])
    found = [band for sheet in sheets for band in bands_of(sheet, *CORONAL)]
    assert spans(found) == [(0, 10, -1, 1), (0, 10, 1, 3), (0, 10, 3, 5)]


def test_a_contour_within_another_is_a_hole() -> None:
    sheet = sheets_of([square(0, 0, 10), square(0, 4, 2), square(2, 0, 10)])[0]
    assert spans(bands_of(sheet, *CORONAL)) == [(0, 4, -1, 1), (6, 10, -1, 1)]


def test_a_tilted_plane_goes_through_a_sheet_on_a_longer_way() -> None:
    sheet = sheets_of([square(0, 0, 10), square(2, 0, 10)])[0]
    (band,) = bands_of(sheet, np.array([0.0, 5.0, 0.0]), np.array([0.0, -math.sqrt(0.5), math.sqrt(0.5)]))
    assert math.dist(band[0], band[1]) == pytest.approx(2 * math.sqrt(2))


def test_what_encloses_nothing_makes_no_solid() -> None:
    assert sheets_of([np.zeros((2, 3)), np.array([(0.0, 0, 0), (1, 0, 0), (2, 0, 0)])]) == []
