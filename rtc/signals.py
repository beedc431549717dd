"""The signalling values that two ends of a call exchange, checked at the door; their order is mesh's."""

import re
from collections.abc import Mapping
from typing import Literal

import msgspec

from rtc.sdp import BadSdp, check_sdp, is_candidate

# Browsers' are 100 to 250 characters; the longest host name (253) still fits.
MAX_CANDIDATE_CHARS = 512
# One connection carries microphone, camera, screen and a data channel, twice over after re-use.
MAX_M_LINES = 8
# JSON doubles each CR LF of an SDP of 64 KiB.
MAX_SIGNAL_BYTES = 144 * 1024
MAX_MID_CHARS = 32

_MID = re.compile(r"[\x21-\x7e]+")

ByeReason = Literal["left", "rejoining", "failed", "timed_out", "refused", "ended"]
SignalKind = Literal["offer", "answer", "candidate", "bye"]
BadSignalCode = Literal[
    "not_a_signal",
    "signal_too_large",
    "sdp_too_large",
    "not_sdp",
    "sdp_without_media",
    "too_many_m_lines",
    "too_many_candidates",
    "sdp_not_dtls_srtp",
    "candidate_too_long",
    "not_a_candidate",
    "candidate_without_place",
    "out_of_turn",
    "no_common_codec",
]
Facts = Mapping[str, int | str]


class BadSignal(Exception):
    """A signal that is refused. The facts never carry its text: an SDP holds addresses and keys' fingerprints."""

    def __init__(self, code: BadSignalCode, facts: Facts | None = None) -> None:
        super().__init__(code)
        self.code: BadSignalCode = code
        self.facts: Facts = facts or {}


class Offer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="offer", tag_field="type"):
    sdp: str

    def __repr__(self) -> str:
        return f"Offer({len(self.sdp)} characters)"


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="answer", tag_field="type"):
    sdp: str

    def __repr__(self) -> str:
        return f"Answer({len(self.sdp)} characters)"


class Candidate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="candidate", tag_field="type"):
    """One ICE candidate of RFC 8839 (`candidate:...`); the empty text says that no more will come."""

    candidate: str
    sdp_mid: str | None = None
    sdp_m_line_index: int | None = None

    def __repr__(self) -> str:
        return f"Candidate({len(self.candidate)} characters, mid {self.sdp_mid}, line {self.sdp_m_line_index})"


class Bye(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="bye", tag_field="type"):
    reason: ByeReason = "left"


Signal = Offer | Answer | Candidate | Bye


def parse_signal(data: bytes | str | Mapping[str, object]) -> Signal:
    """Read a signal from JSON text or from an already decoded mapping, and check it; raises BadSignal."""
    if isinstance(data, bytes | str) and len(data) > MAX_SIGNAL_BYTES:
        raise BadSignal("signal_too_large", {"limit": MAX_SIGNAL_BYTES, "size": len(data)})
    try:
        signal = msgspec.json.decode(data, type=Signal) if isinstance(data, bytes | str) else _convert(data)
    except (msgspec.DecodeError, UnicodeError):
        # From None: msgspec quotes what it met, and that text must not reach a log.
        raise BadSignal("not_a_signal") from None
    check_signal(signal)
    return signal


def check_signal(signal: Signal, *, max_m_lines: int = MAX_M_LINES) -> None:
    """Raise BadSignal unless sizes and form are those of a real WebRTC signal."""
    match signal:
        case Offer(sdp) | Answer(sdp):
            try:
                check_sdp(sdp, max_m_lines=max_m_lines)
            except BadSdp as bad:
                raise BadSignal(bad.code, bad.facts) from None
        case Candidate():
            _check_candidate(signal, max_m_lines)
        case Bye():
            pass


def kind_of(signal: Signal) -> SignalKind:
    match signal:
        case Offer():
            return "offer"
        case Answer():
            return "answer"
        case Candidate():
            return "candidate"
        case Bye():
            return "bye"


def _convert(data: Mapping[str, object]) -> Signal:
    return msgspec.convert(data, type=Signal)


def _check_candidate(signal: Candidate, max_m_lines: int) -> None:
    if len(signal.candidate) > MAX_CANDIDATE_CHARS:
        raise BadSignal("candidate_too_long", {"limit": MAX_CANDIDATE_CHARS, "size": len(signal.candidate)})
    if signal.candidate and not is_candidate(signal.candidate):
        raise BadSignal("not_a_candidate")
    mid, index = signal.sdp_mid, signal.sdp_m_line_index
    if signal.candidate and mid is None and index is None:
        raise BadSignal("candidate_without_place")
    if mid is not None and (len(mid) > MAX_MID_CHARS or not _MID.fullmatch(mid)):
        raise BadSignal("candidate_without_place", {"limit": MAX_MID_CHARS})
    if index is not None and not 0 <= index < max_m_lines:
        raise BadSignal("candidate_without_place", {"limit": max_m_lines})
