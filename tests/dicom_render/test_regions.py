"""Calibrated regions of ultrasound (PS3.3 C.8.5.5)."""

from pathlib import Path

import pydicom
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from dicom_render.regions import UsRegion, regions_of


def region(**changes: object) -> Dataset:
    made = Dataset()
    made.RegionLocationMinX0, made.RegionLocationMinY0 = 10, 20
    made.RegionLocationMaxX1, made.RegionLocationMaxY1 = 300, 400
    made.RegionSpatialFormat, made.RegionDataType = 1, 1
    made.PhysicalUnitsXDirection = made.PhysicalUnitsYDirection = 3
    made.PhysicalDeltaX = made.PhysicalDeltaY = 0.05
    for keyword, value in changes.items():
        setattr(made, keyword, value)
    return made


def picture(*regions: Dataset) -> Dataset:
    made = Dataset()
    made.SequenceOfUltrasoundRegions = Sequence(regions)
    return made


def test_tissue_is_in_centimetres_and_a_spectrum_in_seconds_by_speed() -> None:
    """Codes of PS3.3 C.8.5.5.1.1 (formats) and C.8.5.5.1.15 (units): 3 cm, 4 seconds, 7 cm/s; 3 spectral."""
    spectrum = region(RegionSpatialFormat=3, RegionDataType=4, PhysicalUnitsXDirection=4, PhysicalUnitsYDirection=7)
    assert regions_of(picture(region(), spectrum)) == (
        UsRegion(10, 20, 300, 400, "2d", 1, "cm", "cm", 0.05, 0.05),
        UsRegion(10, 20, 300, 400, "spectral", 4, "s", "cm/s", 0.05, 0.05),
    )


def test_a_region_without_the_size_of_its_pixels_is_none() -> None:
    broken = region()
    del broken.PhysicalDeltaX
    assert regions_of(picture(broken, region(PhysicalDeltaY=0))) == ()


def test_a_unit_that_the_standard_does_not_know_is_said_to_be_unknown() -> None:
    assert regions_of(picture(region(PhysicalUnitsXDirection=99)))[0].x_unit == "unknown"


def test_a_real_picture_gives_all_its_calibrated_regions(test_data: Path) -> None:
    files = [pydicom.dcmread(path, stop_before_pixels=True) for path in sorted((test_data / "05_us").rglob("*.dcm"))]
    given = [file.get("SequenceOfUltrasoundRegions", ()) for file in files]
    counts = [sum(bool(each.get("PhysicalDeltaX") and each.get("PhysicalDeltaY")) for each in one) for one in given]
    assert sum(counts) > len(files) // 2
    assert [len(regions_of(file)) for file in files] == counts
