"""Painting: tissues over one another in the right order, with soft edges."""

from dataclasses import fields

import numpy as np
import pytest

from dicom_render.phantom_anatomy import Lattice, Person, head_fields, pose
from dicom_render.phantom_fields import Field
from dicom_render.phantom_paint import CT, DWI, FLAIR, T1, Palette, paint

ORIGIN = np.array([-88.0, -116.0, -16.0])
STEP_MM = 2.0


@pytest.fixture(name="plane", scope="module")
def plane_fixture() -> dict[str, Field]:
    lattice = Lattice(ORIGIN, np.eye(3) * STEP_MM, (16, 116, 89))
    made = head_fields(lattice, Person(seed=7, atrophy=0.55), pose(yaw=0, roll=0, pitch=0, offset_mm=(0, 0, 0)))
    return {name: field[10] for name, field in made.items()}  # z = 4 mm


def mean(image: Field, x: float, y: float) -> float:
    i, j = int((x - ORIGIN[0]) / STEP_MM), int((y - ORIGIN[1]) / STEP_MM)
    return float(image[j - 1 : j + 2, i - 1 : i + 2].mean())


def test_outside_the_head_there_is_air(plane: dict[str, Field]) -> None:
    assert paint(CT, plane)[0, 0] == -1000


def test_the_brain_of_a_ct_lies_between_fluid_and_clot(plane: dict[str, Field]) -> None:
    image = paint(CT, plane)
    brain = image[plane["inside"] > 6]
    assert np.percentile(brain, 0.5) >= 0
    assert 30 < np.median(brain) < 38


def test_grey_is_brighter_than_white_on_ct_and_flair_and_darker_on_t1(plane: dict[str, Field]) -> None:
    for palette, brighter in ((CT, True), (FLAIR, True), (T1, False)):
        image = paint(palette, plane)
        assert (mean(image, -24, -2) > mean(image, -36, -40)) == brighter


def test_only_the_left_side_changes_with_the_stroke(plane: dict[str, Field]) -> None:
    for palette in (CT, FLAIR, DWI):
        change = np.abs(paint(palette, plane) - paint(palette.without_stroke(), plane))
        x = ORIGIN[0] + STEP_MM * np.arange(change.shape[1])
        assert change[:, x < 0].max() < 1e-3
        assert change[:, x > 20].max() > 2


def test_diffusion_shows_the_core_brightest(plane: dict[str, Field]) -> None:
    image = paint(DWI, plane)
    assert mean(image, 24, -2) > 2 * mean(image, -24, -2)


def test_without_stroke_leaves_every_other_tissue() -> None:
    healthy = CT.without_stroke()
    changed = {f.name for f in fields(Palette) if getattr(CT, f.name) != getattr(healthy, f.name)}
    assert changed == {"grey_loss", "white_loss", "effacement", "clot"}
