"""Contours of real structure sets, held against pydicom."""

from __future__ import annotations

from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset

from dicom_render.opening import open_dataset
from dicom_render.structure_set import structure_set_of


def test_every_point_is_where_pydicom_has_it(test_data: Path) -> None:
    file = test_data / "10_objects/rt_breast/rtss.dcm"
    theirs = pydicom.dcmread(file)
    names = {item.ROINumber: item.ROIName for item in theirs.StructureSetROISequence}
    found = {each.number: each for each in structure_set_of(open_dataset(file.read_bytes())).structures}
    assert {number: each.label for number, each in found.items()} == names
    for item in theirs.ROIContourSequence:
        contours = found[item.ReferencedROINumber].contours
        expected = [[float(part) for part in one.ContourData] for one in item.get("ContourSequence", [])]
        assert [list(each.points_mm) for each in contours] == expected
        assert found[item.ReferencedROINumber].rgb == tuple(item.ROIDisplayColor)


@pytest.mark.parametrize("points", [[], [1.0, 2.0]])
def test_a_contour_that_is_no_points_is_left_out(points: list[float]) -> None:
    contour, drawn, region, whole = Dataset(), Dataset(), Dataset(), Dataset()
    contour.ContourGeometricType, contour.ContourData = "POINT", points
    drawn.ReferencedROINumber, drawn.ContourSequence = 1, [contour]
    region.ROINumber, region.ROIName = 1, "GTV"
    whole.ROIContourSequence, whole.StructureSetROISequence = [drawn], [region]
    assert [(each.label, each.contours) for each in structure_set_of(whole).structures] == [("GTV", ())]
