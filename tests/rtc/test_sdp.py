"""The form of a session description: sizes, lines, and protection by DTLS."""

import pytest

from rtc.sdp import MAX_SDP_BYTES, MAX_SDP_CANDIDATES, BadSdp, check_sdp, count_media
from tests.rtc import make


def code_of(sdp: str, *, max_m_lines: int = 8) -> str | None:
    try:
        check_sdp(sdp, max_m_lines=max_m_lines)
    except BadSdp as bad:
        return bad.code
    return None


@pytest.mark.parametrize(
    "sdp",
    [
        make.sdp(),
        make.sdp().replace("\r\n", "\n"),
        make.sdp(make.media_line("audio"), make.media_line("video")),
        make.sdp("m=application 9 UDP/DTLS/SCTP webrtc-datachannel"),
        make.sdp(make.media_line(), make.FINGERPRINT, fingerprint=""),
        make.sdp("a=group:BUNDLE 0 1", make.media_line(), "a=mid:0", make.media_line("video"), "a=mid:1"),
        # A refused line (port 0) carries nothing, so it needs no protection.
        make.sdp(make.media_line(), make.media_line("video", port=0, profile="RTP/AVP")),
    ],
)
def test_a_good_description_passes(sdp: str) -> None:
    assert code_of(sdp) is None


@pytest.mark.parametrize(
    "sdp",
    [
        "",
        "\n",
        "v=0",
        "hello",
        "v=1" + make.sdp()[3:],
        make.sdp().replace("s=-\r\n", ""),
        make.sdp(more=("no line",)),
        make.sdp(more=("",)) + "\r\n",
        make.sdp(more=("a=x\x00y",)),
        make.sdp(more=("a=x\x0by",)),
        make.sdp(more=("a=é",)),
        make.sdp(more=("a=\u2028b",)),
        make.sdp("m=audio"),
        make.sdp(make.media_line("text")),
        make.sdp(more=("a=candidate:1 1 UDP 1 192.0.2.3 65536 typ host",)),
        make.sdp(more=("a=candidate:1 1 UDP x y z",)),
        # RFC 9143: a bundle names lines that exist, each once, and a line has one name.
        make.sdp("a=group:BUNDLE 0", make.media_line()),
        make.sdp("a=group:BUNDLE 0 0", make.media_line(), "a=mid:0"),
        make.sdp(make.media_line(), "a=mid:0", make.media_line(), "a=mid:0"),
        make.sdp("a=group:BUNDLE 0 1", make.media_line(), "a=mid:0", "a=mid:1"),
    ],
)
def test_text_that_is_not_a_description_is_refused(sdp: str) -> None:
    assert code_of(sdp) == "not_sdp"


def test_the_size_is_limited() -> None:
    line = "a=x:" + "y" * (MAX_SDP_BYTES - len(make.sdp()) - len("a=x:\r\n"))
    assert code_of(make.sdp(more=(line,))) is None
    assert code_of(make.sdp(more=(line + "y",))) == "sdp_too_large"


def test_media_lines_are_counted() -> None:
    assert code_of(make.sdp(*[make.media_line()] * 2), max_m_lines=2) is None
    assert code_of(make.sdp(*[make.media_line()] * 3), max_m_lines=2) == "too_many_m_lines"
    assert code_of("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\n") == "sdp_without_media"


def test_candidates_are_counted() -> None:
    candidate = "a=candidate:1 1 UDP 1 192.0.2.3 9 typ host"
    assert code_of(make.sdp(more=(candidate,) * MAX_SDP_CANDIDATES)) is None
    assert code_of(make.sdp(more=(candidate,) * (MAX_SDP_CANDIDATES + 1))) == "too_many_candidates"


@pytest.mark.parametrize(
    "sdp",
    [
        make.sdp(make.media_line(profile="RTP/AVP")),
        make.sdp(make.media_line(profile="RTP/SAVPF")),
        make.sdp(fingerprint=""),
        make.sdp(fingerprint="a=fingerprint:sha-1 AB:CD"),
        make.sdp(make.media_line(), make.FINGERPRINT, make.media_line("video"), fingerprint=""),
    ],
)
def test_media_without_dtls_protection_are_refused(sdp: str) -> None:
    assert code_of(sdp) == "sdp_not_dtls_srtp"


def test_media_are_counted_by_kind() -> None:
    sdp = make.sdp(make.media_line("audio"), make.media_line("video"), make.media_line("video"))
    assert [count_media(sdp, kind) for kind in ("audio", "video", "application")] == [1, 2, 0]
