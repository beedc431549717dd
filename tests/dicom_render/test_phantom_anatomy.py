"""Where the parts of the synthetic head lie: sides, pose, and what a person changes."""

import numpy as np
import pytest

from dicom_render import phantom
from dicom_render.phantom_anatomy import Lattice, Person, head_fields, pose
from dicom_render.phantom_fields import Field

STRAIGHT = pose(yaw=0, roll=0, pitch=0, offset_mm=(0, 0, 0))
STEP_MM = 4.0
ORIGIN = np.array([-88.0, -116.0, -88.0])
LATTICE = Lattice(ORIGIN, np.eye(3) * STEP_MM, (48, 60, 45))


def value(field: Field, x: float, y: float, z: float) -> float:
    i, j, k = np.rint((np.array([x, y, z]) - ORIGIN) / STEP_MM).astype(int)
    return float(field[k, j, i])


@pytest.fixture(name="stroke", scope="module")
def stroke_fixture() -> dict[str, Field]:
    return head_fields(LATTICE, Person(seed=7), STRAIGHT)


def test_a_pose_turns_the_head_about_the_patients_axes() -> None:
    turned = pose(yaw=90, roll=0, pitch=0, offset_mm=(1, 2, 3))
    assert turned.turn @ np.array([1.0, 0, 0]) == pytest.approx([0, 1, 0])
    assert turned.turn @ turned.turn.T == pytest.approx(np.eye(3))


def test_lattice_points_come_back_to_anatomical_places() -> None:
    held = pose(yaw=10, roll=5, pitch=-7, offset_mm=(20, -30, 400))
    person = Person(seed=1, scale=(1.1, 0.9, 1.0))
    there = held.turn @ (np.array([5.0, 6.0, 7.0]) * np.array(person.scale)) + np.array(held.offset_mm)
    p, _ = Lattice(there, np.eye(3), (1, 1, 1)).anatomical(person, held)
    assert (p.x.item(), p.y.item(), p.z.item()) == pytest.approx((5, 6, 7), abs=1e-3)


def test_skin_holds_skull_and_skull_holds_brain(stroke: dict[str, Field]) -> None:
    assert ((stroke["inside"] > 0) <= (stroke["skin"] > 0)).all()
    assert ((stroke["hull"] > 0) <= (stroke["inside"] > 0)).all()


@pytest.mark.parametrize("person", [phantom.STROKE_PERSON, phantom.TRAUMA_PERSON])
def test_the_cranial_cavity_holds_what_an_adults_does(stroke: dict[str, Field], person: Person) -> None:
    litres = (stroke["inside"] > 0).sum() * STEP_MM**3 / 1e6 * np.prod(person.scale)
    assert 1.3 < litres < 1.8


def test_the_skull_is_thin_at_the_temple_and_thick_behind(stroke: dict[str, Field]) -> None:
    assert value(stroke["thickness"], 68, -4, -8) < 4.5 < 6 < value(stroke["thickness"], 0, 92, -20)
    assert stroke["thickness"].min() >= 1.7


def test_the_stroke_lies_left_of_the_midline(stroke: dict[str, Field]) -> None:
    x = ORIGIN[0] + np.arange(45) * STEP_MM
    for name in ("clot", "lesion"):
        inside = stroke[name].max(axis=(0, 1)) > 0
        assert x[inside].min() > 0


@pytest.mark.parametrize("side", [1, -1])
def test_a_subdural_collection_takes_its_side_and_the_brain_gives_way(side: int) -> None:
    fields = head_fields(LATTICE, Person(seed=7, subdural_side=side), STRAIGHT)
    x = ORIGIN[0] + np.arange(45) * STEP_MM
    full = fields["subdural"].max(axis=(0, 1)) > 0
    assert (x[full] * side).min() > 0
    below_clot = value(fields["hull"], 64 * side, 0, 24)
    assert below_clot < 0 < value(fields["hull"], -60 * side, 0, 24)
