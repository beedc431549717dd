"""A structured report (PS3.3 C.17.3) or key object selection as a tree of headings and values; judges no content."""

from typing import Literal

import msgspec
from pydicom.dataset import Dataset

from dicom_render.attributes import first_item_of, items_of, text_of
from dicom_render.references import ImageReference

# Deeper than any template of PS3.16 goes; a tree made to exhaust a reader stops here.
MAX_DEPTH = 32
MAX_ITEMS = 20_000


class ReportItem(msgspec.Struct, frozen=True):
    """One content item: its name, its value as words (with unit), the images it points to, what stands below it."""

    relationship: str
    kind: str
    name: str
    value: str
    images: tuple[ImageReference, ...] = ()
    items: tuple["ReportItem", ...] = ()


class Report(msgspec.Struct, frozen=True, tag="report"):
    """A whole report; `is_whole` is False where it was cut at the bounds."""

    title: str
    completion: Literal["COMPLETE", "PARTIAL", ""]
    verification: Literal["VERIFIED", "UNVERIFIED", ""]
    written: str
    items: tuple[ReportItem, ...]
    images: tuple[ImageReference, ...]
    is_whole: bool


def report_of(dataset: Dataset) -> Report:
    """The document; its `images` are those named anywhere in it, each once."""
    reader = _Reader()
    items = reader.children(dataset, depth=0)
    completion, verification = text_of(dataset, "CompletionFlag"), text_of(dataset, "VerificationFlag")
    return Report(
        title=_meaning(first_item_of(dataset, "ConceptNameCodeSequence")),
        completion=completion if completion in ("COMPLETE", "PARTIAL") else "",
        verification=verification if verification in ("VERIFIED", "UNVERIFIED") else "",
        written=text_of(dataset, "ContentDate") + text_of(dataset, "ContentTime")[:6],
        items=items,
        images=tuple(dict.fromkeys(reader.images)),
        is_whole=reader.is_whole,
    )


class _Reader:
    """Walks the tree once, counting."""

    def __init__(self) -> None:
        self.images: list[ImageReference] = []
        self.is_whole = True
        self._count = 0

    def children(self, parent: Dataset, *, depth: int) -> tuple[ReportItem, ...]:
        items = items_of(parent, "ContentSequence")
        if items and (depth >= MAX_DEPTH or self._count + len(items) > MAX_ITEMS):
            self.is_whole = False
            return ()
        self._count += len(items)
        return tuple(self._item(item, depth=depth + 1) for item in items)

    def _item(self, item: Dataset, *, depth: int) -> ReportItem:
        images = _images(item)
        self.images += images
        return ReportItem(
            relationship=text_of(item, "RelationshipType"),
            kind=text_of(item, "ValueType"),
            name=_meaning(first_item_of(item, "ConceptNameCodeSequence")),
            value=_value(item),
            images=images,
            items=self.children(item, depth=depth),
        )


def _images(item: Dataset) -> tuple[ImageReference, ...]:
    if text_of(item, "ValueType") not in {"IMAGE", "COMPOSITE", "WAVEFORM"}:
        return ()
    found: list[ImageReference] = []
    for reference in items_of(item, "ReferencedSOPSequence"):
        uid = text_of(reference, "ReferencedSOPInstanceUID")
        frames = text_of(reference, "ReferencedFrameNumber")
        numbers = tuple(int(part) for part in frames.split("\\") if part.strip().isdigit())
        if uid:
            found.append(ImageReference(uid, numbers))
    return tuple(found)


# PS3.3 Table C.17.3-1: where each Value Type keeps its value, where that is one text.
_TEXTS = {
    "TEXT": "TextValue",
    "DATE": "Date",
    "TIME": "Time",
    "DATETIME": "DateTime",
    "PNAME": "PersonName",
    "UIDREF": "UID",
}


def _value(item: Dataset) -> str:
    kind = text_of(item, "ValueType")
    match kind:
        case "CODE":
            return _meaning(first_item_of(item, "ConceptCodeSequence"))
        case "NUM":
            return _number(item)
        case "SCOORD" | "SCOORD3D":
            return text_of(item, "GraphicType")
        case _:
            # LT and UT keep their line breaks: they are the author's paragraphs.
            return text_of(item, _TEXTS[kind]) if kind in _TEXTS else ""


def _number(item: Dataset) -> str:
    measured = first_item_of(item, "MeasuredValueSequence")
    if measured is None:
        # C.18.1: a measurement that failed says why in place of a value.
        return _meaning(first_item_of(item, "NumericValueQualifierCodeSequence"))
    unit = first_item_of(measured, "MeasurementUnitsCodeSequence")
    code = "" if unit is None else text_of(unit, "CodeValue")
    # UCUM's 1 is "no units", and braces are annotations to it.
    words = "" if code in {"1", ""} or code.startswith("{") else code
    return f"{text_of(measured, 'NumericValue')} {words}".strip()


def _meaning(code: Dataset | None) -> str:
    return "" if code is None else text_of(code, "CodeMeaning") or text_of(code, "CodeValue")
