"""Which media type and transfer syntax to answer with (PS3.18 8.7, RFC 9110 12.5.1); pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from re import compile as pattern

EXPLICIT_LE = "1.2.840.10008.1.2.1"
HTJ2K_RPCL = "1.2.840.10008.1.2.4.202"
_ROOT = "1.2.840.10008.1.2"
# PS3.18 Table 8.7.3-5; a syntax that is not named there travels as bytes.
_MEDIA = {
    **dict.fromkeys((f"{_ROOT}.4.{tail}" for tail in ("50", "51", "57", "70")), "image/jpeg"),
    **dict.fromkeys((f"{_ROOT}.4.{tail}" for tail in ("80", "81")), "image/jls"),
    **dict.fromkeys((f"{_ROOT}.4.{tail}" for tail in ("90", "91")), "image/jp2"),
    **dict.fromkeys((f"{_ROOT}.4.{tail}" for tail in ("201", "202", "203")), "image/jphc"),
    **dict.fromkeys((f"{_ROOT}.4.{tail}" for tail in ("110", "111", "112")), "image/jxl"),
    f"{_ROOT}.5": "image/dicom-rle",
}
_PARTS = pattern(r'(?:[^,"]|"(?:\\.|[^"\\])*")+')
_MOST = 4096


@dataclass(frozen=True, kw_only=True)
class Range:
    """One thing that would do, as the client says it."""

    media: str
    is_multipart: bool
    transfer_syntax: str | None
    quality: float


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One thing that can be given."""

    media: str
    transfer_syntax: str | None
    is_stored: bool = False

    @property
    def content_type(self) -> str:
        return self.media + (f"; transfer-syntax={self.transfer_syntax}" if self.transfer_syntax else "")


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What is given, and whether as parts."""

    offer: Offer
    is_multipart: bool


def media_of(transfer_syntax_uid: str) -> str:
    """The media type of frames compressed so."""
    return _MEDIA.get(transfer_syntax_uid, "application/octet-stream")


def ranges_of(accept: str) -> list[Range]:
    """An Accept header, best first; an empty one takes everything. What cannot be read is left out."""
    found = [each for part in _PARTS.findall(accept[:_MOST]) if (each := _range(part.strip())) is not None]
    if not found and not accept.strip():
        return [Range(media="*/*", is_multipart=False, transfer_syntax=None, quality=1)]
    return sorted((each for each in found if each.quality > 0), key=lambda each: -each.quality)


def _range(part: str) -> Range | None:
    message = Message()
    message["content-type"] = part
    parameters: Mapping[str, str] = {name.lower(): str(value) for name, value in message.get_params(failobj=[])[1:]}
    media = part.split(";")[0].strip().lower()
    if media.count("/") != 1:
        return None
    try:
        quality = float(parameters.get("q", "1"))
    except ValueError:
        return None
    is_multipart = media == "multipart/related"
    return Range(
        media=parameters.get("type", "*/*").lower() if is_multipart else media,
        is_multipart=is_multipart,
        transfer_syntax=parameters.get("transfer-syntax"),
        quality=quality,
    )


def choose(accept: str, offers: Sequence[Offer], *, single: bool) -> Chosen | None:
    """The best of the offers, the first of them being what is given to who says nothing; None: not acceptable.

    `single`: there is one thing to give, so that it may come without parts.
    """
    for each in ranges_of(accept):
        takes_parts = each.is_multipart or each.media in {"*/*", "multipart/*"}
        if not takes_parts and not single:
            continue
        for offer in sorted(offers, key=lambda offer: each.transfer_syntax == "*" and not offer.is_stored):
            if _takes(each, offer):
                return Chosen(offer=offer, is_multipart=takes_parts)
    return None


def _takes(each: Range, offer: Offer) -> bool:
    if each.transfer_syntax == "*" and each.media == "application/octet-stream":
        # What viewers send that want a frame as it is stored, whatever it turns out to be.
        return True
    kind = offer.media.split("/")[0]
    if each.media not in {offer.media, f"{kind}/*", "*/*", "multipart/*"}:
        return False
    return each.transfer_syntax in {None, "*", offer.transfer_syntax}


def takes_json(accept: str) -> bool:
    """DICOM JSON, which is all that searches and metadata are given in (PS3.18 8.7.3.3)."""
    takes = {"*/*", "application/*", "application/json", "application/dicom+json"}
    return any(each.media in takes and not each.is_multipart for each in ranges_of(accept))
