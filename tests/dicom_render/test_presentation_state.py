"""A presentation state as values; the file was derived with highdicom, its numbers read with dcmdump."""

from __future__ import annotations

from pathlib import Path

import pydicom

from dicom_render.opening import open_dataset
from dicom_render.presentation_state import presentation_state_of


def test_window_graphics_and_words_are_those_of_the_file(test_data: Path) -> None:
    file = test_data / "10_objects/derived_highdicom/gsps_window_polyline_text.dcm"
    theirs = pydicom.dcmread(file)
    found = presentation_state_of(open_dataset(file.read_bytes()))
    window = theirs.SoftcopyVOILUTSequence[0]
    assert (found.windows[0].window.center, found.windows[0].window.width) == (window.WindowCenter, window.WindowWidth)
    graphics = [each for item in theirs.GraphicAnnotationSequence for each in item.get("GraphicObjectSequence", [])]
    mine = [each for item in found.annotations for each in item.graphics]
    assert [(each.kind, list(each.points)) for each in mine] == [(g.GraphicType, list(g.GraphicData)) for g in graphics]
    texts = [each for item in theirs.GraphicAnnotationSequence for each in item.get("TextObjectSequence", [])]
    words = [each.text for item in found.annotations for each in item.texts]
    assert words == [each.UnformattedTextValue for each in texts]
    series = theirs.ReferencedSeriesSequence[0].ReferencedImageSequence
    assert [each.sop_instance_uid for each in found.images] == [each.ReferencedSOPInstanceUID for each in series]


def test_what_is_not_carried_is_named(test_data: Path) -> None:
    read = open_dataset((test_data / "10_objects/derived_highdicom/gsps_window_polyline_text.dcm").read_bytes())
    table = pydicom.Dataset()
    table.LUTDescriptor, table.LUTData = [2, 0, 8], b"\0\1"
    read.PresentationLUTSequence = [table]
    read.ImageRotation, read.ImageHorizontalFlip = 270, "Y"
    found = presentation_state_of(read)
    assert found.unsupported == ("presentation_table",)
    assert (found.rotation_deg, found.flipped) == (270, True)
