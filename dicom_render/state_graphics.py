"""Graphics, words and their layers of a presentation state (PS3.3 C.10.5, C.10.7), as plain values; draws nothing."""

from typing import Literal

import msgspec
from pydicom.dataset import Dataset

from dicom_render.attributes import integer_of, items_of, numbers_of, text_of
from dicom_render.cielab import Rgb, rgb_of
from dicom_render.references import ImageReference, image_references

Units = Literal["PIXEL", "DISPLAY"]


class Graphic(msgspec.Struct, frozen=True):
    """One graphic object (PS3.3 C.10.5): x, y, x, y... from the first pixel's corner, or in shares of the area."""

    kind: str
    units: Units
    filled: bool
    points: tuple[float, ...]


class GraphicText(msgspec.Struct, frozen=True):
    """Words in a box, top left and bottom right corner in `units`, or at their anchor where there is none."""

    text: str
    units: Units
    anchor: tuple[float, float] | None
    box: tuple[float, float, float, float] | None
    anchor_units: Units = "PIXEL"
    is_joined: bool = False
    """a line leads from the words to their anchor (Anchor Point Visibility)"""


class StateAnnotation(msgspec.Struct, frozen=True):
    """Graphics and texts of one layer over some images; without `images` over all of the state's."""

    layer: str
    images: tuple[ImageReference, ...]
    graphics: tuple[Graphic, ...]
    texts: tuple[GraphicText, ...]


class GraphicLayer(msgspec.Struct, frozen=True):
    name: str
    order: int
    rgb: Rgb | None


def graphic_layers_of(dataset: Dataset) -> tuple[GraphicLayer, ...]:
    """From the lowest to the one on top (C.10.7: Graphic Layer Order)."""
    return tuple(sorted(map(_layer, items_of(dataset, "GraphicLayerSequence")), key=lambda each: each.order))


def annotations_of(dataset: Dataset) -> tuple[StateAnnotation, ...]:
    return tuple(map(_annotation, items_of(dataset, "GraphicAnnotationSequence")))


def _layer(item: Dataset) -> GraphicLayer:
    return GraphicLayer(
        name=text_of(item, "GraphicLayer"),
        order=integer_of(item, "GraphicLayerOrder") or 0,
        rgb=rgb_of(item, "GraphicLayerRecommendedDisplayCIELabValue") or _grey(item),
    )


def _grey(item: Dataset) -> Rgb | None:
    level = integer_of(item, "GraphicLayerRecommendedDisplayGrayscaleValue")
    if level is None:
        return None
    grey = min(max(level >> 8, 0), 255)
    return grey, grey, grey


def _annotation(item: Dataset) -> StateAnnotation:
    return StateAnnotation(
        layer=text_of(item, "GraphicLayer"),
        images=image_references(item),
        graphics=tuple(map(_graphic, items_of(item, "GraphicObjectSequence"))),
        texts=tuple(map(_text, items_of(item, "TextObjectSequence"))),
    )


def _graphic(item: Dataset) -> Graphic:
    return Graphic(
        kind=text_of(item, "GraphicType"),
        units=_units(item, "GraphicAnnotationUnits"),
        filled=text_of(item, "GraphicFilled") == "Y",
        points=numbers_of(item, "GraphicData"),
    )


def _text(item: Dataset) -> GraphicText:
    anchor = numbers_of(item, "AnchorPoint")
    first, last = (numbers_of(item, f"BoundingBox{corner}HandCorner") for corner in ("TopLeft", "BottomRight"))
    has_anchor, has_box = len(anchor) == 2, len(first) == 2 and len(last) == 2
    return GraphicText(
        text=text_of(item, "UnformattedTextValue"),
        units=_units(item, "BoundingBoxAnnotationUnits" if has_box else "AnchorPointAnnotationUnits"),
        anchor=(anchor[0], anchor[1]) if has_anchor else None,
        box=(first[0], first[1], last[0], last[1]) if has_box else None,
        anchor_units=_units(item, "AnchorPointAnnotationUnits"),
        is_joined=has_anchor and has_box and text_of(item, "AnchorPointVisibility") == "Y",
    )


def _units(item: Dataset, keyword: str) -> Units:
    return "DISPLAY" if text_of(item, keyword) == "DISPLAY" else "PIXEL"
