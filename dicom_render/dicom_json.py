"""A DICOM file as DICOM JSON (PS3.18 F), its large values by address only; and those values. Never decodes a pixel."""

import re
from typing import Any

import msgspec
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from dicom_render.layout import frame_table_of, layout_of
from dicom_render.opening import open_dataset, refusing_everything, transfer_syntax_of
from dicom_render.refusal import Unreadable
from dicom_render.transfer_syntaxes import is_encapsulated

# Values of these kinds longer than this go by address (PS3.18 F.2.6); shorter ones stand in the document.
BULK_BYTES = 1024
_BULK_VRS = {"OB", "OD", "OF", "OL", "OV", "OW", "UN", "OB or OW"}
_PIXELS = {0x7FE00008, 0x7FE00009, 0x7FE00010}
_STEP = re.compile(r"[0-9A-F]{8}\Z")
_MAX_DEPTH = 16
Json = dict[str, Any]  # Any: a DICOM JSON object


def json_of(data: bytes, bulk_path: str) -> bytes:
    """The document of a file held in memory; a large value's BulkDataURI is `bulk_path`, then its tags and items.

    Values that cannot be read are left out, their VR stays. Raises `Unreadable`.
    """
    dataset = open_dataset(data)
    with refusing_everything("malformed"):
        document = _object(dataset, bulk_path, depth=0)
        document["00083002"] = {"vr": "UI", "Value": [transfer_syntax_of(dataset)]}
        return msgspec.json.encode(dict(sorted(document.items())), enc_hook=_plain)


def _plain(value: object) -> object:
    """pydicom's own kinds of numbers and texts, as those they are made from."""
    for kind in (int, float, str):
        if isinstance(value, kind):
            return kind(value)
    raise NotImplementedError(type(value).__name__)


def bulk_of(data: bytes, path: str) -> list[bytes]:
    """The value at `TAG` or `TAG/item/TAG...` of a file; encapsulated pixel data as its frames, one by one.

    Raises `Unreadable` no_such_value.
    """
    dataset = open_dataset(data)
    with refusing_everything("malformed"):
        found = _found(dataset, path.split("/"))
        if found.tag == 0x7FE00010 and is_encapsulated(transfer_syntax_of(dataset)):
            layout = layout_of(dataset)
            if layout is None:
                raise Unreadable("missing_pixels", {})
            table = frame_table_of(dataset, layout)
            return [table.frame(index) for index in range(len(table))]
        if not isinstance(found.value, bytes):
            raise Unreadable("no_such_value", {})
        return [found.value]


def _found(dataset: Dataset, steps: list[str]) -> DataElement:
    holder = dataset
    for tag, item in zip(steps[0:-1:2], steps[1::2], strict=True):
        items = _element(holder, tag).value
        if not item.isdigit() or len(item) > 6 or int(item) >= len(items):
            raise Unreadable("no_such_value", {})
        holder = items[int(item)]
    return _element(holder, steps[-1])


def _element(dataset: Dataset, tag: str) -> DataElement:
    if not _STEP.match(tag) or int(tag, 16) not in dataset:
        raise Unreadable("no_such_value", {})
    return dataset[int(tag, 16)]


def _object(dataset: Dataset, path: str, *, depth: int) -> Json:
    document: Json = {}
    for tag in sorted(dataset.keys()):
        if tag.group == 2 or tag.element == 0:  # F.2.2: no file meta, no group lengths
            continue
        raw = dataset.get_item(tag)
        try:
            document[f"{int(tag):08X}"] = _described(dataset[tag], f"{path}/{int(tag):08X}", depth=depth)
        except Exception:  # pydicom parses late: a broken value raises nearly anything
            document[f"{int(tag):08X}"] = {"vr": str(getattr(raw, "VR", None) or "UN")}
    return document


def _described(element: DataElement, path: str, *, depth: int) -> Json:
    if element.VR == "SQ":
        if depth >= _MAX_DEPTH:
            raise ValueError("nested too deep")
        items = [_object(item, f"{path}/{index}", depth=depth + 1) for index, item in enumerate(element.value or ())]
        return {"vr": "SQ", "Value": items} if items else {"vr": "SQ"}
    vr = "OW" if element.VR in {"OB or OW", "US or OW", "US or SS or OW"} else str(element.VR)
    is_large = isinstance(element.value, bytes) and len(element.value) > BULK_BYTES
    if element.tag in _PIXELS or (vr in _BULK_VRS and is_large):
        return {"vr": vr, "BulkDataURI": path}
    # The threshold is never met: what is large has been dealt with.
    return element.to_json_dict(bulk_data_element_handler=None, bulk_data_threshold=1 << 40)
