"""How much of a series is announced, by the attributes of PS3.3 C.8.9.1 and C.3.4."""

from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset

from dicom_render.announcing import images_in_series
from dicom_render.prepare import prepare_series


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({}, None),
        ({"SeriesType": ["STATIC", "IMAGE"], "NumberOfSlices": 47}, 47),
        ({"SeriesType": ["WHOLE BODY", "IMAGE"], "NumberOfSlices": 299}, 299),
        ({"SeriesType": ["DYNAMIC", "IMAGE"], "NumberOfSlices": 47, "NumberOfTimeSlices": 20}, 940),
        (
            {"SeriesType": ["GATED", "IMAGE"], "NumberOfSlices": 47, "NumberOfRRIntervals": 1, "NumberOfTimeSlots": 8},
            376,
        ),
        ({"SeriesType": ["DYNAMIC", "IMAGE"], "NumberOfSlices": 47}, None),
        ({"NumberOfSlices": 47}, None),
        ({"NumberOfSeriesRelatedInstances": 12}, 12),
    ],
)
def test_the_numbers_of_a_header_give_those_of_the_series(attributes: dict[str, Any], expected: int | None) -> None:
    dataset = Dataset()
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    assert images_in_series(dataset) == expected


def test_a_real_pet_of_which_a_part_was_sent_says_how_many_slices_there_are(test_data: Path, tmp_path: Path) -> None:
    """Number of Slices (0054,0081) of these 100 files is 299."""
    files = sorted((test_data / "04_pet" / "qin_headneck_pet").glob("*.dcm"))
    (stack,) = prepare_series(files, tmp_path).stacks
    (fewer,) = [one for one in stack.warnings if one.code == "fewer_than_acquired"]
    assert fewer.facts == {"received": 100, "expected": 299}
