"""Vectors of patient space, against numpy and against the named planes of the patient."""

import numpy as np
import pytest

from dicom_render.space import Orientation, Vector, cross, dot, minus, normal_of, row_and_column, unit

# LPS: x to the patient's left, y to the back, z to the head (PS3.3 C.7.6.2.1.1).
LEFT, BACK, HEAD = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)


def vectors(count: int) -> list[Vector]:
    random = np.random.default_rng(11)
    return [(x, y, z) for x, y, z in random.uniform(-500, 500, (count, 3)).tolist()]


def test_products_and_differences_are_those_of_numpy() -> None:
    for a, b in zip(vectors(50), reversed(vectors(50)), strict=True):
        assert dot(a, b) == pytest.approx(float(np.dot(a, b)))
        assert cross(a, b) == pytest.approx(np.cross(a, b).tolist())
        assert minus(a, b) == tuple(np.subtract(a, b).tolist())


def test_the_cross_product_follows_the_right_hand() -> None:
    assert cross(LEFT, BACK) == HEAD
    assert cross(BACK, LEFT) == (0.0, 0.0, -1.0)


def test_a_unit_vector_keeps_its_direction_at_length_one() -> None:
    for a in vectors(20):
        assert dot(unit(a), unit(a)) == pytest.approx(1)
        assert cross(unit(a), a) == pytest.approx((0, 0, 0), abs=1e-9)
        assert dot(unit(a), a) > 0


def test_an_orientation_is_first_the_row_and_then_the_column() -> None:
    assert row_and_column((1.0, 2.0, 3.0, 4.0, 5.0, 6.0)) == ((1.0, 2.0, 3.0), (4.0, 5.0, 6.0))


@pytest.mark.parametrize(
    ("orientation", "normal"),
    [
        ((*LEFT, *BACK), HEAD),
        # A coronal picture runs to the left and down: its back is away from who looks at it from the front.
        ((*LEFT, 0.0, 0.0, -1.0), BACK),
        # A sagittal picture runs to the back and down: looked at from the left, away is to the right.
        ((*BACK, 0.0, 0.0, -1.0), (-1.0, 0.0, 0.0)),
    ],
)
def test_the_normal_points_away_from_who_looks(orientation: Orientation, normal: Vector) -> None:
    assert normal_of(orientation) == normal


def test_a_normal_has_length_one_when_the_file_rounded_its_directions() -> None:
    """Writers keep a few decimals: lengths of 0.999 have been met, and millimetres must not shrink with them."""
    angle = np.radians(18)
    rounded = (1.0, 0.0, 0.0, 0.0, round(float(np.cos(angle)), 2), round(float(-np.sin(angle)), 2))
    normal = normal_of(rounded)
    assert np.linalg.norm(normal) == pytest.approx(1, abs=1e-12)
    assert normal == pytest.approx((0, np.sin(angle), np.cos(angle)), abs=5e-3)
