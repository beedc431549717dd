"""From injection to scan, through the traps of DICOM's times."""

from __future__ import annotations

from typing import Any

import pytest
from pydicom.dataset import Dataset

from dicom_render.pet_times import acquired_at, elapsed_seconds


def waited(injection: dict[str, str], earliest: str | None = None, **changes: Any) -> float | str:
    """A scan at 10:00 on January 2nd."""
    made, given = Dataset(), Dataset()
    usual = {"SeriesDate": "20260102", "SeriesTime": "100000", "AcquisitionDate": "20260102"}
    for keyword, value in {**usual, "AcquisitionTime": "100000", **changes}.items():
        setattr(made, keyword, value)
    for keyword, value in injection.items():
        setattr(given, keyword, value)
    return elapsed_seconds(made, given, earliest)


NINE = {"RadiopharmaceuticalStartTime": "090000"}


def test_later_beds_of_one_scan_count_from_its_start() -> None:
    """PS3.3 C.8.9.1, Decay Correction: START is the start of the series, not of each bed."""
    assert waited(NINE, AcquisitionTime="102000.500") == 3600


def test_a_series_time_after_the_scan_gives_way_to_the_earliest_acquisition() -> None:
    """A series reconstructed in the afternoon."""
    assert waited(NINE, SeriesTime="163000", AcquisitionTime="102000") == "scan_start_unknown"
    assert waited(NINE, "20260102100000", SeriesTime="163000", AcquisitionTime="102000") == 3600


def test_a_series_time_between_two_beds_is_after_the_scan_too() -> None:
    assert waited(NINE, "20260102100000", SeriesTime="101000", AcquisitionTime="102000") == 3600


def test_ge_keeps_the_start_of_the_scan_in_private() -> None:
    """(0009,100D) of GEMS_PETD_01, in QIBA's procedure."""
    made, given = Dataset(), Dataset()
    made.SeriesDate = made.AcquisitionDate = "20260102"
    made.SeriesTime, made.AcquisitionTime = "163000", "102000"
    made.private_block(0x0009, "GEMS_PETD_01", create=True).add_new(0x0D, "DT", "20260102100000.00")
    given.RadiopharmaceuticalStartTime = "090000"
    assert elapsed_seconds(made, given, None) == 3600


def test_an_injection_before_midnight_was_on_the_day_before() -> None:
    assert waited({"RadiopharmaceuticalStartTime": "233000"}, SeriesTime="003000", AcquisitionTime="003000") == 3600


def test_a_date_and_time_go_before_a_time() -> None:
    both = {"RadiopharmaceuticalStartDateTime": "20260101100000", "RadiopharmaceuticalStartTime": "090000"}
    assert waited(both) == 86400


@pytest.mark.parametrize(
    ("start", "zone", "seconds"),
    [
        ("20260102080000+0000", "+0100", 3600),
        ("20260102090000+0100", "+0100", 3600),
        ("20260102030000.5-0500", "+0100", 3599.5),
        ("20260102090000+0000", None, 3600),
    ],
)
def test_offsets_from_utc_are_reckoned_with_where_both_are_told(start: str, zone: str | None, seconds: float) -> None:
    more = {} if zone is None else {"TimezoneOffsetFromUTC": zone}
    assert waited({"RadiopharmaceuticalStartDateTime": start}, **more) == seconds


@pytest.mark.parametrize("start", ["1130", "25", "99:99", "morning"])
def test_nonsense_is_no_time(start: str) -> None:
    expected = 81000 if start == "1130" else "no_injection_time"
    made, given = Dataset(), Dataset()
    made.SeriesDate = made.AcquisitionDate = "20260102"
    made.SeriesTime = made.AcquisitionTime = "100000"
    given.add_new("RadiopharmaceuticalStartTime", "LO", start)
    assert elapsed_seconds(made, given, None) == expected


def test_moments_sort_as_text() -> None:
    made = Dataset()
    made.AcquisitionDate, made.AcquisitionTime = "20260102", "095959.9"
    assert acquired_at(made) == "20260102095959.9"
    assert acquired_at(Dataset()) is None
