"""A presentation state as values; the file was derived with highdicom, its numbers read with dcmdump."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
from PIL import Image

from dicom_render.opening import open_dataset
from dicom_render.presentation_state import presentation_state_of
from dicom_render.rendering import Drawing, draw_frame


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
    read.MaskSubtractionSequence = [pydicom.Dataset()]
    read.ImageRotation, read.ImageHorizontalFlip = 270, "Y"
    found = presentation_state_of(read)
    assert found.unsupported == ("mask",)
    assert (found.rotation_deg, found.flipped) == (270, True)


def test_its_window_draws_what_dcmtk_draws(test_data: Path, tool: Callable[[str], str], tmp_path: Path) -> None:
    """DCMTK's dcmp2pgm applies the state to its image; it truncates where we round: one level (PS3.3 C.11.2.1.2)."""
    file = test_data / "10_objects/derived_highdicom/gsps_window_polyline_text.dcm"
    state = presentation_state_of(open_dataset(file.read_bytes()))
    slices = (test_data / "01_head_ct/ge_hispeed_tilt18_varspacing").glob("*.dcm")
    uid = state.images[0].sop_instance_uid
    image = next(each for each in slices if pydicom.dcmread(each, stop_before_pixels=True).SOPInstanceUID == uid)
    drawn = tmp_path / "state.pgm"
    subprocess.run([tool("dcmp2pgm"), "-p", file, image, drawn], check=True, capture_output=True)
    theirs = np.asarray(Image.open(drawn), int)
    ours = draw_frame(image.read_bytes(), 1, Drawing(media="image/png", window=state.windows[0].window))
    difference = np.abs(np.asarray(Image.open(io.BytesIO(ours)), int) - theirs)
    # The state's own graphics are in DCMTK's picture: two thin outlines.
    assert (difference > 1).mean() < 0.01
