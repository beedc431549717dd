"""Sampling along rows and columns against linear interpolation worked out pixel by pixel."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from dicom_render.affine import Ramp, sample_picture, sample_volume

PICTURE = np.random.default_rng(3).integers(-1000, 3000, (7, 9)).astype(np.int16)
VOLUME = np.random.default_rng(4).integers(-1000, 3000, (5, 7, 9)).astype(np.int16)
SIZE = (11, 13)


def by_hand(values: NDArray[np.generic], *at: float) -> float:
    """Linear interpolation over every axis, one after the other; edges hold."""
    if not at:
        return float(values)  # pyright: ignore[reportArgumentType] - a single number by now
    held = min(max(at[0], 0.0), len(values) - 1)
    low = min(int(held), len(values) - 2)
    share = held - low
    return (1 - share) * by_hand(values[low], *at[1:]) + share * by_hand(values[low + 1], *at[1:])


def all_by_hand(values: NDArray[np.generic], *at: NDArray[np.float64]) -> NDArray[np.float64]:
    each = zip(*(one.ravel() for one in at), strict=True)
    return np.array([by_hand(values, *(float(place) for place in places)) for places in each]).reshape(SIZE)


def places(ramp: Ramp) -> NDArray[np.float64]:
    return np.array([[ramp.start + ramp.across * x + ramp.down * y for x in range(SIZE[1])] for y in range(SIZE[0])])


TURNS = {
    "as it lies": (Ramp(0.3, 0, 0.5), Ramp(0.2, 0.6, 0)),
    "upside down": (Ramp(6.1, 0, -0.5), Ramp(7.9, -0.6, 0)),
    "a quarter turned": (Ramp(0.3, 0.4, 0), Ramp(0.2, 0, 0.7)),
    "askew": (Ramp(0.5, 0.1, 0.4), Ramp(0.5, 0.5, -0.03)),
    "beyond the edges": (Ramp(-2.0, 0, 1.0), Ramp(-3.0, 1.2, 0)),
}


@pytest.mark.parametrize("turn", TURNS)
def test_a_picture_is_sampled_as_by_hand_and_shown_only_within_its_pixels(turn: str) -> None:
    row, column = TURNS[turn]
    values, shown = sample_picture(PICTURE, row, column, SIZE)
    rows, columns = places(row), places(column)
    expected = all_by_hand(PICTURE, rows, columns)
    np.testing.assert_allclose(values, expected, atol=0.05)
    # Pixels reach half a pixel beyond their centres.
    within = (rows >= -0.5) & (rows <= 6.5) & (columns >= -0.5) & (columns <= 8.5)
    np.testing.assert_array_equal(shown, within)


@pytest.mark.parametrize("still", [0, 1, 2, None])
def test_a_volume_is_sampled_as_by_hand_whichever_way_it_is_cut(still: int | None) -> None:
    moving = [Ramp(0.4, 0.1, 0.25), Ramp(0.3, 0.45, 0.05), Ramp(0.2, 0.02, 0.6)]
    if still is not None:
        moving[still] = Ramp(2.25, 0, 0)
    slices, rows, columns = moving
    values, shown = sample_volume(VOLUME, (slices, rows, columns), SIZE)
    at = [places(ramp) for ramp in moving]
    expected = all_by_hand(VOLUME, *at)
    np.testing.assert_allclose(values, expected, atol=0.05)
    within = [(each >= -0.5) & (each <= count - 0.5) for each, count in zip(at, VOLUME.shape, strict=True)]
    np.testing.assert_array_equal(shown, within[0] & within[1] & within[2])


def test_a_plane_outside_of_the_volume_shows_nothing() -> None:
    values, shown = sample_volume(VOLUME, (Ramp(-0.6, 0, 0), Ramp(0, 0, 0.5), Ramp(0, 0.5, 0)), SIZE)
    assert not shown.any()
    assert not values.any()
