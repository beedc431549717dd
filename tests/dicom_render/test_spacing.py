"""Whether positions make a regular, upright grid."""

import pytest

from dicom_render.space import Vector
from dicom_render.spacing import Judgement, judge_positions
from tests.dicom_render import make


def judge(*positions: Vector, pixel_mm: float = 0.5) -> Judgement:
    return judge_positions(positions, make.AXIAL, pixel_mm)


def at(*heights: float) -> list[Vector]:
    return [(0.0, 0.0, height) for height in heights]


def test_even_slices_are_a_volume() -> None:
    judged = judge(*at(0, 1.25, 2.5, 3.75))
    assert (judged.reason, judged.spacing_mm, judged.cautions) == (None, 1.25, ())


def test_positions_written_to_a_tenth_of_a_millimetre_are_even() -> None:
    """0.625 mm spacing as some scanners print it: steps of 0.6 and 0.7."""
    assert judge(*at(*(round(0.625 * n, 1) for n in range(50)))).reason is None


def test_a_drift_cannot_add_up_unseen() -> None:
    """Each step is within 1 % of its neighbour, yet the middle would be drawn a millimetre away."""
    heights = [1.0 * n for n in range(101)] + [100 + 1.01 * n for n in range(1, 101)]
    assert judge(*at(*heights)).reason == "uneven_spacing"


@pytest.mark.parametrize(("heights", "missing"), [((0, 5, 10, 20, 25), [1]), ((0, 5, 20, 25, 35), [2, 1])])
def test_gaps_of_whole_slices_are_missing_slices(heights: tuple[float, ...], missing: list[int]) -> None:
    judged = judge(*at(*heights))
    assert (judged.reason, judged.spacing_mm) == ("missing_slices", 5)
    assert [caution.facts["missing"] for caution in judged.cautions] == missing


def test_a_gap_says_where_it_is() -> None:
    (caution,) = judge(*at(0, 5, 10, 20, 25)).cautions
    assert caution.facts == {"after_frame": 3, "missing": 1, "from_mm": 10, "to_mm": 20}


def test_two_thicknesses_are_uneven() -> None:
    judged = judge(*at(0, 4, 8, 12, 19, 26))
    assert (judged.reason, judged.spacing_mm) == ("uneven_spacing", None)


def test_one_place_twice_is_no_volume() -> None:
    judged = judge(*at(0, 1, 1, 2))
    assert judged.reason == "duplicate_positions"
    assert judged.cautions[0].facts == {"frames": [2.0]}


def test_two_slices_are_too_few() -> None:
    assert judge(*at(0, 1)).reason == "too_few"


def test_a_tilt_is_told_in_degrees() -> None:
    """15 degrees by construction: tan(15) = 0.26795 mm sideways a millimetre up."""
    judged = judge(*((0.0, 0.26795 * height, float(height)) for height in range(0, 100, 5)))
    assert judged.reason == "gantry_tilt"
    assert judged.cautions[0].facts == {"degrees": 15.0, "shift_mm": pytest.approx(25.46, abs=0.01)}
    assert judged.spacing_mm == pytest.approx(5)


def test_rounding_sideways_is_no_tilt() -> None:
    """A GE oblique series writes tenths: its origins lie up to 0.05 mm off their line."""
    assert judge(*((0.05 * (height % 2), 0.0, float(height)) for height in range(20)), pixel_mm=0.86).reason is None
