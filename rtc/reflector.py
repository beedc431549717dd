"""One line of media sent straight back to who sends it, packet by packet; it never decodes nor encodes.

It stands in for aiortc's receiver and sender of one transceiver, whose public `receive`, `send` and `stop` it replaces
on the instances; untrusted media therefore never reaches a codec of the server. aiortc is pinned to 1.16 for the names
used below.
"""
# pyright: reportPrivateUsage=false
# aiortc has no public way to register another receiver or sender with its transport.

import asyncio
import random
import time
from collections.abc import Callable

from aiortc import RTCRtpTransceiver, rtp
from aiortc.codecs import is_rtx
from aiortc.rtcrtpparameters import RTCRtpCodecParameters, RTCRtpReceiveParameters, RTCRtpSendParameters
from aiortc.rtcrtpreceiver import NackGenerator, StreamStatistics
from aiortc.rtp import RtpPacket

# A picture of 720p is about 175 packets a second: three seconds of them.
HISTORY_PACKETS = 512
# One round trip on a poor mobile line; aiortc's own receiver repeats a NACK only when the next gap appears.
NACK_EVERY_S = 0.1
KEYFRAME_EVERY_S = 0.3
REPORT_EVERY_S = 1.0


class Reflector:
    """Counts what comes in and returns it under the sender's own SSRC and sequence."""

    def __init__(self, transceiver: RTCRtpTransceiver, *, on_bytes: Callable[[int], None]) -> None:
        self.kind = transceiver.kind
        self.packets = 0
        self.frames = 0
        self.octets = 0
        self._ssrc = transceiver.sender._ssrc
        self._rtx_ssrc = transceiver.sender._rtx_ssrc
        self._transport = transceiver.receiver.transport
        self._on_bytes = on_bytes
        self._codecs: dict[int, RTCRtpCodecParameters] = {}
        self._rtx_of: dict[int, int] = {}
        self._rtx_payload_type: dict[int, int] = {}
        self._streams: dict[int, StreamStatistics] = {}
        self._nack = NackGenerator() if self.kind == "video" else None
        self._history: list[RtpPacket | None] = [None] * HISTORY_PACKETS
        self._extensions = rtp.HeaderExtensionsMap()
        self._source_ssrc: int | None = None
        self._shift: int | None = None
        self._rtx_sequence = random.randrange(32768)  # noqa: S311 - a start value, not a secret
        self._sends = False
        self._keyframe_wanted = False
        self._feedback: asyncio.Task[None] | None = None
        self._mid = ""
        self._take_over(transceiver)

    @property
    def packets_lost(self) -> int:
        return sum(max(0, stream.packets_lost) for stream in self._streams.values())

    def _take_over(self, transceiver: RTCRtpTransceiver) -> None:
        receiver, sender = transceiver.receiver, transceiver.sender
        receiver.receive = self._receive
        receiver.stop = self._stop
        sender.send = self._send
        sender.stop = self._stop

    async def _receive(self, parameters: RTCRtpReceiveParameters) -> None:
        if self._feedback is not None:
            return
        self._codecs = {codec.payloadType: codec for codec in parameters.codecs if codec.payloadType is not None}
        self._rtx_of = {one.rtx.ssrc: one.ssrc for one in parameters.encodings if one.rtx}
        self._transport._register_rtp_receiver(self, parameters)
        self._feedback = asyncio.create_task(self._give_feedback())

    async def _send(self, parameters: RTCRtpSendParameters) -> None:
        if self._sends:
            return
        self._sends = True
        self._mid = parameters.muxId
        self._extensions.configure(parameters)
        for codec in filter(is_rtx, parameters.codecs):
            media_type = codec.parameters.get("apt")
            if isinstance(media_type, int) and codec.payloadType is not None:
                self._rtx_payload_type[media_type] = codec.payloadType
        self._transport._register_rtp_sender(self, parameters)

    async def _stop(self) -> None:
        if self._sends:
            self._sends = False
            self._transport._unregister_rtp_sender(self)
        if self._feedback is not None:
            self._transport._unregister_rtp_receiver(self)
            task, self._feedback = self._feedback, None
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def _handle_disconnect(self) -> None:
        """Part of aiortc's RtpReceiver: it stops a decoder there, and there is none here."""

    async def _handle_rtp_packet(self, packet: RtpPacket, arrival_time_ms: int) -> None:
        self._on_bytes(len(packet.payload))
        codec = self._codecs.get(packet.payload_type)
        media = self._unwrap(packet, codec) if codec is not None else None
        if codec is None or media is None:
            return
        if self._source_ssrc is None:
            self._source_ssrc = media.ssrc
        if media.ssrc != self._source_ssrc:
            return  # One line carries one source; a made-up second one would grow the tables below.
        self._streams.setdefault(packet.ssrc, StreamStatistics(codec.clockRate)).add(packet)
        if self._nack is not None and self._nack.add(media):
            await self._ask_again()
        self.packets += 1
        self.octets += len(media.payload)
        self.frames += media.marker
        await self._return(media)

    def _unwrap(self, packet: RtpPacket, codec: RTCRtpCodecParameters) -> RtpPacket | None:
        """The media packet itself, or the one that a retransmission (RFC 4588) carries."""
        if not is_rtx(codec):
            # Padding that probes the line passes too: a hole in the sequence would look like a loss.
            return packet
        source = self._rtx_of.get(packet.ssrc)
        payload_type = codec.parameters.get("apt")
        if source is None or len(packet.payload) < 2 or not isinstance(payload_type, int):
            return None
        return rtp.unwrap_rtx(packet, payload_type=payload_type, ssrc=source)

    async def _return(self, packet: RtpPacket) -> None:
        if not self._sends:
            return
        if self._shift is None:
            # SRTP counts wraps of the sequence: a start in the lower half keeps the first one far (RFC 3711 3.3.1).
            self._shift = random.randrange(32768) - packet.sequence_number  # noqa: S311 - a start value, not a secret
        packet.sequence_number = (packet.sequence_number + self._shift) & 0xFFFF
        packet.ssrc = self._ssrc
        packet.extensions.mid = self._mid
        self._history[packet.sequence_number % HISTORY_PACKETS] = packet
        await self._write(packet.serialize(self._extensions))

    async def _handle_rtcp_packet(self, packet: rtp.AnyRtcpPacket) -> None:
        match packet:
            case rtp.RtcpSrPacket(sender_info=info) if packet.ssrc == self._source_ssrc and self._sends:
                # Times pass unchanged, as the packets' do: that is what keeps lips and voice together.
                await self._write(bytes(rtp.RtcpSrPacket(ssrc=self._ssrc, sender_info=info)))
            case rtp.RtcpRtpfbPacket(fmt=rtp.RTCP_RTPFB_NACK, lost=lost):
                for sequence in lost:
                    await self._repeat(sequence)
            case rtp.RtcpPsfbPacket(fmt=rtp.RTCP_PSFB_PLI | rtp.RTCP_PSFB_FIR):
                self._keyframe_wanted = True
            case _:
                pass

    async def _repeat(self, sequence: int) -> None:
        packet = self._history[sequence % HISTORY_PACKETS]
        if packet is None or packet.sequence_number != sequence:
            return
        payload_type = self._rtx_payload_type.get(packet.payload_type)
        if payload_type is not None:
            packet = rtp.wrap_rtx(
                packet, payload_type=payload_type, sequence_number=self._rtx_sequence, ssrc=self._rtx_ssrc
            )
            self._rtx_sequence = (self._rtx_sequence + 1) & 0xFFFF
        await self._write(packet.serialize(self._extensions))

    async def _give_feedback(self) -> None:
        """Ask again for what is missing, for a key frame when one is wanted, and report reception each second."""
        keyframe_at = report_at = time.monotonic()
        while True:
            await asyncio.sleep(NACK_EVERY_S)
            now = time.monotonic()
            if self._nack is not None and self._nack.missing:
                await self._ask_again()
            if self._keyframe_wanted and self._source_ssrc is not None and now >= keyframe_at:
                self._keyframe_wanted = False
                keyframe_at = now + KEYFRAME_EVERY_S
                pli = rtp.RtcpPsfbPacket(fmt=rtp.RTCP_PSFB_PLI, ssrc=self._ssrc, media_ssrc=self._source_ssrc)
                await self._write(bytes(pli))
            if self._streams and now >= report_at:
                report_at = now + REPORT_EVERY_S
                await self._write(bytes(rtp.RtcpRrPacket(ssrc=self._ssrc, reports=self._reports())))

    def _reports(self) -> list[rtp.RtcpReceiverInfo]:
        return [
            rtp.RtcpReceiverInfo(
                ssrc=ssrc,
                fraction_lost=stream.fraction_lost,
                packets_lost=stream.packets_lost,
                highest_sequence=stream.max_seq or 0,
                jitter=stream.jitter,
                lsr=0,
                dlsr=0,
            )
            for ssrc, stream in self._streams.items()
        ]

    async def _ask_again(self) -> None:
        if self._nack is None or self._source_ssrc is None:
            return
        packet = rtp.RtcpRtpfbPacket(fmt=rtp.RTCP_RTPFB_NACK, ssrc=self._ssrc, media_ssrc=self._source_ssrc)
        packet.lost = sorted(self._nack.missing)
        await self._write(bytes(packet))

    async def _write(self, data: bytes) -> None:
        try:
            await self._transport._send_rtp(data)
        except ConnectionError:
            return  # The transport is closing; its owner hears of that by the connection's own state.
