"""Matrices of spatial registrations, worked out by hand from the attributes as PS3.3 C.20.2 has them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from dicom_render.objects import content_of, kind_of
from dicom_render.refusal import Unreadable
from dicom_render.registration import registration_of
from tests.dicom_render import registrations as make

FIXED, MOVING, THIRD = "1.2.3.1", "1.2.3.2", "1.2.3.3"
# A quarter turn about z, then 10 mm to the left, 20 mm to the back, 30 mm up: (x, y, z) -> (10 - y, 20 + x, 30 + z).
QUARTER = (0.0, -1.0, 0.0, 10.0, 1.0, 0.0, 0.0, 20.0, 0.0, 0.0, 1.0, 30.0, 0.0, 0.0, 0.0, 1.0)
UP_5 = (*make.IDENTITY[:11], 5.0, 0.0, 0.0, 0.0, 1.0)
UP_7 = (*make.IDENTITY[:11], 7.0, 0.0, 0.0, 0.0, 1.0)
LEFT_50 = (1.0, 0.0, 0.0, 50.0, *make.IDENTITY[4:])


def scaled(*factors: float) -> list[float]:
    return [factors[row] if row == column else 0.0 for row in range(3) for column in range(4)] + [0.0, 0.0, 0.0, 1.0]


def code_of(items: Sequence[Dataset], registered: str = FIXED, **attributes: str) -> str:
    with pytest.raises(Unreadable) as refused:
        registration_of(make.dataset(registered, items, **attributes))
    return refused.value.code


def test_each_matrix_takes_its_own_frame_of_reference_to_the_registered_one() -> None:
    """C.20.2.1.1: a point of B becomes (10 - y, 20 + x, 30 + z) of A, which stands as it is."""
    found = registration_of(make.dataset(FIXED, [make.item(FIXED, make.IDENTITY), make.item(MOVING, QUARTER)]))
    by_uid = {each.frame_of_reference_uid: each.matrix for each in found.frames}
    assert by_uid == {FIXED: make.IDENTITY, MOVING: QUARTER}
    x, y, z = 1.0, 2.0, 3.0
    rows = [by_uid[MOVING][4 * row : 4 * row + 4] for row in range(3)]
    assert [a * x + b * y + c * z + d for a, b, c, d in rows] == [8.0, 21.0, 33.0]


def test_the_registered_frame_of_reference_needs_no_item_of_its_own() -> None:
    found = registration_of(make.dataset(FIXED, [make.item(MOVING, QUARTER), make.item(THIRD, UP_5)]))
    assert [each.frame_of_reference_uid for each in found.frames] == [FIXED, MOVING, THIRD]
    assert found.frames[0].matrix == make.IDENTITY


def test_it_says_what_made_it_and_when() -> None:
    found = registration_of(make.dataset(FIXED, [make.item(MOVING, QUARTER)]))
    assert (found.title, found.made_by) == ("CT onto MR", "Fusion 4.2")
    assert (found.made_on, found.made_at) == ("20240312", "113000")


def test_several_matrices_multiply_where_their_order_makes_no_difference() -> None:
    """C.20.2.1.1: 5 mm and 7 mm up are 12 mm up."""
    found = registration_of(make.dataset(FIXED, [make.item(MOVING, UP_5, UP_7)]))
    assert found.frames[1].matrix[11] == 12.0


def test_several_matrices_of_which_the_order_is_read_both_ways_are_refused() -> None:
    """A turn about z and a shift to the left: one way ends at y + 50, the other at x + 50."""
    assert code_of([make.item(MOVING, QUARTER, LEFT_50)]) == "registration_order"


@pytest.mark.parametrize(
    ("matrix", "kind", "code"),
    [
        # C.20.2.1.2: RIGID is constrained to be orthonormal, RIGID_SCALE to be orthogonal.
        (scaled(1.01, 1, 1), "RIGID", "registration_not_rigid"),
        ([1, 0.1, *make.IDENTITY[2:]], "RIGID", "registration_not_rigid"),
        ([1, 0.1, *make.IDENTITY[2:]], "RIGID_SCALE", "registration_not_rigid"),
        (scaled(-1, 1, 1), "RIGID", "registration_mirrors"),
        (scaled(-1, 1, 1), "AFFINE", "registration_mirrors"),
        (scaled(1, 0, 1), "AFFINE", "registration_mirrors"),
        ([*make.IDENTITY[:12], 0, 0, 0.1, 1], "AFFINE", "registration_matrix"),
        (make.IDENTITY[:12], "RIGID", "registration_matrix"),
        (make.IDENTITY, "BENT", "registration_type"),
    ],
)
def test_a_matrix_that_is_not_what_it_says_refuses_the_whole_object(
    matrix: Sequence[float], kind: str, code: str
) -> None:
    assert code_of([make.item(THIRD, UP_5), make.item(MOVING, matrix, kind=kind)]) == code


@pytest.mark.parametrize(
    ("matrix", "kind"),
    [
        (scaled(1.1, 0.9, 1), "RIGID_SCALE"),
        ([1, 0.1, *make.IDENTITY[2:]], "AFFINE"),
        # Numbers of six digits, as a DS of some programs has them: no turn is orthonormal to the last bit.
        ([0.866025, -0.5, 0, 0, 0.5, 0.866025, 0, 0, *make.IDENTITY[8:]], "RIGID"),
    ],
)
def test_a_matrix_that_is_what_it_says_is_taken(matrix: Sequence[float], kind: str) -> None:
    found = registration_of(make.dataset(FIXED, [make.item(MOVING, matrix, kind=kind)]))
    assert found.frames[1].matrix == pytest.approx(tuple(matrix))


def test_one_frame_of_reference_at_two_places_is_refused() -> None:
    assert code_of([make.item(MOVING, UP_5), make.item(MOVING, UP_7)]) == "registration_contradicts"
    assert code_of([make.item(FIXED, UP_5), make.item(MOVING, UP_7)]) == "registration_contradicts"


def test_what_joins_nothing_is_refused() -> None:
    assert code_of([]) == "registration_joins_nothing"
    assert code_of([make.item(FIXED, make.IDENTITY)]) == "registration_joins_nothing"
    # Images without a frame of reference (PS3.17 O.1) lie in no room's patient space.
    assert code_of([make.item(None, QUARTER)]) == "registration_joins_nothing"
    assert code_of([make.item(MOVING)]) == "registration_matrix"


@pytest.mark.parametrize("space", ["1.2.840.10008.1.4.3.1", "1.2.840.10008.1.4.1.1", ""])
def test_the_space_of_a_device_or_an_atlas_joins_nobody(space: str) -> None:
    """C.20.2.1.1: through the space of a device a patient may have been moved between two scans."""
    assert code_of([make.item(MOVING, UP_5), make.item(THIRD, UP_7)], space) == "registered_space"


def test_a_deformable_registration_is_refused_by_that_name() -> None:
    assert kind_of("1.2.840.10008.5.1.4.1.1.66.3") == "registration"
    made = make.dataset(FIXED, [], SOPClassUID="1.2.840.10008.5.1.4.1.1.66.3")
    with pytest.raises(Unreadable) as refused:
        content_of(make.file_of(made))
    assert refused.value.code == "deformable_registration"


def test_its_content_is_tagged_as_a_registration() -> None:
    made = make.file_of(make.dataset(FIXED, [make.item(MOVING, QUARTER)]))
    content = json.loads(content_of(made))
    assert content["type"] == "registration"
    assert content["frames"][1] == {"frame_of_reference_uid": MOVING, "matrix": list(QUARTER)}


def test_dciodvfy_finds_no_error_in_what_these_tests_read(tmp_path: Path, tool: Callable[[str], str]) -> None:
    file = tmp_path / "reg.dcm"
    items = [make.item(FIXED, make.IDENTITY), make.item(MOVING, QUARTER)]
    file.write_bytes(make.file_of(make.dataset(FIXED, items)))
    report = subprocess.run([tool("dciodvfy"), str(file)], capture_output=True, text=True, check=False)
    lines = (report.stdout + report.stderr).splitlines()
    assert [line for line in lines if line.startswith("Error")] == []
    assert any("Registration" in line for line in lines), lines  # it recognised the object
