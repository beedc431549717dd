"""Signalling values: what passes the door and what is refused, and that no text of theirs reaches a log."""

import json

import msgspec
import pytest

from rtc.connection import make_offer, new_connection
from rtc.sdp import MAX_SDP_BYTES
from rtc.signals import (
    MAX_CANDIDATE_CHARS,
    MAX_M_LINES,
    MAX_SIGNAL_BYTES,
    Answer,
    BadSignal,
    Bye,
    Candidate,
    Offer,
    Signal,
    check_signal,
    kind_of,
    parse_signal,
)
from tests.rtc import make

# RFC 8839 5.1, and what Chromium, Firefox (mDNS) and a TURN client send.
CANDIDATES = (
    "candidate:1 1 UDP 2130706431 203.0.113.141 8998 typ host",
    "candidate:2 1 UDP 1694498815 192.0.2.3 45664 typ srflx raddr 203.0.113.141 rport 8998",
    "candidate:1467250027 1 udp 2122260223 192.168.0.196 46243 typ host generation 0 ufrag EsAw network-id 1",
    "candidate:0 1 UDP 2122187007 1f4712db-ea17-4bcf-a596-105139dfd8bf.local 54596 typ host",
    "candidate:2 1 tcp 1518280447 2001:db8::7 9 typ host tcptype active generation 0",
)


def refusal(data: object) -> BadSignal:
    with pytest.raises(BadSignal) as caught:
        parse_signal(data)  # type: ignore[arg-type]
    return caught.value


@pytest.mark.parametrize(
    "signal",
    [
        Offer(make.sdp()),
        Answer(make.sdp()),
        *(Candidate(one, "0", 0) for one in CANDIDATES),
        Candidate(""),
        Bye("failed"),
    ],
)
def test_a_signal_survives_json_and_a_decoded_mapping(signal: Signal) -> None:
    text = msgspec.json.encode(signal)
    assert parse_signal(text) == signal
    assert parse_signal(json.loads(text)) == signal
    assert json.loads(text)["type"] == kind_of(signal)


async def test_an_offer_of_aiortc_passes() -> None:
    connection = new_connection()
    connection.addTransceiver("audio")
    connection.addTransceiver("video")
    check_signal(await make_offer(connection, ("127.0.0.1",)))
    await connection.close()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b'{"type":"hello"}',
        b'{"type":"offer"}',
        b'{"type":"offer","sdp":7}',
        b'{"type":"offer","sdp":"v=0","extra":1}',
        b'{"type":"bye","reason":"bored"}',
        {"type": "candidate", "candidate": None},
        {"sdp": "v=0"},
    ],
)
def test_what_is_not_a_signal_is_refused(data: object) -> None:
    assert refusal(data).code == "not_a_signal"


def test_a_text_above_the_limit_is_refused_before_it_is_read() -> None:
    bad = refusal(b"x" * (MAX_SIGNAL_BYTES + 1))
    assert (bad.code, bad.facts["limit"]) == ("signal_too_large", MAX_SIGNAL_BYTES)


def test_the_largest_description_fits_into_the_largest_signal() -> None:
    line = "a=x:" + "y" * 60
    text = make.sdp(more=(line,) * ((MAX_SDP_BYTES - len(make.sdp())) // (len(line) + 2)))
    assert MAX_SDP_BYTES - 80 < len(text) <= MAX_SDP_BYTES
    assert parse_signal(json.dumps({"type": "offer", "sdp": text})) == Offer(text)


def test_bad_descriptions_are_refused_with_the_code_of_their_fault() -> None:
    bad = refusal({"type": "answer", "sdp": "<html>secret</html>"})
    assert bad.code == "not_sdp"
    assert refusal({"type": "offer", "sdp": make.sdp(*[make.media_line()] * (MAX_M_LINES + 1))}).facts == {
        "limit": MAX_M_LINES,
        "count": MAX_M_LINES + 1,
    }


@pytest.mark.parametrize(
    ("candidate", "code"),
    [
        (Candidate(CANDIDATES[0] + " x" * MAX_CANDIDATE_CHARS, "0"), "candidate_too_long"),
        (Candidate("candidate:1 1 UDP 1 127.0.0.1 9", "0"), "not_a_candidate"),
        (Candidate("a" + CANDIDATES[0], "0"), "not_a_candidate"),
        (Candidate(CANDIDATES[0] + "\r\na=x", "0"), "not_a_candidate"),
        (Candidate("candidate:1 1 udp 1 127.0.0.1 65536 typ host", "0"), "not_a_candidate"),
        (Candidate("candidate:1 1 sctp 1 127.0.0.1 9 typ host", "0"), "not_a_candidate"),
        (Candidate("candidate:1 1 udp 1 a_b$c 9 typ host", "0"), "not_a_candidate"),
        (Candidate(CANDIDATES[0]), "candidate_without_place"),
        (Candidate(CANDIDATES[0], "x" * 33), "candidate_without_place"),
        (Candidate(CANDIDATES[0], "a b"), "candidate_without_place"),
        (Candidate(CANDIDATES[0], None, -1), "candidate_without_place"),
        (Candidate(CANDIDATES[0], None, MAX_M_LINES), "candidate_without_place"),
    ],
)
def test_bad_candidates_are_refused(candidate: Candidate, code: str) -> None:
    with pytest.raises(BadSignal) as caught:
        check_signal(candidate)
    assert caught.value.code == code


def test_neither_a_signal_nor_its_refusal_shows_what_it_carries() -> None:
    secret = "203.0.113.77"
    signals = [Offer(secret), Answer(secret), Candidate(secret, "0")]
    for signal in signals:
        assert secret not in repr(signal) + str(signal)
        bad = refusal(msgspec.to_builtins(signal))
        assert secret not in f"{bad!r} {bad.facts}"
        assert bad.__cause__ is None
        assert bad.__suppress_context__ or bad.__context__ is None
    assert secret not in str(refusal(f'{{"type":"offer","sdp":"v=0","{secret}":1}}'))
