"""Vectors of patient space (LPS, millimetres) as plain tuples; for whole images numpy is used elsewhere."""

import math

Vector = tuple[float, float, float]
Orientation = tuple[float, float, float, float, float, float]
"""Image Orientation (Patient): direction along a row, then along a column (PS3.3 C.7.6.2.1.1)"""


def dot(a: Vector, b: Vector) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def cross(a: Vector, b: Vector) -> Vector:
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def minus(a: Vector, b: Vector) -> Vector:
    return (a[0] - b[0], a[1] - b[1], a[2] - b[2])


def scaled(a: Vector, by: float) -> Vector:
    return (a[0] * by, a[1] * by, a[2] * by)


def unit(a: Vector) -> Vector:
    length = math.sqrt(dot(a, a))
    return (a[0] / length, a[1] / length, a[2] / length)


def row_and_column(orientation: Orientation) -> tuple[Vector, Vector]:
    return orientation[:3], orientation[3:]


def normal_of(orientation: Orientation) -> Vector:
    """Row direction x column direction, of length 1: away from somebody who looks at the picture as stored."""
    return unit(cross(*row_and_column(orientation)))
