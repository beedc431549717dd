"""Plain attributes straight from their bytes, where pydicom would say the same; whatever is odd is left to it.

pydicom takes 15 us to convert an element (character sets, checks, classes of its own), and a header has sixty of them.
"""

import re
import struct
from functools import cache

from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

# Printable ASCII but for the two characters that ISO_IR 13 has others in place of: the same in every repertoire.
_TEXT = re.compile(rb"[ -\[\]-}]*\0?\Z")
# These VRs are of the default repertoire always (PS3.5 6.1.2.3), so a backslash parts their values.
_CODES = re.compile(rb"[ -~]*\0?\Z")
_TEXT_VRS = {"LO", "LT", "PN", "SH", "ST", "UC", "UI", "UT"}
_CODE_VRS = {"AE", "AS", "CS", "DA", "DT", "TM"}

_DECIMAL = rb" *[+-]?\d{1,15}(?:\.\d{0,16})?(?:[eE][+-]?\d{1,2})? *"
_INTEGER = rb" *[+-]?\d{1,12} *"
_NUMBERS = {vr: re.compile(rb"%s(?:\\%s)*\Z" % (one, one)) for vr, one in {"DS": _DECIMAL, "IS": _INTEGER}.items()}
_BINARY = {"US": ("H", 2), "SS": ("h", 2), "UL": ("I", 4), "SL": ("i", 4), "FL": ("f", 4), "FD": ("d", 8)}


def is_absent(dataset: Dataset, keyword: str) -> bool:
    """There is no such element: asked by tag, pydicom says so forty times as quickly."""
    return _element(dataset, keyword) is None


def plain_text(dataset: Dataset, keyword: str) -> str | None:
    """The text without surrounding blanks, empty where the element is absent; None where pydicom has to be asked."""
    raw = _element(dataset, keyword)
    if raw is None:
        return ""
    if not isinstance(raw, RawDataElement) or raw.value is None:
        return None
    vr = raw.VR or _vr_of(keyword)
    allowed = _TEXT if vr in _TEXT_VRS else _CODES if vr in _CODE_VRS else None
    # A person's name in several representations is put together anew by pydicom.
    if allowed is None or not allowed.match(raw.value) or (vr == "PN" and b"=" in raw.value):
        return None
    return raw.value.decode("ascii").rstrip("\0").strip()


def plain_numbers(dataset: Dataset, keyword: str) -> tuple[float, ...] | None:
    """All values as numbers, none where the element is absent; None where pydicom has to be asked."""
    raw = _element(dataset, keyword)
    if raw is None:
        return ()
    if not isinstance(raw, RawDataElement) or not raw.value:
        return None
    vr = raw.VR or _vr_of(keyword)
    if (written := _NUMBERS.get(vr)) is not None:
        return tuple(map(float, raw.value.split(b"\\"))) if written.match(raw.value) else None
    code, size = _BINARY.get(vr, ("", 0))
    if not size or len(raw.value) % size:
        return None
    order = "<" if raw.is_little_endian else ">"
    return tuple(map(float, struct.unpack(f"{order}{len(raw.value) // size}{code}", raw.value)))


def _element(dataset: Dataset, keyword: str) -> RawDataElement | DataElement | None:
    return dataset.get_item(_tag_of(keyword), keep_deferred=True)


@cache
def _tag_of(keyword: str) -> BaseTag:
    tag = tag_for_keyword(keyword)
    assert tag is not None, keyword
    return BaseTag(tag)


@cache
def _vr_of(keyword: str) -> str:
    """Of a file in implicit VR; an ambiguous one ("US or SS") is no VR that is read here."""
    return dictionary_VR(_tag_of(keyword))
