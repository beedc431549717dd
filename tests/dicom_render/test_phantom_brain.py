"""The brain's parts: fluid where ventricles are, grey nuclei at the sides, a flat sheet between the hemispheres."""

import numpy as np
import pytest

from dicom_render import phantom_brain as brain
from dicom_render.phantom_fields import Field, Points


def at(x: float, y: float, z: float) -> Points:
    return Points(*(np.full((1, 1, 1), v, np.float32) for v in (x, y, z)))


@pytest.mark.parametrize("side", [1, -1])
def test_frontal_horn_atrium_and_temporal_horn_stand_on_both_sides(side: int) -> None:
    for x, y, z in ((7, -22, 10), (23, 37, 10), (31, 20, -8)):
        assert brain.ventricles(at(x * side, y, z), atrophy=0.5)["ventricle"].item() > 0


def test_third_and_fourth_ventricle_stand_in_the_midline_and_a_septum_between_the_horns() -> None:
    def ventricle(x: float, y: float, z: float) -> float:
        return brain.ventricles(at(x, y, z), atrophy=0.5)["ventricle"].item()

    assert ventricle(0, 1, -1) > 0
    assert ventricle(0, 34, -37) > 0
    assert ventricle(-0.6, -15, 14) < 0 < ventricle(4, -15, 14)


def test_atrophy_widens_the_ventricles() -> None:
    narrow, wide = (brain.ventricles(at(14, 0, 18), atrophy=a)["ventricle"].item() for a in (0.1, 1.0))
    assert narrow < wide


@pytest.mark.parametrize(
    ("name", "place"), [("striatum", (24, -3, 2)), ("striatum", (15, -20, 9)), ("thalamus", (10, 10, 5))]
)
def test_deep_nuclei_are_paired(name: str, place: tuple[float, float, float]) -> None:
    x, y, z = place
    for side in (1, -1):
        assert brain.deep_grey(at(side * x, y, z))[name].item() > 2


def test_the_capsule_between_thalamus_and_lentiform_belongs_to_neither() -> None:
    grey = brain.deep_grey(at(18, 7, 8))
    assert max(field.item() for field in grey.values()) < 0


def test_the_tentorium_rises_towards_its_notch() -> None:
    heights: list[Field] = [-brain.tentorium(at(x, y, 0)) for x, y in ((0, 32), (30, 50), (50, 60))]
    assert heights[0] > heights[1] > heights[2]


def test_the_clot_is_a_tube_of_fifteen_millimetres() -> None:
    def clot(x: float, y: float, z: float) -> float:
        return brain.stroke(at(x, y, z), seed=1)["clot"].item()

    assert clot(13, -13, -17.3) > 1.5
    assert clot(28, -15, -16.6) > 1.5
    assert clot(20, -15.5, -13) < 0
    assert clot(-20, -15.5, -17) < 0
