"""Segments and contours over a picture: which pixels they cover, worked out by hand."""

from __future__ import annotations

import numpy as np

from dicom_render.laying import Sheet, Stroke
from dicom_render.overlays import packed_bits
from dicom_render.segmentation import Segment, Segmentation, SegmentPlane
from dicom_render.structure_set import Contour, Structure, StructureSet
from dicom_render.volume import PlaneView

# Ten by ten millimetres, a pixel each, around (4.5, 4.5, 0) as radiologists see an axial slice.
VIEW = PlaneView((4.5, 4.5, 0.0), (0.0, 0.0, -1.0), (0.0, -1.0, 0.0), (10.0, 10.0))
RED = (200, 0, 0)


def sheet(view: PlaneView = VIEW) -> Sheet:
    return Sheet(np.zeros((10, 10), np.uint8), view)


def segmentation(*heights: float) -> Segmentation:
    """Columns 2 and 3 of rows 5 to 7."""
    mask = np.zeros((10, 10), bool)
    mask[5:8, 2:4] = True
    planes = tuple(SegmentPlane(1, (0.0, 0.0, z), (1, 0, 0, 0, 1, 0), None, None, packed_bits(mask)) for z in heights)
    return Segmentation("", False, "1.9", 10, 10, (1.0, 1.0), (Segment(1, "A", RED, ""),), planes)


def test_a_segment_covers_the_pixels_of_its_mask() -> None:
    drawn = sheet()
    drawn.lay_segments(segmentation(0.0), hidden=(), opacity=0.5, half_mm=1.0)
    expected = np.zeros((10, 10), np.uint8)
    expected[5:8, 2:4] = 100
    assert np.array_equal(drawn.picture[..., 0], expected)


def test_a_segment_of_another_slice_or_hidden_covers_nothing() -> None:
    drawn = sheet()
    drawn.lay_segments(segmentation(3.0), hidden=(), opacity=0.5, half_mm=1.0)
    drawn.lay_segments(segmentation(0.0), hidden=(1,), opacity=0.5, half_mm=1.0)
    assert drawn.picture.max() == 0


def test_a_coronal_plane_cuts_a_segment() -> None:
    """Planes at 0 and 2 mm reach from -1 to 3 mm; the picture's top is at z = 6 mm, a pixel a millimetre."""
    coronal = PlaneView((4.5, 6.0, 1.0), (0.0, -1.0, 0.0), (0.0, 0.0, 1.0), (10.0, 10.0))
    drawn = sheet(coronal)
    drawn.lay_segments(segmentation(0.0, 2.0), hidden=(), opacity=1.0, half_mm=None)
    rows, columns = np.nonzero(drawn.picture[..., 0])
    assert (set(columns.tolist()), set(rows.tolist())) == ({2, 3}, {3, 4, 5, 6})


def test_a_contour_of_this_space_is_drawn_and_no_other() -> None:
    square = Contour("CLOSED_PLANAR", None, (2.0, 2.0, 0.0, 7.0, 2.0, 0.0, 7.0, 7.0, 0.0, 2.0, 7.0, 0.0))
    content = StructureSet("", (Structure(1, "A", RED, "1.9", (square,)),))
    drawn, elsewhere = sheet(), sheet()
    drawn.lay_structures(content, frame_of_reference_uid="1.9", hidden=(), half_mm=1.0)
    elsewhere.lay_structures(content, frame_of_reference_uid="1.8", hidden=(), half_mm=1.0)
    assert (drawn.picture[2, 2:8, 0] == 200).all()
    assert elsewhere.picture.max() == 0


def test_a_mirrored_picture_is_drawn_over_mirrored() -> None:
    mirrored = PlaneView((4.5, 4.5, 0.0), (0.0, 0.0, -1.0), (0.0, -1.0, 0.0), (10.0, 10.0), mirrored=True)
    plain, other = sheet(), sheet(mirrored)
    for each in (plain, other):
        each.lay_segments(segmentation(0.0), hidden=(), opacity=0.5, half_mm=1.0)
    assert np.array_equal(other.picture, plain.picture[:, ::-1])


def test_a_stroke_runs_through_its_points() -> None:
    drawn = sheet()
    drawn.stroke([Stroke(((1.0, 4.0, 0.0), (8.0, 4.0, 0.0)), RED)])
    assert (drawn.picture[4, 1:9, 0] == 200).all()
