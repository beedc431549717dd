"""A greyscale softcopy presentation state (PS3.3 A.33.1): how an image was shown, as plain values; draws nothing."""

from collections.abc import Iterator, Mapping

import msgspec
from pydicom.dataset import Dataset

from dicom_render.attributes import first_item_of, integer_of, items_of, number_of, numbers_of, text_of
from dicom_render.headers import Window
from dicom_render.lut import PackedLut, lut_of, packed
from dicom_render.overlays import GROUPS, Overlay, own_overlays_of
from dicom_render.references import ImageReference, evidence, image_references
from dicom_render.shutters import Shutter, shutter_of
from dicom_render.state_graphics import GraphicLayer, StateAnnotation, annotations_of, graphic_layers_of


class StateWindow(msgspec.Struct, frozen=True):
    """A VOI window over some images; without `images` over all of the state's."""

    images: tuple[ImageReference, ...]
    window: Window


class StateTable(msgspec.Struct, frozen=True):
    """A VOI LUT over some images; without `images` over all of the state's. `window` spans its entries."""

    images: tuple[ImageReference, ...]
    table: PackedLut
    window: Window


class StateRescale(msgspec.Struct, frozen=True):
    """From stored values to those that the state's windows and tables speak of, instead of the image's own rescale.

    PS3.4 N.2.1.1: a state that says nothing of it means the stored values themselves.
    """

    slope: float = 1.0
    intercept: float = 0.0


class ActivatedOverlay(msgspec.Struct, frozen=True):
    """Overlay planes of a group that are shown, in a graphic layer; `plane`: the state's own, else the image's."""

    group: int
    layer: str
    plane: Overlay | None


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
    modality: StateRescale
    modality_table: PackedLut | None
    windows: tuple[StateWindow, ...]
    voi_tables: tuple[StateTable, ...]
    inverse: bool
    presentation_table: PackedLut | None
    rotation_deg: int
    flipped: bool
    areas: tuple[DisplayedArea, ...]
    layers: tuple[GraphicLayer, ...]
    annotations: tuple[StateAnnotation, ...]
    shutter: Shutter | None
    overlays: tuple[ActivatedOverlay, ...]
    unsupported: tuple[str, ...]


def presentation_state_of(dataset: Dataset) -> PresentationState:
    """The state as it is written; nothing is applied."""
    planes = own_overlays_of(dataset)
    shutter, shutting = shutter_of(dataset, 1, planes)
    modality = first_item_of(dataset, "ModalityLUTSequence")
    presentation = first_item_of(dataset, "PresentationLUTSequence")
    return PresentationState(
        title=text_of(dataset, "ContentLabel"),
        description=text_of(dataset, "ContentDescription"),
        creator=text_of(dataset, "ContentCreatorName").replace("^", " ").strip(),
        images=tuple(evidence(dataset)),
        modality=StateRescale(
            slope=number_of(dataset, "RescaleSlope") or 1.0, intercept=number_of(dataset, "RescaleIntercept") or 0.0
        ),
        modality_table=None if modality is None else packed(lut_of(modality, signed_input=False)),
        windows=tuple(filter(None, map(_window, items_of(dataset, "SoftcopyVOILUTSequence")))),
        voi_tables=tuple(filter(None, map(_table, items_of(dataset, "SoftcopyVOILUTSequence")))),
        inverse=text_of(dataset, "PresentationLUTShape") == "INVERSE",
        presentation_table=None if presentation is None else packed(lut_of(presentation, signed_input=False)),
        rotation_deg=(integer_of(dataset, "ImageRotation") or 0) % 360,
        flipped=text_of(dataset, "ImageHorizontalFlip") == "Y",
        areas=tuple(filter(None, map(_area, items_of(dataset, "DisplayedAreaSelectionSequence")))),
        layers=graphic_layers_of(dataset),
        annotations=annotations_of(dataset),
        shutter=shutter,
        overlays=tuple(_activated(dataset, {group: each for group, each in planes.items() if group != shutting})),
        unsupported=_unsupported(dataset),
    )


def _window(item: Dataset) -> StateWindow | None:
    center, width = number_of(item, "WindowCenter"), number_of(item, "WindowWidth")
    if center is None or width is None:
        return None
    function = text_of(item, "VOILUTFunction") or "LINEAR"
    return StateWindow(image_references(item), Window(center, width, function))


def _table(item: Dataset) -> StateTable | None:
    table = first_item_of(item, "VOILUTSequence")
    if table is None:
        return None
    # C.11.2.1.1: whether its input has a sign is said by the first value mapped, if anywhere: SS or US.
    signed = str(table["LUTDescriptor"].VR) == "SS" or (numbers_of(table, "LUTDescriptor")[1:2] or (0,))[0] < 0
    lut = lut_of(table, signed_input=signed)
    window = Window(lut.first_mapped + len(lut.entries) / 2, max(len(lut.entries), 1))
    return StateTable(image_references(item), packed(lut), window)


def _activated(dataset: Dataset, own: Mapping[int, Overlay]) -> Iterator[ActivatedOverlay]:
    """Overlay Activation (PS3.3 C.11.7): a group that names no layer is not shown."""
    for group in GROUPS:
        layer = str(dataset[group, 0x1001].value or "").strip() if (group, 0x1001) in dataset else ""
        if layer:
            yield ActivatedOverlay(group, layer, own.get(group))


def _area(item: Dataset) -> DisplayedArea | None:
    first = numbers_of(item, "DisplayedAreaTopLeftHandCorner")
    last = numbers_of(item, "DisplayedAreaBottomRightHandCorner")
    if len(first) != 2 or len(last) != 2:
        return None
    return DisplayedArea(image_references(item), (first[0], first[1]), (last[0], last[1]))


def _unsupported(dataset: Dataset) -> tuple[str, ...]:
    keywords = {"mask": "MaskSubtractionSequence", "compound": "CompoundGraphicSequence", "icc": "ICCProfile"}
    found = {name for name, keyword in keywords.items() if keyword in dataset}
    if any("CompoundGraphicSequence" in item for item in items_of(dataset, "GraphicAnnotationSequence")):
        found.add("compound")
    return tuple(sorted(found))
