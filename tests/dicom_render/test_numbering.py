"""What instance numbers let suspect."""

from __future__ import annotations

import msgspec
import pytest

from dicom_render.headers import InstanceHeader
from dicom_render.numbering import MAX_GAPS, Numbering, announced, announced_of, numbering_of
from dicom_render.spacing import Caution
from tests.dicom_render import make


def test_numbers_without_a_gap_are_all_there() -> None:
    assert numbering_of([3, 1, 2, 4]) == Numbering(received=4, expected=4, first=1, last=4, gaps=())


def test_gaps_are_told_by_their_ends() -> None:
    assert numbering_of([1, 2, 5, 6, 8]) == Numbering(received=5, expected=8, first=1, last=8, gaps=((3, 4), (7, 7)))


def test_numbers_in_tens_go_on_in_tens() -> None:
    assert numbering_of([10, 20, 30, 50]) == Numbering(received=4, expected=5, first=10, last=50, gaps=((40, 40),))


@pytest.mark.parametrize("numbers", [[], [1, 9], [1, 2, None], [1, 2, 2, 3]])
def test_numbers_that_tell_nothing_are_no_hint(numbers: list[int | None]) -> None:
    assert numbering_of(numbers) is None


def test_a_long_list_of_gaps_is_cut() -> None:
    found = numbering_of([0, 1, *range(3, 100, 2)])
    assert found is not None
    assert len(found.gaps) == MAX_GAPS


def acquired(count: int, promised: int | None, *, acquisition: int = 1, start: int = 1) -> list[InstanceHeader]:
    frame = make.frame_header(acquisition_number=acquisition)
    made = [make.instance(frame, number=start + n) for n in range(count)]
    return [msgspec.structs.replace(one, images_in_acquisition=promised) for one in made]


def test_fewer_images_than_the_scanner_announced_are_told() -> None:
    assert announced_of(acquired(25, 28)) == (Caution("fewer_than_acquired", {"received": 25, "expected": 28}),)
    assert announced(announced_of(acquired(25, 28))) == 28


def test_as_many_or_more_images_than_announced_are_no_worry() -> None:
    assert announced_of([*acquired(28, 28), *acquired(10, 4, acquisition=2, start=50)]) == ()
    assert announced_of(acquired(5, None)) == ()
    assert announced(()) is None


def test_fewer_objects_than_the_series_was_said_to_have_are_told() -> None:
    held = [msgspec.structs.replace(one, images_in_series=30) for one in acquired(25, None)]
    assert announced(announced_of(held)) == 30
    # Five more came and cannot be drawn: nothing is missing.
    assert announced_of(held, files=30) == ()


def at_times(times: list[int], *, promised: int | None, places: int = 3) -> list[InstanceHeader]:
    made = [
        make.instance(
            make.frame_header(temporal_position=time, image_position_mm=(0.0, 0.0, float(place))),
            number=places * time + place,
        )
        for time in times
        for place in range(places)
    ]
    return [msgspec.structs.replace(one, temporal_positions=promised) for one in made]


def test_a_time_that_did_not_come_is_told() -> None:
    assert announced_of(at_times([1, 2, 4], promised=4)) == (
        Caution("fewer_than_acquired", {"received": 9, "expected": 12}),
    )
    assert announced_of(at_times([1, 2, 3, 4], promised=4)) == ()


def test_one_place_lacking_at_one_time_is_told() -> None:
    assert announced(announced_of(at_times([1, 2, 3, 4], promised=4)[:-1])) == 12


def test_a_series_of_one_time_alone_promises_nothing() -> None:
    assert announced_of(at_times([2], promised=40)) == ()
    assert announced_of(at_times([1, 2], promised=None)) == ()


def test_of_several_announcements_the_largest_lack_is_told() -> None:
    held = [msgspec.structs.replace(one, images_in_series=40) for one in acquired(25, 28)]
    assert announced(announced_of(held)) == 40
