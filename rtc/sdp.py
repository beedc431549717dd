"""The form of a session description (RFC 8866) as a call may send it; not a parser: aiortc and the browsers parse."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

# A call of two with every codec of Chromium 156 is 7 KiB; eight lines of media stay under 40.
MAX_SDP_BYTES = 64 * 1024
# Each candidate costs its receiver connectivity checks, so an SDP is also a request to send packets somewhere.
MAX_SDP_CANDIDATES = 64

_LINE = re.compile(r"[a-z]=[\x20-\x7e\t]*")
# RFC 8839 5.1; browsers also send ssltcp.
_CANDIDATE = re.compile(
    r"candidate:[A-Za-z0-9+/]{1,32} \d{1,3} (?:udp|tcp|ssltcp) \d{1,10} [A-Za-z0-9.:%_-]{1,253} (\d{1,5})"
    r" typ (?:host|srflx|prflx|relay)(?: [\x20-\x7e]*)?",
    re.IGNORECASE,
)
_FINGERPRINT = re.compile(r"a=fingerprint:sha-(256|384|512) [0-9A-F]{2}(:[0-9A-F]{2})+", re.IGNORECASE)
# RFC 8827 6.5: media travels in SRTP keyed by DTLS only. RFC 8842: data travels in SCTP over DTLS.
_PROFILES = frozenset(
    {"UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP", "TCP/TLS/RTP/SAVPF", "UDP/DTLS/SCTP", "TCP/DTLS/SCTP", "DTLS/SCTP"}
)

_KINDS = ("audio", "video", "application")

BadSdpCode = Literal[
    "sdp_too_large", "not_sdp", "sdp_without_media", "too_many_m_lines", "too_many_candidates", "sdp_not_dtls_srtp"
]


class BadSdp(Exception):
    """An SDP that is refused; the facts are numbers only."""

    def __init__(self, code: BadSdpCode, facts: Mapping[str, int] | None = None) -> None:
        super().__init__(code)
        self.code: BadSdpCode = code
        self.facts: Mapping[str, int] = facts or {}


def check_sdp(sdp: str, *, max_m_lines: int) -> None:
    """Raise BadSdp unless `sdp` is small, line by line SDP, with media, all of it protected by DTLS."""
    if len(sdp) > MAX_SDP_BYTES:
        raise BadSdp("sdp_too_large", {"limit": MAX_SDP_BYTES, "size": len(sdp)})
    lines = _lines(sdp)
    media_lines = [line for line in lines if line.startswith("m=")]
    if not media_lines:
        raise BadSdp("sdp_without_media")
    if len(media_lines) > max_m_lines:
        raise BadSdp("too_many_m_lines", {"limit": max_m_lines, "count": len(media_lines)})
    _check_candidates(lines)
    session, *sections = _sections(lines)
    _check_protection(session, sections)
    _check_bundle(session, sections)


def is_candidate(text: str) -> bool:
    """Is this one `candidate:...` of RFC 8839, with a port that exists?"""
    match = _CANDIDATE.fullmatch(text)
    return match is not None and int(match[1]) <= 65_535


def count_media(sdp: str, kind: Literal["audio", "video", "application"]) -> int:
    return sum(line.startswith(f"m={kind} ") for line in sdp.split("\n"))


def _lines(sdp: str) -> list[str]:
    lines = [line.removesuffix("\r") for line in sdp.removesuffix("\n").split("\n")]
    # RFC 8866 5: v, o, s come first, in this order.
    starts = [line[:2] for line in lines[:3]]
    if lines[0] != "v=0" or starts != ["v=", "o=", "s="] or not all(map(_LINE.fullmatch, lines)):
        raise BadSdp("not_sdp")
    return lines


def _check_candidates(lines: list[str]) -> None:
    candidates = [line.removeprefix("a=") for line in lines if line.startswith("a=candidate:")]
    if len(candidates) > MAX_SDP_CANDIDATES:
        raise BadSdp("too_many_candidates", {"limit": MAX_SDP_CANDIDATES, "count": len(candidates)})
    if not all(map(is_candidate, candidates)):
        raise BadSdp("not_sdp")


def _check_bundle(session: list[str], sections: list[list[str]]) -> None:
    """RFC 9143 7.1: a BUNDLE group names lines of this description; aiortc takes it at its word and breaks if not."""
    named = [[line.removeprefix("a=mid:") for line in section if line.startswith("a=mid:")] for section in sections]
    mids = [names[0] for names in named if names]
    bundled = [mid for line in session if line.startswith("a=group:BUNDLE") for mid in line.split(" ")[1:]]
    twice = any(len(names) > 1 for names in named)
    if twice or len(set(mids)) != len(mids) or len(set(bundled)) != len(bundled) or not set(bundled) <= set(mids):
        raise BadSdp("not_sdp")


def _check_protection(session: list[str], sections: list[list[str]]) -> None:
    whole = _has_fingerprint(session)
    for section in sections:
        words = section[0].split(" ")
        if len(words) < 4 or words[0].removeprefix("m=") not in _KINDS:
            raise BadSdp("not_sdp")
        refused = words[1] == "0"  # RFC 8866 5.14: port 0 is a refused line, it carries nothing.
        if not refused and (words[2] not in _PROFILES or not (whole or _has_fingerprint(section))):
            raise BadSdp("sdp_not_dtls_srtp")


def _sections(lines: list[str]) -> Iterator[list[str]]:
    section: list[str] = []
    for line in lines:
        if line.startswith("m="):
            yield section
            section = []
        section.append(line)
    yield section


def _has_fingerprint(lines: Iterable[str]) -> bool:
    return any(_FINGERPRINT.fullmatch(line) for line in lines)
