"""The skull's fields: a closed cavity with one way out below, and paired air spaces."""

import numpy as np
import pytest

from dicom_render import phantom_skull as skull
from dicom_render.phantom_fields import Field, Frame, Points

AXIS = np.arange(-120.0, 121.0, 2.0, dtype=np.float32)


@pytest.fixture(name="space", scope="module")
def space_fixture() -> Points:
    z, y, x = np.meshgrid(AXIS, AXIS, AXIS, indexing="ij")
    return Points(x, y, z)


def value(field: Field, x: float, y: float, z: float) -> float:
    i, j, k = (int(np.argmin(np.abs(AXIS - v))) for v in (x, y, z))
    return float(field[k, j, i])


def test_the_vault_is_as_long_and_wide_as_an_adults(space: Points) -> None:
    inside = skull.vault(space) > 0
    x, y = (np.where(inside.any(axis=axes))[0] for axes in ((0, 1), (0, 2)))
    assert 130 <= np.ptp(AXIS[x]) <= 150
    assert 165 <= np.ptp(AXIS[y]) <= 185


def test_three_fossae_step_down_and_open_at_the_foramen_magnum(space: Points) -> None:
    inside = skull.cavity(space, Frame(np.eye(3) / 2.0))
    floors = [
        AXIS[np.where([value(inside, x, y, z) > 0 for z in AXIS])[0][0]] for x, y in ((20, -55), (34, -8), (28, 62))
    ]
    assert floors[0] > floors[1] > floors[2]
    assert value(inside, 0, 26, -90) > 0
    assert value(inside, 30, 26, -90) < 0


def test_petrous_bone_parts_middle_and_posterior_fossa(space: Points) -> None:
    inside = skull.cavity(space, Frame(np.eye(3) / 2.0))
    assert value(inside, 34, -8, -38) > 0 > value(inside, 34, 16, -42)
    assert value(inside, 34, 50, -42) > 0


@pytest.mark.parametrize("side", [1, -1])
def test_mastoids_maxillary_sinuses_and_orbits_are_paired(space: Points, side: int) -> None:
    made = skull.face(space, 7)
    assert value(made["orbit"], 28 * side, -66, -38) > 5
    assert value(made["air"], 32 * side, -64, -72) > 5
    mastoid = made["air"][:, :, AXIS * side > 42][(AXIS > -66) & (AXIS < -44)][:, (AXIS > 18) & (AXIS < 40)]
    assert 0.1 < (mastoid > 0).mean() < 0.8  # cells: partly air, partly bone


def test_the_eye_has_a_lens_in_front(space: Points) -> None:
    made = skull.eyes(space)
    assert value(made["globe"], 32, -76, -38) > 9
    assert value(made["lens"], -32, -86, -38) > 1
