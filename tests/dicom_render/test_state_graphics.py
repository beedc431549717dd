"""Graphics, words and layers of a presentation state as values (PS3.3 C.10.5, C.10.7)."""

from __future__ import annotations

from typing import Any

from pydicom.dataset import Dataset

from dicom_render.state_graphics import annotations_of, graphic_layers_of
from tests.dicom_render.states import item


def test_layers_stand_in_their_order_with_their_colour() -> None:
    """No colour, or a grey P-Value of 16 bits of which a screen shows the upper eight."""
    grey: dict[str, Any] = {"GraphicLayerRecommendedDisplayGrayscaleValue": 0x80FF}
    layers = [item(GraphicLayer="TOP", GraphicLayerOrder=2, **grey), item(GraphicLayer="LOW", GraphicLayerOrder=1)]
    found = graphic_layers_of(item(GraphicLayerSequence=layers))
    assert [(each.name, each.rgb) for each in found] == [("LOW", None), ("TOP", (128, 128, 128))]


def text(**attributes: Any) -> Dataset:
    made = item(UnformattedTextValue="M1", **attributes)
    return item(GraphicAnnotationSequence=[item(GraphicLayer="L", TextObjectSequence=[made])])


def test_words_with_a_box_and_an_anchor_have_units_for_each() -> None:
    (annotation,) = annotations_of(
        text(
            BoundingBoxAnnotationUnits="DISPLAY",
            BoundingBoxTopLeftHandCorner=[0.1, 0.2],
            BoundingBoxBottomRightHandCorner=[0.3, 0.4],
            AnchorPointAnnotationUnits="PIXEL",
            AnchorPoint=[5, 6],
            AnchorPointVisibility="Y",
        )
    )
    (words,) = annotation.texts
    assert (words.units, words.anchor_units, words.is_joined) == ("DISPLAY", "PIXEL", True)
    assert words.anchor == (5.0, 6.0)


def test_words_without_a_box_stand_at_their_anchor() -> None:
    (annotation,) = annotations_of(text(AnchorPointAnnotationUnits="DISPLAY", AnchorPoint=[0.5, 0.5]))
    assert (annotation.texts[0].box, annotation.texts[0].units, annotation.texts[0].is_joined) == (
        None,
        "DISPLAY",
        False,
    )
