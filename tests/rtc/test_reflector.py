"""Packets turned back one by one: numbering, repair of losses on both ways, key frames, times. RFC numbers as cited."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiortc import rtp
from aiortc.codecs import CODECS
from aiortc.rtcrtpparameters import (
    RTCRtcpParameters,
    RTCRtpCodecParameters,
    RTCRtpDecodingParameters,
    RTCRtpReceiveParameters,
    RTCRtpRtxParameters,
    RTCRtpSendParameters,
)

from rtc.connection import new_connection
from rtc.reflector import HISTORY_PACKETS, Reflector
from tests.rtc import make

SOURCE, SOURCE_RTX, STRANGER = 1111, 2222, 3333
VP8, RTX = 97, 98
LIMIT_S = make.SOON_S


@dataclass
class Wire:
    """aiortc's DTLS transport seen from the reflector: keeps what is sent instead of encrypting it."""

    packets: list[rtp.RtpPacket] = field(default_factory=list)
    reports: list[rtp.AnyRtcpPacket] = field(default_factory=list)
    registered: set[object] = field(default_factory=set)
    sent: asyncio.Condition = field(default_factory=asyncio.Condition)

    def _register_rtp_receiver(self, receiver: object, parameters: RTCRtpReceiveParameters) -> None:
        self.registered.add(receiver)

    def _register_rtp_sender(self, sender: object, parameters: RTCRtpSendParameters) -> None:
        self.registered.add(sender)

    def _unregister_rtp_receiver(self, receiver: object) -> None:
        self.registered.discard(receiver)

    def _unregister_rtp_sender(self, sender: object) -> None:
        self.registered.discard(sender)

    async def _send_rtp(self, data: bytes) -> None:
        if rtp.is_rtcp(data):
            self.reports.extend(rtp.RtcpPacket.parse(data))
        else:
            self.packets.append(rtp.RtpPacket.parse(data))
        async with self.sent:
            self.sent.notify_all()

    def feedback(self, fmt: int) -> list[rtp.AnyRtcpPacket]:
        kinds = (rtp.RtcpRtpfbPacket, rtp.RtcpPsfbPacket)
        return [one for one in self.reports if isinstance(one, kinds) and one.fmt == fmt]

    async def until(self, is_there) -> None:
        async with asyncio.timeout(LIMIT_S), self.sent:
            await self.sent.wait_for(is_there)


@dataclass
class Line:
    wire: Wire
    reflector: Reflector
    own_ssrc: int
    octets: list[int]

    async def arrive(self, sequence: int, **fields: object) -> None:
        """A packet of the source reaches the server."""
        await self.reflector._handle_rtp_packet(packet(sequence, **fields), 0)

    async def told(self, report: rtp.AnyRtcpPacket) -> None:
        await self.reflector._handle_rtcp_packet(report)


def packet(
    sequence: int, *, ssrc: int = SOURCE, payload_type: int = VP8, payload: bytes = b"vp8", **fields
) -> rtp.RtpPacket:
    return rtp.RtpPacket(payload_type, sequence_number=sequence, ssrc=ssrc, payload=payload, **fields)


def retransmission(sequence: int, *, payload: bytes = b"vp8") -> rtp.RtpPacket:
    """RFC 4588 4: the original's sequence number stands before its payload."""
    return packet(9, ssrc=SOURCE_RTX, payload_type=RTX, payload=sequence.to_bytes(2, "big") + payload)


@asynccontextmanager
async def video_line() -> AsyncIterator[Line]:
    connection = new_connection()
    transceiver = connection.addTransceiver("video")
    wire, octets = Wire(), []
    real = transceiver.receiver.transport
    transceiver.receiver.setTransport(wire)  # type: ignore[arg-type]
    reflector = Reflector(transceiver, on_bytes=octets.append)
    codecs = [
        RTCRtpCodecParameters("video/VP8", 90000, payloadType=VP8),
        RTCRtpCodecParameters("video/rtx", 90000, payloadType=RTX, parameters={"apt": VP8}),
    ]
    encodings = [RTCRtpDecodingParameters(SOURCE, VP8, rtx=RTCRtpRtxParameters(SOURCE_RTX))]
    await transceiver.receiver.receive(RTCRtpReceiveParameters(codecs=codecs, muxId="1", encodings=encodings))
    await transceiver.sender.send(RTCRtpSendParameters(codecs=codecs, muxId="1", rtcp=RTCRtcpParameters(cname="c")))
    yield Line(wire, reflector, transceiver.sender._ssrc, octets)
    await transceiver.stop()
    assert not wire.registered
    transceiver.receiver.setTransport(real)
    await connection.close()


def test_aiortc_still_offers_vp8_with_retransmission() -> None:
    assert [codec.mimeType for codec in CODECS["video"][:2]] == ["video/VP8", "video/rtx"]


async def test_packets_return_as_they_came_under_our_own_ssrc() -> None:
    async with video_line() as line:
        await line.arrive(40_000, payload=b"a", timestamp=7, marker=0)
        await line.arrive(40_001, payload=b"b", timestamp=8, marker=1)
        first, second = line.wire.packets
        assert (first.payload, first.timestamp, first.marker, first.ssrc) == (b"a", 7, 0, line.own_ssrc)
        assert (second.payload, second.timestamp, second.marker) == (b"b", 8, 1)
        assert first.payload_type == VP8
        assert line.octets == [1, 1]
        assert (line.reflector.packets, line.reflector.frames) == (2, 1)


async def test_numbering_starts_in_the_lower_half_and_keeps_every_gap() -> None:
    """A wrap of the first numbers would break SRTP at an end that missed them (RFC 3711 3.3.1)."""
    async with video_line() as line:
        for sequence in (65_534, 65_535, 1, 0):
            await line.arrive(sequence)
        first, *others = [one.sequence_number for one in line.wire.packets]
        assert first < 32_768
        assert [number - first for number in others] == [1, 3, 2]


async def test_a_gap_is_asked_for_and_asked_again_until_it_is_filled() -> None:
    async with video_line() as line:
        await line.arrive(100)
        await line.arrive(103)
        asked = line.wire.feedback(rtp.RTCP_RTPFB_NACK)
        assert [(one.media_ssrc, one.lost) for one in asked] == [(SOURCE, [101, 102])]
        await line.wire.until(lambda: len(line.wire.feedback(rtp.RTCP_RTPFB_NACK)) >= 2)
        await line.reflector._handle_rtp_packet(retransmission(101), 0)
        await line.reflector._handle_rtp_packet(retransmission(102), 0)
        before = len(line.wire.feedback(rtp.RTCP_RTPFB_NACK))
        reports = len([one for one in line.wire.reports if isinstance(one, rtp.RtcpRrPacket)])
        await line.wire.until(lambda: len([r for r in line.wire.reports if isinstance(r, rtp.RtcpRrPacket)]) > reports)
        assert len(line.wire.feedback(rtp.RTCP_RTPFB_NACK)) == before
        assert line.reflector.packets == 4


async def test_a_retransmission_returns_as_the_packet_it_repairs() -> None:
    async with video_line() as line:
        await line.arrive(100)
        await line.arrive(102)
        await line.reflector._handle_rtp_packet(retransmission(101, payload=b"lost"), 0)
        first, _, repaired = line.wire.packets
        assert repaired.payload == b"lost"
        assert repaired.sequence_number == first.sequence_number + 1
        assert (repaired.payload_type, repaired.ssrc) == (VP8, line.own_ssrc)


async def test_what_the_browser_missed_is_sent_again_from_memory() -> None:
    async with video_line() as line:
        for sequence in range(3):
            await line.arrive(sequence, payload=bytes([sequence]))
        missed = line.wire.packets[1].sequence_number
        nack = rtp.RtcpRtpfbPacket(fmt=rtp.RTCP_RTPFB_NACK, ssrc=1, media_ssrc=line.own_ssrc)
        nack.lost = [missed, missed + HISTORY_PACKETS]
        await line.told(nack)
        (again,) = line.wire.packets[3:]
        assert again.payload_type == RTX
        assert again.payload == missed.to_bytes(2, "big") + b"\x01"
        assert again.ssrc != line.own_ssrc


async def test_a_wish_for_a_key_frame_reaches_the_source_once() -> None:
    async with video_line() as line:
        await line.arrive(1)
        for _ in range(5):
            await line.told(rtp.RtcpPsfbPacket(fmt=rtp.RTCP_PSFB_PLI, ssrc=1, media_ssrc=line.own_ssrc))
        await line.wire.until(lambda: line.wire.feedback(rtp.RTCP_PSFB_PLI))
        assert [one.media_ssrc for one in line.wire.feedback(rtp.RTCP_PSFB_PLI)] == [SOURCE]


async def test_the_times_of_the_source_are_passed_on_for_lip_sync() -> None:
    async with video_line() as line:
        await line.arrive(1)
        times = rtp.RtcpSenderInfo(ntp_timestamp=12 << 32, rtp_timestamp=7, packet_count=1, octet_count=3)
        await line.told(rtp.RtcpSrPacket(ssrc=SOURCE, sender_info=times))
        await line.told(rtp.RtcpSrPacket(ssrc=STRANGER, sender_info=times))
        passed = [one for one in line.wire.reports if isinstance(one, rtp.RtcpSrPacket)]
        assert [(one.ssrc, one.sender_info.rtp_timestamp) for one in passed] == [(line.own_ssrc, 7)]


async def test_a_second_source_on_the_line_and_unknown_formats_are_dropped_but_counted_as_octets() -> None:
    async with video_line() as line:
        await line.arrive(1)
        await line.arrive(2, ssrc=STRANGER)
        await line.arrive(3, payload_type=120)
        await line.arrive(4, ssrc=STRANGER, payload_type=RTX)
        await line.arrive(5, ssrc=SOURCE_RTX, payload_type=RTX, payload=b"x")
        assert len(line.wire.packets) == line.reflector.packets == 1
        assert sum(line.octets) == 4 * len(b"vp8") + 1


async def test_losses_are_counted() -> None:
    async with video_line() as line:
        for sequence in (1, 2, 5):
            await line.arrive(sequence)
        assert line.reflector.packets_lost == 2
