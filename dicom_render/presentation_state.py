"""A greyscale softcopy presentation state (PS3.3 A.33.1): how an image was shown, as plain values; draws nothing."""

from typing import Literal

import msgspec
from pydicom.dataset import Dataset

from dicom_render.attributes import first_item_of, integer_of, items_of, number_of, numbers_of, text_of
from dicom_render.cielab import Rgb, rgb_of
from dicom_render.headers import Window
from dicom_render.references import ImageReference, evidence, image_references
from dicom_render.shutters import Shutter, shutter_of

Units = Literal["PIXEL", "DISPLAY"]


class Graphic(msgspec.Struct, frozen=True):
    """One graphic object (PS3.3 C.10.5): x, y, x, y... from the first pixel's corner, or in shares of the area."""

    kind: str
    units: Units
    filled: bool
    points: tuple[float, ...]


class GraphicText(msgspec.Struct, frozen=True):
    """Words at an anchor, or in a box from its top left to its bottom right corner."""

    text: str
    units: Units
    anchor: tuple[float, float] | None
    box: tuple[float, float, float, float] | None


class Annotation(msgspec.Struct, frozen=True):
    """Graphics and texts of one layer over some images; without `images` over all of the state's."""

    layer: str
    images: tuple[ImageReference, ...]
    graphics: tuple[Graphic, ...]
    texts: tuple[GraphicText, ...]


class StateWindow(msgspec.Struct, frozen=True):
    """A VOI window over some images; without `images` over all of the state's."""

    images: tuple[ImageReference, ...]
    window: Window


class GraphicLayer(msgspec.Struct, frozen=True):
    name: str
    order: int
    rgb: Rgb | None


class DisplayedArea(msgspec.Struct, frozen=True):
    """The part of some images that is shown: (column, row), 1-based, of its two corners (PS3.3 C.10.4)."""

    images: tuple[ImageReference, ...]
    top_left: tuple[float, float]
    bottom_right: tuple[float, float]


class PresentationState(msgspec.Struct, frozen=True, tag="presentation"):
    """`unsupported` names what of the state is not carried here, so that a screen can say what it does not show."""

    title: str
    description: str
    creator: str
    images: tuple[ImageReference, ...]
    windows: tuple[StateWindow, ...]
    inverse: bool
    rotation_deg: int
    flipped: bool
    areas: tuple[DisplayedArea, ...]
    layers: tuple[GraphicLayer, ...]
    annotations: tuple[Annotation, ...]
    shutter: Shutter | None
    unsupported: tuple[str, ...]


def presentation_state_of(dataset: Dataset) -> PresentationState:
    """The state as it is written; nothing is applied."""
    shutter, _ = shutter_of(dataset, 1, {})
    return PresentationState(
        title=text_of(dataset, "ContentLabel"),
        description=text_of(dataset, "ContentDescription"),
        creator=text_of(dataset, "ContentCreatorName").replace("^", " ").strip(),
        images=tuple(evidence(dataset)),
        windows=tuple(filter(None, map(_window, items_of(dataset, "SoftcopyVOILUTSequence")))),
        inverse=text_of(dataset, "PresentationLUTShape") == "INVERSE",
        rotation_deg=(integer_of(dataset, "ImageRotation") or 0) % 360,
        flipped=text_of(dataset, "ImageHorizontalFlip") == "Y",
        areas=tuple(filter(None, map(_area, items_of(dataset, "DisplayedAreaSelectionSequence")))),
        layers=tuple(sorted(map(_layer, items_of(dataset, "GraphicLayerSequence")), key=lambda each: each.order)),
        annotations=tuple(map(_annotation, items_of(dataset, "GraphicAnnotationSequence"))),
        shutter=shutter,
        unsupported=_unsupported(dataset),
    )


def _window(item: Dataset) -> StateWindow | None:
    center, width = number_of(item, "WindowCenter"), number_of(item, "WindowWidth")
    if center is None or width is None:
        return None
    function = text_of(item, "VOILUTFunction") or "LINEAR"
    return StateWindow(image_references(item), Window(center, width, function))


def _area(item: Dataset) -> DisplayedArea | None:
    first = numbers_of(item, "DisplayedAreaTopLeftHandCorner")
    last = numbers_of(item, "DisplayedAreaBottomRightHandCorner")
    if len(first) != 2 or len(last) != 2:
        return None
    return DisplayedArea(image_references(item), (first[0], first[1]), (last[0], last[1]))


def _layer(item: Dataset) -> GraphicLayer:
    return GraphicLayer(
        name=text_of(item, "GraphicLayer"),
        order=integer_of(item, "GraphicLayerOrder") or 0,
        rgb=rgb_of(item, "GraphicLayerRecommendedDisplayCIELabValue"),
    )


def _annotation(item: Dataset) -> Annotation:
    return Annotation(
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
        units=_units(item, "AnchorPointAnnotationUnits" if has_anchor else "BoundingBoxAnnotationUnits"),
        anchor=(anchor[0], anchor[1]) if has_anchor else None,
        box=(first[0], first[1], last[0], last[1]) if has_box else None,
    )


def _units(item: Dataset, keyword: str) -> Units:
    return "DISPLAY" if text_of(item, keyword) == "DISPLAY" else "PIXEL"


def _unsupported(dataset: Dataset) -> tuple[str, ...]:
    has_table = any(first_item_of(item, "VOILUTSequence") for item in items_of(dataset, "SoftcopyVOILUTSequence"))
    found = {
        "voi_table": has_table,
        "presentation_table": bool(items_of(dataset, "PresentationLUTSequence")),
        "modality_table": bool(items_of(dataset, "ModalityLUTSequence")),
        "mask": bool(items_of(dataset, "MaskSubtractionSequence")),
        "overlays": any(0x6000 <= element.tag.group <= 0x601E for element in dataset),
    }
    return tuple(name for name, is_there in found.items() if is_there)
