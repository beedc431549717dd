"""Annotations on paper: what they measure by their points alone, and over which key views they lie."""

from __future__ import annotations

from msgspec.structs import replace

from collab.expertise.inking import PERSONS, is_shown, measured, strokes_of
from collab.rooms.annotation import Annotation
from tests.collab.expertise.test_laying import ACROSS, drawing
from tests.collab.expertise.test_picturing import EXPERT, key_view
from tests.collab.rooms.make import only_viewport


def test_what_points_alone_measure_is_written() -> None:
    """3-4-5 triangles, a right angle."""
    assert measured(drawing("length", (0, 0, 0), (3, 4, 0))) == "5.0 mm"
    assert measured(drawing("bidirectional", (0, 0, 0), (3, 4, 0), (0, 0, 0), (0, 2, 0))) == "5.0 × 2.0 mm"
    assert measured(drawing("angle", (1, 0, 0), (0, 0, 0), (0, 2, 0))) == "90.0°"
    assert measured(drawing("ellipse", (0, 0, 0), (3, 4, 0))) == ""


def test_no_millimetres_are_printed_on_a_projection() -> None:
    (on_x_ray,) = strokes_of(Annotation("a", "PER-1", 1, drawing("length", *ACROSS)), [EXPERT], "DX")
    (on_ct,) = strokes_of(Annotation("a", "PER-1", 1, drawing("length", *ACROSS)), [EXPERT], "CT")
    assert (on_x_ray.words, on_ct.words) == ("", "15.0 mm")
    assert on_ct.rgb == PERSONS[0]


def test_an_annotation_lies_over_its_own_image_only() -> None:
    kept = key_view().view
    pane, viewport = kept.only_pane, only_viewport(kept)
    assert pane is not None
    assert is_shown(drawing("length", *ACROSS), pane, viewport, half_mm=1.0)
    assert not is_shown(drawing("length", *ACROSS, sop="2.25.99"), pane, viewport, half_mm=1.0)
    assert not is_shown(replace(drawing("length", *ACROSS), series_uid="2.25.98"), pane, viewport, half_mm=1.0)
